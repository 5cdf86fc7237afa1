"""The frame of every page, and how templates are filled: all that comes in is text, escaped."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from counterfoil.actions import overview, spending
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.budget import WARNS_AT
from counterfoil.store import sources
from counterfoil.web import words
from counterfoil.web.navigation import navigation
from counterfoil.web.visit import Visit, theme_of

NOTICE = "counterfoil_notice"
"""A cookie with one sentence for the next page."""

KNOWN = frozenset({"needing", "used"})
"""What the frame tells and some pages find out anyway: how many sources need somebody, the month's metered calls."""


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("counterfoil.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    said = ("number", "money", "about", "span", "exact", "plural")
    made.filters |= {name: getattr(words, name) for name in said}
    made.globals |= {"icon": words.icon}
    return made


def page(visit: Visit, template: str, *, status: int = 200, **shown: Any) -> Response:
    """A page for someone who is signed in, in the frame with the navigation; it may show what is KNOWN already."""
    with visit.around.db.looking() as db:
        frame = _frame(visit, replace(visit.around, db=db), shown)
    hidden = frame.keys() & shown.keys() - KNOWN
    if hidden:
        raise ValueError(f"{template} would hide the frame's {', '.join(sorted(hidden))}.")
    answer = _render(template, visit.around.now(), status, {**frame, **shown})
    answer.headers["Content-Security-Policy"] = _policy(visit.around.app.authorize_url)
    if frame["notice"]:
        answer.delete_cookie(NOTICE)
    return answer


def _frame(visit: Visit, around: Surroundings, shown: Mapping[str, Any]) -> dict[str, Any]:
    now = around.now()
    return {
        "user": visit.user,
        "csrf": visit.csrf,
        "path": visit.request.url.path,
        "navigation": navigation(visit.request.app.state.addresses, visit.user.role),
        "needing": shown["needing"] if "needing" in shown else overview.needing(around),
        "source_count": sources.count(around.db),
        "used": (used := shown["used"] if "used" in shown else spending.used(around.db, now)),
        "allowance": around.monthly_calls,
        "calls_warn": used >= WARNS_AT * around.monthly_calls,
        "month": f"{now:%B}",
        "notice": _notice(visit.request),
        "theme": theme_of(visit.request),
    }


def part(visit: Visit, template: str, **shown: Any) -> Response:
    """A piece of a page, for what updates itself."""
    return _render(template, visit.around.now(), 200, {"csrf": visit.csrf, "user": visit.user, **shown})


def alone(request: Request, template: str, *, status: int = 200, **shown: Any) -> Response:
    """A page without the frame: for who is not signed in."""
    now: datetime = request.app.state.around.now()
    return _render(template, now, status, {"theme": theme_of(request), **shown})


def go(address: str, notice: str = "") -> Response:
    """Lead to another page of ours after a form, with a sentence to show there."""
    answer = RedirectResponse(address, status_code=303)
    if notice:
        answer.set_cookie(
            NOTICE,
            quote(notice),
            max_age=60,
            httponly=True,
            samesite="lax",
        )
    return answer


def _notice(request: Request) -> str:
    return unquote(request.cookies.get(NOTICE, "")[:2_000])[:300]


def _policy(authorize_url: str) -> str:
    """What a page may load and where its forms may lead: to us, and from us on to Intuit's page of consent."""
    intuit = urlsplit(authorize_url)
    return (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {intuit.scheme}://{intuit.netloc}"
    )


def _render(template: str, now: datetime, status: int, shown: dict[str, Any]) -> Response:
    text = (
        _templates()
        .get_template(template)
        .render(now=now, when=lambda moment: words.when(moment, now), **shown)
    )
    return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store"})
