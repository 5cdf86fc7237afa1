"""One's own account: name, password, light or dark, and the browsers one is signed in with."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import account, signing_in
from counterfoil.errors import CounterfoilError
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page
from counterfoil.web.signing import entered, refused
from counterfoil.web.visit import THEME, THEMES, Form, Visit, Visiting, address_of, cookie_of

routes = APIRouter()

YEAR = 365 * 86_400


@routes.get("/account")
def show(visit: Visiting) -> Response:
    """Everything of one's own."""
    return _shown(visit, None)


@routes.post("/account/name")
def rename(visit: Visiting, form: Form) -> Response:
    """Be called something else."""
    try:
        account.rename(visit.around, visit.word, form["name"])
    except CounterfoilError as error:
        return _shown(visit, error, name=form["name"])
    return go("/account", "Kept.")


@routes.post("/account/password")
def change_password(visit: Visiting, form: Form) -> Response:
    """Choose another password; other browsers are signed out."""
    try:
        signed = signing_in.change_password(
            visit.around,
            word=visit.word,
            former=form.raw("former"),
            password=form.raw("password"),
            address=address_of(visit.request),
        )
    except CounterfoilError as error:
        return _shown(visit, error, status=refused(error))
    return entered(visit.request, signed, "/account")


@routes.post("/account/theme")
def choose_theme(form: Form, _: Visiting) -> Response:
    """Light, dark, or as the system says; kept in this browser."""
    answer = go("/account")
    if form["theme"] in THEMES:
        answer.set_cookie(THEME, form["theme"], max_age=YEAR, samesite="lax")
    else:
        answer.delete_cookie(THEME)
    return answer


@routes.post("/account/sessions/end")
def end_session(visit: Visiting, form: Form) -> Response:
    """Sign one browser out."""
    try:
        account.end_session(visit.around, visit.word, form["session"])
    except CounterfoilError as error:
        return _shown(visit, error)
    return go("/account", "That browser is signed out.")


@routes.post("/account/sessions/others")
def end_others(visit: Visiting, _: Form) -> Response:
    """Sign all other browsers out."""
    ended = account.end_other_sessions(visit.around, visit.word)
    return go("/account", f"{ended} other {'session is' if ended == 1 else 'sessions are'} ended.")


@routes.post("/account/sessions/all")
def end_all(visit: Visiting, _: Form) -> Response:
    """Sign every browser out, this one too."""
    signing_in.sign_out_everywhere(visit.around)
    answer = go("/signin")
    answer.headers.append("Set-Cookie", cookie_of(visit.request).line("", seconds=0))
    return answer


def _shown(visit: Visit, error: CounterfoilError | None, *, name: str = "", status: int = 0) -> Response:
    return page(
        visit,
        "account.html",
        status=status or (status_of(error) if error else 200),
        error=error,
        name=name or visit.user.name,
        sessions=account.own_sessions(visit.around, visit.word),
    )
