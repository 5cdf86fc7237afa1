"""Errors as problem details (RFC 9457): what happened, what to do, and nothing of our insides.

`type` leads to the error's paragraph on /api/docs; `code` is the stable one that all doors tell.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from counterfoil import errors
from counterfoil.errors import CounterfoilError
from counterfoil.logs import mask

MEDIA_TYPE = "application/problem+json"
ABOUT = "/api/docs#"

STATUSES: Mapping[type[CounterfoilError], int] = {
    errors.RequestInvalid: 422,
    errors.SettingInvalid: 422,
    errors.NotFound: 404,
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.ChangedMeanwhile: 412,
    errors.VersionNeeded: 428,
    errors.SecretKeyMissing: 503,
    errors.NeedsPerson: 409,
    errors.SyncRunning: 409,
    errors.StillRunning: 409,
    errors.RateLimited: 503,
    errors.Transient: 503,
    errors.CounterfoilError: 500,
}
"""By the nearest class above an error."""

LATER = "5"
"""Seconds after which it is worth while to ask again for what time can end."""

_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong. `what` happened, `do` says how to end it; `faults` name places in a configuration or request."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "/api/docs#not_found",
                "title": "Not Found",
                "status": 404,
                "detail": "There is no source named 'acme'. List them: counterfoil sources list",
                "code": "not_found",
                "what": "There is no source named 'acme'.",
                "do": "List them: counterfoil sources list",
                "faults": [],
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; the list stands at the end of /api/docs.")
    what: str
    do: str
    faults: list[str]


def answer_with_problems(app: FastAPI) -> None:
    """Let every error of this app be answered as a problem, those of the framework too."""
    app.add_exception_handler(CounterfoilError, _raised)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _unforeseen)


def problem(error: CounterfoilError, status: int | None = None) -> Response:
    """The answer that tells of an error; with `status` where it is not that of the error's class."""
    status = status or status_of(type(error))
    told = Problem(
        type=ABOUT + error.code,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=mask(str(error)),
        code=error.code,
        what=mask(error.what),
        do=mask(error.do),
        faults=[mask(fault) for fault in getattr(error, "faults", ())],
    )
    return JSONResponse(told.model_dump(), status, _headers(error, status), MEDIA_TYPE)


def status_of(kind: type[CounterfoilError]) -> int:
    """The HTTP status of an error, by its class."""
    return next(STATUSES[above] for above in kind.__mro__ if above in STATUSES)


def _headers(error: CounterfoilError, status: int) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="counterfoil"'
    if isinstance(error, errors.Transient):
        wait = getattr(error, "retry_after", None)
        headers["Retry-After"] = LATER if wait is None else str(max(1, round(wait)))
    return headers


async def _raised(_: Request, error: Exception) -> Response:
    assert isinstance(error, CounterfoilError)
    if isinstance(error, errors.Defect):
        return await _unforeseen(_, error)
    return problem(error)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(
        errors.RequestInvalid(
            "The request is not as the API describes it.",
            do="Mend what `faults` names; /api/docs describes each request.",
            faults=tuple(_fault(one) for one in error.errors()),
        )
    )


def _fault(one: Mapping[str, Any]) -> str:
    """A place and what is wrong there. What was sent is not repeated: it may be a secret."""
    return f"{_place(one['loc'])}: {one['msg']}"[:500]


def _place(steps: Sequence[Any]) -> str:
    return ".".join(str(step)[:60] for step in steps) or "body"


async def _refused(request: Request, error: Exception) -> Response:
    """What the framework refuses: no such address, no such method there, a body that cannot be read."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem(errors.NotFound("There is nothing at this address.", do="See /api/docs."))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        told: CounterfoilError = errors.RequestInvalid(
            f"This address does not take {request.method[:20]!r}.", do="See /api/docs."
        )
    else:
        told = errors.RequestInvalid(f"{HTTPStatus(error.status_code).phrase}.", do="See /api/docs.")
    answer = problem(told, error.status_code)
    answer.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(_methods(request))
    return answer


def _methods(request: Request) -> list[str]:
    """All methods of an address: each route knows only its own. A path without variables is no value of one."""
    routes: Sequence[Route] = request.app.state.routes
    matching = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    here = [route for route in matching if not route.param_convertors] or matching
    return sorted({method for route in here for method in route.methods or ()})


async def _unforeseen(request: Request, defect: Exception) -> Response:
    """Ours to mend: the log has it all, the answer has nothing of it."""
    _log.error("A defect met %s %s", request.method, request.url.path, exc_info=defect)
    return problem(
        errors.Defect(
            "Something unforeseen happened in Counterfoil.",
            do="Please report it with the end of the service's log, where it stands with this moment's time.",
        )
    )
