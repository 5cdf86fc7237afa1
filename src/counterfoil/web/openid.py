"""Signing in with an account at the OpenID provider: off to it, and back."""

from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from counterfoil.actions import browser, openid
from counterfoil.actions.browser import Cookie
from counterfoil.actions.consenting import page_of_ours
from counterfoil.errors import CounterfoilError
from counterfoil.web.signing import entered, refused, with_visitor
from counterfoil.web.visit import word_of

routes = APIRouter()


@routes.get(openid.PATH)
def leave(request: Request, next: str = "") -> Response:  # noqa: A002 - the word people know from addresses
    """Send the browser to the provider's page."""
    try:
        begun = openid.begin(request.app.state.around, request.app.state.public_url)
    except CounterfoilError as error:
        return _outside(request, next, error)
    answer = RedirectResponse(begun.page, status_code=303)
    kept = f"{begun.kept}|{quote(page_of_ours(next), safe='')}"
    answer.headers.append("Set-Cookie", _cookie(request).line(kept, seconds=openid.LIFE))
    return answer


@routes.get(f"{openid.PATH}/answer")
def come_back(request: Request) -> Response:
    """Sign in whom the provider names, and go where one wanted to go."""
    kept, _, wanted = request.cookies.get(_cookie(request).name, "").partition("|")
    wanted = page_of_ours(unquote(wanted))
    try:
        signed = openid.finish(
            request.app.state.around,
            request.query_params,
            kept=kept,
            public_url=request.app.state.public_url,
            before=word_of(request),
        )
    except CounterfoilError as error:
        return _outside(request, wanted, error)
    return _ended(request, entered(request, signed, wanted or "/"))


def _outside(request: Request, wanted: str, error: CounterfoilError) -> Response:
    shown = {"next": page_of_ours(wanted), "email": "", "error": error}
    return _ended(request, with_visitor(request, "signin.html", status=refused(error), **shown))


def _ended(request: Request, answer: Response) -> Response:
    answer.headers.append("Set-Cookie", _cookie(request).line("", seconds=0))
    return answer


def _cookie(request: Request) -> Cookie:
    """What the browser keeps until it comes back."""
    return browser.cookie(request.app.state.public_url, "counterfoil_openid")
