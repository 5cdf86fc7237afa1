"""Users: who may sign in here, who is in, and what each of them may."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import people, users
from counterfoil.actions.links import link_address
from counterfoil.actions.users import Invited
from counterfoil.errors import CounterfoilError
from counterfoil.model.actor import Role
from counterfoil.model.link import LIFE, Purpose
from counterfoil.model.user import User
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page
from counterfoil.web.roles import ROLES, role_of, version_of
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()


@routes.get("/users")
def list_(visit: Visiting) -> Response:
    """Everybody, with role, way in, and when last seen."""
    return page(visit, "users.html", people=people.every(visit.around), way_in=_way_in)


@routes.get("/users/new")
def new(visit: Visiting) -> Response:
    """Whom to invite, and as what."""
    people.every(visit.around)  # who may not, sees so before anything is typed
    return _form(visit, {"email": "", "name": "", "role": str(Role.VIEWER)}, None)


@routes.post("/users/new")
def invite(visit: Visiting, form: Form) -> Response:
    """Make the user, and show the link this once."""
    try:
        role = role_of(form["role"])
        invited = users.invite(visit.around, form["email"], role=role, name=form["name"])
    except CounterfoilError as error:
        return _form(visit, {name: form[name] for name in ("email", "name", "role")}, error)
    return _handed(visit, invited, Purpose.INVITATION)


@routes.get("/users/{user_id}")
def show(visit: Visiting, user_id: str) -> Response:
    """One user, with everything that can be done."""
    return _shown(visit, user_id, None)


@routes.post("/users/{user_id}/role")
def change(visit: Visiting, user_id: str, form: Form) -> Response:
    """Give another role."""
    try:
        role = role_of(form["role"])
        after = users.change(visit.around, user_id, role=role, version=version_of(form))
    except CounterfoilError as error:
        return _shown(visit, user_id, error)
    return go(f"/users/{user_id}", f"{after.name} is {after.role} now, and signs in anew.")


@routes.post("/users/{user_id}/link")
def link(visit: Visiting, user_id: str, _: Form) -> Response:
    """Make a new link, and show it this once; former ones end."""
    try:
        invited = users.link(visit.around, user_id)
    except CounterfoilError as error:
        return _shown(visit, user_id, error)
    return _handed(visit, invited, Purpose.NEW_PASSWORD if invited.user.has_password else Purpose.INVITATION)


@routes.post("/users/{user_id}/sessions")
def end_sessions(visit: Visiting, user_id: str, _: Form) -> Response:
    """Sign the user out everywhere."""
    try:
        people.end_sessions(visit.around, user_id)
    except CounterfoilError as error:
        return _shown(visit, user_id, error)
    return go(f"/users/{user_id}", "Signed out everywhere.")


@routes.post("/users/{user_id}/disable")
def disable(visit: Visiting, user_id: str, form: Form) -> Response:
    """Let the user in no more, at once."""
    try:
        left = users.disable(visit.around, user_id, version=version_of(form))
    except CounterfoilError as error:
        return _shown(visit, user_id, error)
    return go(f"/users/{user_id}", f"{left.user.name} comes in no more.")


@routes.post("/users/{user_id}/enable")
def enable(visit: Visiting, user_id: str, form: Form) -> Response:
    """Let the user in again."""
    try:
        after = users.enable(visit.around, user_id, version=version_of(form))
    except CounterfoilError as error:
        return _shown(visit, user_id, error)
    return go(f"/users/{user_id}", f"{after.name} may come in again.")


@routes.get("/users/{user_id}/remove")
def ask_to_remove(visit: Visiting, user_id: str) -> Response:
    """What removing means, before it is done."""
    return page(visit, "user_remove.html", person=people.show(visit.around, user_id), error=None)


@routes.post("/users/{user_id}/remove")
def remove(visit: Visiting, user_id: str, form: Form) -> Response:
    """Forget the user."""
    try:
        left = users.remove(visit.around, user_id, version=version_of(form))
    except CounterfoilError as error:
        return page(
            visit,
            "user_remove.html",
            status=status_of(error),
            person=people.show(visit.around, user_id),
            error=error,
        )
    return go("/users", f"{left.user.name} is removed.")


def _form(visit: Visit, typed: dict[str, str], error: CounterfoilError | None) -> Response:
    return page(
        visit,
        "user_new.html",
        status=status_of(error) if error else 200,
        typed=typed,
        roles_told=ROLES,
        error=error,
        days=LIFE[Purpose.INVITATION].days,
    )


def _shown(visit: Visit, user_id: str, error: CounterfoilError | None) -> Response:
    return page(
        visit,
        "user.html",
        status=status_of(error) if error else 200,
        person=people.show(visit.around, user_id),
        roles_told=ROLES,
        way_in=_way_in,
        error=error,
    )


def _way_in(user: User) -> str:
    ways = ("a password",) * user.has_password + ("the organisation's account",) * user.elsewhere
    return " or ".join(ways) or "nothing yet"


def _handed(visit: Visit, invited: Invited, purpose: Purpose) -> Response:
    """The page with a link, which is shown this once."""
    return page(
        visit,
        "user_link.html",
        invited=invited.user,
        invitation=purpose is Purpose.INVITATION,
        link=link_address(visit.request.app.state.public_url, invited.word),
        ends_at=visit.around.now() + LIFE[purpose],
    )
