"""Signing in and out, and the links that work once."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from counterfoil.actions import browser, links, signing_in
from counterfoil.actions.consenting import page_of_ours
from counterfoil.actions.signing_in import SignedIn
from counterfoil.errors import CounterfoilError, NotSignedIn
from counterfoil.model.link import Purpose
from counterfoil.model.session import LONGEST
from counterfoil.store.secret_words import Word, new_word
from counterfoil.web.errors import status_of
from counterfoil.web.page import alone, go
from counterfoil.web.visit import Form, Visiting, address_of, cookie_of, visitor_cookie, word_of

routes = APIRouter()


@routes.get("/signin")
def ask(request: Request, next: str = "") -> Response:  # noqa: A002 - the word people know from addresses
    """The page for signing in; who is in already goes on."""
    try:
        signing_in.session_of(request.app.state.around, word_of(request))
    except NotSignedIn:
        return with_visitor(request, "signin.html", next=page_of_ours(next), email="", error=None)
    return go(page_of_ours(next) or "/")


@routes.post("/signin")
def sign_in(request: Request, form: Form) -> Response:
    """Sign in, and go where one wanted to go."""
    wanted = page_of_ours(form["next"])
    try:
        signed = signing_in.sign_in(
            request.app.state.around,
            form["email"],
            form.raw("password"),
            address=address_of(request),
            before=word_of(request),
        )
    except CounterfoilError as error:
        return with_visitor(
            request, "signin.html", status=refused(error), next=wanted, email=form["email"], error=error
        )
    return entered(request, signed, wanted or "/")


@routes.post("/signout")
def sign_out(visit: Visiting, _: Form) -> Response:
    """End the session."""
    signing_in.sign_out(visit.around, visit.word)
    answer = go("/signin")
    answer.headers.append("Set-Cookie", cookie_of(visit.request).line("", seconds=0))
    return answer


@routes.get(links.PATH + "{word}")
def welcome(request: Request, word: str) -> Response:
    """What a one-time link is for. Looking does not use it up."""
    opened = _opened(request, word)
    if isinstance(opened, Response):
        return opened
    return _choose(request, word, opened, {"email": "", "name": ""}, None)


@routes.post(links.PATH + "{word}")
def use(request: Request, word: str, form: Form) -> Response:
    """Choose a password with the link, and be signed in."""
    opened = _opened(request, word)
    if isinstance(opened, Response):
        return opened
    try:
        signed = links.use(
            request.app.state.around,
            word,
            form.raw("password"),
            email=form["email"],
            name=form["name"],
            before=word_of(request),
        )
    except CounterfoilError as error:
        typed = {"email": form["email"], "name": form["name"]}
        return _choose(request, word, opened, typed, error)
    return entered(request, signed, "/")


def _opened(request: Request, word: str) -> links.Opened | Response:
    try:
        return links.look(request.app.state.around, word)
    except NotSignedIn as error:
        return alone(request, "error.html", status=410, what=error.what, do=error.do, code=error.code)


def _choose(
    request: Request, word: str, opened: links.Opened, typed: dict[str, str], error: CounterfoilError | None
) -> Response:
    return with_visitor(
        request,
        "welcome.html",
        status=refused(error) if error else 200,
        word=word,
        first=opened.user is None,
        invited=opened.link.purpose is Purpose.INVITATION,
        whose=opened.user.email if opened.user else "",
        typed=typed,
        error=error,
    )


def with_visitor(request: Request, template: str, *, status: int = 200, **shown: object) -> Response:
    """A page whose form is bound to this browser, though nobody is signed in."""
    shown["elsewhere"] = request.app.state.around.openid is not None
    kept = visitor_cookie(request)
    word = word_of(request) or request.cookies.get(kept.name, "") or new_word(Word.SESSION)
    answer = alone(request, template, status=status, csrf=browser.csrf_token(word), **shown)
    answer.headers["Referrer-Policy"] = "no-referrer"  # the address of a link is a secret
    if not word_of(request):
        answer.headers.append("Set-Cookie", kept.line(word, seconds=3600))
    return answer


def entered(request: Request, signed: SignedIn, address: str) -> Response:
    """Lead on whoever has just signed in, with the session's cookie."""
    answer = go(address)
    seconds = int(LONGEST.total_seconds())
    answer.headers.append("Set-Cookie", cookie_of(request).line(signed.word, seconds=seconds))
    answer.headers.append("Set-Cookie", visitor_cookie(request).line("", seconds=0))
    return answer


def refused(error: CounterfoilError) -> int:
    """The status of a page that says why nobody was let in."""
    return 401 if isinstance(error, NotSignedIn) else status_of(error)
