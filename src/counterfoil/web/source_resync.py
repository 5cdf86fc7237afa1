"""Reading a source again: everything or some of it, in full or from a day on, with its cost before it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import again, as_code, sources, syncs
from counterfoil.actions.syncs import Errand
from counterfoil.errors import CounterfoilError, SettingInvalid
from counterfoil.model.credential import Environment
from counterfoil.quickbooks.catalog import read_by
from counterfoil.web.page import go
from counterfoil.web.sources import shown
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form as it was filled in: `what` is full or since; no streams means all."""

    what: str
    since: str
    some: bool
    streams: tuple[str, ...]

    @property
    def errand(self) -> Errand:
        """What is asked for. Raises SettingInvalid."""
        chosen = frozenset(self.streams) if self.some else None
        if chosen is not None and not chosen:
            raise SettingInvalid("No data is ticked.", do="Tick what to read again, or choose everything.")
        if self.what == "full":
            return Errand(streams=chosen, full=True)
        try:
            day = date.fromisoformat(self.since)
        except ValueError:
            raise SettingInvalid("No day is chosen.", do="Say from which day on to read again.") from None
        return Errand(streams=chosen, since=datetime.combine(day, time(), UTC))


@routes.get("/sources/{name}/resync")
def choose(visit: Visiting, name: str) -> Response:
    """What to read again, and what that costs."""
    asked = visit.request.query_params
    return _shown(visit, name, _typed(asked, asked.getlist("stream")), None)


@routes.post("/sources/{name}/resync")
def ask(visit: Visiting, name: str, form: Form) -> Response:
    """Ask for it, and watch it."""
    typed = _typed({key: form[key] for key in ("what", "since", "all")}, form.every("stream"))
    try:
        sync = syncs.ask(visit.around, name, typed.errand)
    except CounterfoilError as error:
        return _shown(visit, name, typed, error)
    return go(f"/syncs/{sync.id}")


def _typed(fields: Mapping[str, str], streams: list[str] | tuple[str, ...]) -> Typed:
    return Typed(
        what="since" if fields.get("what") == "since" else "full",
        since=fields.get("since", "")[:10],
        some=fields.get("all") == "no",
        streams=tuple(streams),
    )


def _shown(visit: Visit, name: str, typed: Typed, error: CounterfoilError | None) -> Response:
    around = visit.around
    source = sources.show(around.db, name).source
    return shown(
        visit,
        name,
        "/settings",
        template="source_resync.html",
        error=error,
        typed=typed,
        streams=read_by(source),
        known=again.records(around.db, source),
        metered=source.credential.environment is Environment.PRODUCTION,
        today=around.now().date(),
        **_comes_to(visit, name, typed),
    )


def _comes_to(visit: Visit, name: str, typed: Typed) -> dict[str, Any]:
    try:
        errand = typed.errand
        cost = again.estimate(visit.around, name, errand)
    except CounterfoilError as fault:
        return {"cost": None, "code": None, "fault": fault}
    return {"cost": cost, "code": as_code.errand(name, errand), "fault": None}
