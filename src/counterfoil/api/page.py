"""The OpenAPI document as one plain page, made on the server: it works without a script and without a network."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from counterfoil.api.problems import status_of
from counterfoil.errors import CounterfoilError

Document = Mapping[str, Any]

STYLE = """\
body { color: #1d2733; font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem 1.5rem }
code, pre { font: 14px/1.45 ui-monospace, monospace }
pre { background: #f4f6f8; border-radius: 6px; overflow-x: auto; padding: .75rem 1rem }
h2 { border-bottom: 1px solid #d8dee4; margin-top: 3rem; text-transform: capitalize }
details { border: 1px solid #d8dee4; border-radius: 6px; margin: .5rem 0; padding: .5rem .75rem }
summary { cursor: pointer }
.method { display: inline-block; font-weight: 700; min-width: 4.5rem }
.role { background: #eef2f6; border-radius: 4px; float: right; font-size: 13px; padding: .1rem .5rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #e6eaee; padding: .3rem .5rem; text-align: left; vertical-align: top }
nav a { margin-right: 1rem; text-transform: capitalize }
:target { background: #fff8dc }
@media (prefers-color-scheme: dark) {
  body { background: #14191f; color: #dfe6ee } pre, .role { background: #1f2730 } a { color: #7ab7ff }
  details, th, td, h2 { border-color: #303a45 } :target { background: #3a3420 }
}
"""


def page_of(document: Document) -> str:
    """The whole page. Everything in it that is not ours is escaped."""
    groups = _by_tag(document)
    menu = "".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in (*groups, "errors"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Counterfoil API</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/api/docs.css"></head>'
        f"<body><h1>Counterfoil API</h1>{_text(document['info']['description'])}"
        '<p>For programs: <a href="/api/openapi.json">openapi.json</a></p>'
        f"<nav>{menu}</nav>"
        + "".join(
            f'<h2 id="{escape(tag)}">{escape(tag)}</h2>'
            + "".join(_operation(document, *one) for one in listed)
            for tag, listed in groups.items()
        )
        + _errors()
        + "</body></html>"
    )


def _by_tag(document: Document) -> dict[str, list[tuple[str, str, Document]]]:
    groups: dict[str, list[tuple[str, str, Document]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation.get("tags", ["service"])[0], []).append((method, path, operation))
    return groups


def _operation(document: Document, method: str, path: str, operation: Document) -> str:
    role = role_of(operation)
    return (
        f'<details id="{escape(operation["operationId"])}"><summary>'
        + (f'<span class="role">{escape(role)}</span>' if role else "")
        + f'<span class="method">{method.upper()}</span><code>{escape(path)}</code></summary>'
        + _text(operation.get("description", ""))
        + _parameters(operation.get("parameters", ()))
        + _content("Body", document, operation.get("requestBody", {}))
        + "".join(
            _content(f"Answer {status}", document, answer)
            for status, answer in operation["responses"].items()
            if status.startswith("2")
        )
        + "</details>"
    )


def role_of(operation: Document) -> str:
    """The role that an operation needs; "" where none is needed."""
    return next((roles[0] for way in operation.get("security", ()) for roles in way.values() if roles), "")


def _text(text: str) -> str:
    parts = (part.strip() for part in text.split("\n\n"))
    return "".join(f"<p>{escape(part)}</p>" for part in parts if part)


def _parameters(parameters: Any) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}"
        f"{', needed' if one.get('required') else ''}</td><td>{escape(one.get('description', ''))}</td></tr>"
        for one in parameters
    )
    return f"<table><tr><th>Parameter</th><th>Where</th><th>Meaning</th></tr>{rows}</table>" if rows else ""


def _content(title: str, document: Document, holder: Document) -> str:
    return "".join(
        f"<p>{escape(title)}, <code>{escape(media)}</code></p><pre>{escape(_example(document, content))}</pre>"
        for media, content in holder.get("content", {}).items()
        if content.get("schema")
    )


def _example(document: Document, content: Document) -> str:
    return json.dumps(_sample(document, content["schema"], depth=0), indent=2, ensure_ascii=False)


def _sample(document: Document, schema: Document, *, depth: int) -> Any:
    """A value of this shape: its own example, else one made of its parts."""
    if "$ref" in schema:
        return _sample(document, _named(document, schema["$ref"]), depth=depth)
    for given in ("example", "default", "const"):
        if given in schema:
            return schema[given]
    if schema.get("examples"):
        return schema["examples"][0]
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return _sample(document, several[0], depth=depth)
    return _made(document, schema, depth=depth)


def _made(document: Document, schema: Document, *, depth: int) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("type") == "object" and depth < 6:
        return {
            name: _sample(document, one, depth=depth + 1)
            for name, one in schema.get("properties", {}).items()
        }
    if schema.get("type") == "array" and depth < 6:
        return [_sample(document, schema["items"], depth=depth + 1)]
    return {"integer": 0, "number": 0, "boolean": False, "string": schema.get("format", "text")}.get(
        schema.get("type", ""), {}
    )


def _named(document: Document, reference: str) -> Document:
    found: Document = document["components"]["schemas"][reference.rsplit("/", 1)[1]]
    return found


def _errors() -> str:
    rows = "".join(
        f'<tr id="{escape(kind.code)}"><td><code>{escape(kind.code)}</code></td><td>{status_of(kind)}</td>'
        f"<td>{escape((kind.__doc__ or '').strip().splitlines()[0])}</td></tr>"
        for kind in sorted(_kinds(CounterfoilError), key=lambda kind: kind.code)
    )
    return (
        '<h2 id="errors">errors</h2><p>The `code` of an error never changes its meaning.</p>'
        f"<table><tr><th>Code</th><th>Status</th><th>What happened</th></tr>{rows}</table>"
    )


def _kinds(kind: type[CounterfoilError]) -> Iterator[type[CounterfoilError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
