"""API keys: what programs come in with. Shown once, revoked at once."""

from datetime import UTC, date, datetime, time, timedelta

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import keys
from counterfoil.errors import CounterfoilError, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page
from counterfoil.web.roles import ROLES, role_of, version_of
from counterfoil.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()

ENDS = (("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"), ("", "never"), ("day", "on a day:"))
"""When a key ends: after so many days, never, or with a day of one's own."""


@routes.get("/keys")
def list_(visit: Visiting) -> Response:
    """All of them, without what they are."""
    return page(visit, "keys.html", keys=keys.every(visit.around))


@routes.get("/keys/new")
def new(visit: Visiting) -> Response:
    """What it is for, what it may, and until when."""
    keys.every(visit.around)  # who may not, sees so before anything is typed
    return _form(visit, {"name": "", "role": str(Role.VIEWER), "ends": "90", "day": ""}, None)


@routes.post("/keys/new")
def create(visit: Visiting, form: Form) -> Response:
    """Make it, and show it this once."""
    try:
        ends_at = _end(form, visit.around.now())
        made = keys.create(visit.around, form["name"], role=role_of(form["role"]), ends_at=ends_at)
    except CounterfoilError as error:
        return _form(visit, {name: form[name] for name in ("name", "role", "ends", "day")}, error)
    return page(
        visit, "key_made.html", key=made.key, word=made.word, public_url=visit.request.app.state.public_url
    )


@routes.get("/keys/{key_id}")
def ask_to_revoke(visit: Visiting, key_id: str) -> Response:
    """One key, and what revoking it means."""
    return _shown(visit, key_id, None)


@routes.post("/keys/{key_id}/revoke")
def revoke(visit: Visiting, key_id: str, form: Form) -> Response:
    """End it at once."""
    try:
        key = keys.revoke(visit.around, key_id, version=version_of(form))
    except CounterfoilError as error:
        return _shown(visit, key_id, error)
    return go("/keys", f"{key.name} opens nothing any more.")


def _form(visit: Visit, typed: dict[str, str], error: CounterfoilError | None) -> Response:
    return page(
        visit,
        "key_new.html",
        status=status_of(error) if error else 200,
        typed=typed,
        roles_told=ROLES,
        ends=ENDS,
        error=error,
    )


def _shown(visit: Visit, key_id: str, error: CounterfoilError | None) -> Response:
    return page(
        visit,
        "key.html",
        status=status_of(error) if error else 200,
        key=keys.show(visit.around, key_id),
        what=dict(ROLES),
        error=error,
    )


def _end(form: Posted, now: datetime) -> datetime | None:
    """When the key is to end: a day counts to its end, in UTC. Raises SettingInvalid."""
    ends = form["ends"]
    if not ends:
        return None
    if ends != "day":
        return now + timedelta(days=min(int(ends), 36_500) if ends.isdecimal() else 90)
    try:
        day = date.fromisoformat(form["day"])
    except ValueError:
        raise SettingInvalid("No day is given on which the key ends.", do="Choose one.") from None
    return datetime.combine(day, time.max, UTC)
