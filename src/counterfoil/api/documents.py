"""The OpenAPI document, as clients are made from it."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from counterfoil import __version__
from counterfoil.api.once import HEADER, KEY
from counterfoil.api.problems import MEDIA_TYPE
from counterfoil.api.routes import FAULTS

DESCRIPTION = """\
Everything that the pages and the command line can do. Errors are problem details (RFC 9457) with stable codes.

* **Who asks**: `Authorization: Bearer KEY`. A key has a role: *viewer*, *editor* or *admin*; each route names its own.
* **Two editors**: answers have an `ETag`; send it as `If-Match` with a change, and 412 says that somebody was first.
* **Repeats**: a POST with an `Idempotency-Key` does its work once; for a day a repeat gets the first answer.
* **Lists** come in pages: send `next` of one page as `after` for the following one.
"""

ONCE = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Does the work once, however often the request is sent; for a day a repeat gets the first answer.",
    "schema": {"type": "string", "pattern": KEY, "examples": ["7f2c1d1e-4f0e-4a58-9d0b-0d5f3a6f2c11"]},
}


def document(app: FastAPI) -> dict[str, Any]:
    """The document of all routes, made once."""
    if not app.openapi_schema:
        made = get_openapi(
            title="Counterfoil", version=__version__, description=DESCRIPTION, routes=app.routes
        )
        for operations in made["paths"].values():
            for method, operation in operations.items():
                _mend(operation)
                if method in ("put", "patch"):
                    _need_version(operation)
                if method == "post":
                    operation.setdefault("parameters", []).append(ONCE)
        app.openapi_schema = made
    return app.openapi_schema


def _mend(operation: dict[str, Any]) -> None:
    """Problems have a media type of their own, and one shape for all statuses."""
    for status, answer in list(operation["responses"].items()):
        if status in FAULTS and "application/json" in answer["content"]:
            answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
        if status == "422":
            del operation["responses"][status]


def _need_version(operation: dict[str, Any]) -> None:
    """A change without it is answered 428; marked as needed in the code, its absence would be told as any other."""
    for parameter in operation["parameters"]:
        if parameter["name"] == "if-match":
            parameter["required"] = True
