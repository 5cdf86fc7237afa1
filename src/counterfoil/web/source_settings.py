"""A source's settings: all that can be changed, what follows from it before it is done, and forgetting it."""

import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import activity, as_code, credential_views, editing, forgetting, sources
from counterfoil.actions.consequences import Consequences
from counterfoil.actions.editing import Wanted
from counterfoil.errors import ChangedMeanwhile, CounterfoilError, NotFound, SettingInvalid
from counterfoil.web import source_form
from counterfoil.web.consent import answer_of
from counterfoil.web.page import go, part
from counterfoil.web.source_form import Sent
from counterfoil.web.sources import shown
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()
TAB = "/settings"
TITLES = {
    "name": "Name",
    "credential": "Company",
    "prefix": "Table prefix",
    "schedule": "Schedule",
    "streams": "Data",
    "feeds": "Destinations",
}
"""What the form calls the fields of `editing`."""


@routes.get("/sources/{name}/settings")
def settings(visit: Visiting, name: str, connected: str = "", added: str = "", answer: str = "") -> Response:
    """All settings as they stand.

    A credential was `connected` or a destination `added` for it just now; `answer` is what Intuit refused.
    """
    kept = editing.as_it_stands(sources.show(visit.around.db, name))
    wanted = source_form.with_new(visit.around, kept, credential=connected, destination=added)
    return _settings(visit, name, _unsent(wanted), refused=answer_of(visit, answer))


@routes.post("/sources/{name}/settings")
def change(visit: Visiting, name: str, form: Form) -> Response:
    """Show what a change means for tables that are there; then, asked again, do it."""
    around = visit.around
    view = sources.show(around.db, name)
    kept = editing.as_it_stands(view)
    sent = source_form.read(form, kept)
    faults = editing.faults(around, name, sent.wanted)
    if sent.version not in (None, view.source.version):
        return _told(visit, name, sent, kept)
    if faults:
        return _settings(visit, name, sent, faults=faults)
    try:
        means = sources.what_would_change(around, name, sent.wanted.changes)
        if means.told and sent.agreed != _digest(means):
            return _settings(visit, name, sent, means=means)
        after = sources.change(around, name, sent.wanted.changes, version=view.source.version).source
    except CounterfoilError as error:
        return _settings(visit, name, sent, faults={"": f"{error.what} {error.do}".strip()}, error=error)
    return go(
        f"/sources/{quote(after.name, safe='')}/settings", "Kept." if means.told else "Nothing changed."
    )


@routes.post("/sources/{name}/settings/beside")
def beside(visit: Visiting, name: str, form: Form) -> Response:
    """What the form comes to while it is filled in."""
    around = visit.around
    sent = source_form.read(form, editing.as_it_stands(sources.show(around.db, name)))
    faults = editing.faults(around, name, sent.wanted)
    return part(
        visit,
        "source_settings_beside.html",
        live=True,
        faults=faults,
        **_beside(visit, name, sent),
        follows=() if faults else sources.what_would_change(around, name, sent.wanted.changes).told,
    )


@routes.get("/sources/{name}/remove")
def ask_to_remove(visit: Visiting, name: str) -> Response:
    """What forgetting it means."""
    return _farewell(visit, name, "", None)


@routes.post("/sources/{name}/remove")
def remove(visit: Visiting, name: str, form: Form) -> Response:
    """Forget it, once its name was typed."""
    try:
        if form["typed"] != name:
            raise SettingInvalid("The name that was typed is another.", do=f"Type {name} to forget it.")
        sources.remove(visit.around, name)
    except NotFound:
        raise
    except CounterfoilError as error:
        return _farewell(visit, name, form["typed"], error)
    return go("/sources", f"{name} is forgotten. Its tables stay in the warehouse.")


def _farewell(visit: Visit, name: str, typed: str, error: CounterfoilError | None) -> Response:
    return shown(
        visit,
        name,
        TAB,
        template="source_remove.html",
        error=error,
        typed=typed,
        farewell=forgetting.what_would_go(visit.around, name),
        code=as_code.once("sources remove", name),
    )


def _told(visit: Visit, name: str, sent: Sent, kept: Wanted) -> Response:
    """Somebody else was faster: show both, keep what was typed, and let them choose."""
    found = editing.meanwhile(sent.seen, kept, sent.wanted)
    untouched = {each.field for each in found if not each.clashes}
    wanted = editing.taking(sent.wanted, kept, untouched)
    typed = source_form.as_kept(kept) if "schedule" in untouched else sent.schedule
    merged = replace(sent, wanted=wanted, schedule=replace(typed, prefix=wanted.prefix))
    newest = next(iter(activity.of_source(visit.around, name, limit=1).deeds), None)
    error = ChangedMeanwhile(
        "Somebody else changed this source while you were editing it.",
        do="Nothing of yours is saved yet. Look at both, and save once more.",
    )
    return _settings(visit, name, merged, error=error, meanwhile=found, newest=newest)


def _settings(visit: Visit, name: str, sent: Sent, **told: Any) -> Response:
    around = visit.around
    means: Consequences | None = told.pop("means", None)
    faults = told.get("faults", {})
    error = told.pop("error", None)
    if faults and error is None:
        beside = "What is wrong stands beside each field."
        error = (
            SettingInvalid(faults[""]) if "" in faults else SettingInvalid("It cannot be kept so.", do=beside)
        )
    inside = {"faults": {}, "meanwhile": (), "newest": None, "refused": None} | told
    return shown(
        visit,
        name,
        TAB,
        error=error,
        titles=TITLES,
        company=credential_views.show(around, sources.show(around.db, name).source.credential.name),
        means=means,
        agreed=_digest(means) if means else "",
        live=False,
        **inside,
        **(source_form.fields(around, name, sent.wanted, sent.schedule) | _beside(visit, name, sent)),
    )


def _beside(visit: Visit, name: str, sent: Sent) -> dict[str, Any]:
    try:
        code = as_code.changed_source(visit.around, name, sent.wanted.changes)
    except CounterfoilError:
        code = None
    return {"code": code, **source_form.preview(visit.around, name, sent.wanted, sent.schedule)}


def _unsent(wanted: Wanted) -> Sent:
    return Sent(wanted=wanted, schedule=source_form.as_kept(wanted), version=None, seen={}, agreed="")


def _digest(means: Consequences) -> str:
    """Who agrees to consequences agrees to these: another change, or another state of things, is asked about anew."""
    return hashlib.sha256("\n".join(means.told).encode()).hexdigest()
