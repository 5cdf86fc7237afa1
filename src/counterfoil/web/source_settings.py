"""A source's settings: all that can be changed, what follows from it before it is done, and forgetting it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import activity, as_code, editing, forgetting, sources
from counterfoil.actions.as_code import Code
from counterfoil.actions.editing import Wanted, Weighed
from counterfoil.actions.sources import Kept
from counterfoil.errors import ChangedMeanwhile, CounterfoilError, NotFound, SettingInvalid
from counterfoil.web import source_form
from counterfoil.web.consent import answer_of
from counterfoil.web.page import go, part
from counterfoil.web.source_form import Sent
from counterfoil.web.sources import shown
from counterfoil.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
TAB = "/settings"
TITLES = {
    "name": "Name",
    "credential": "Company",
    "prefix": "Table prefix",
    "schedule": "Schedule",
    "streams": "Data",
    "reports": "Reports",
    "views": "Views",
    "fivetran": "Fivetran's names",
    "feeds": "Destinations",
}
"""What the form calls the fields of `editing`."""


@routes.get("/sources/{name}/settings")
def settings(visit: Visiting, name: str, connected: str = "", added: str = "", answer: str = "") -> Response:
    """All settings as they stand.

    A credential was `connected` or a destination `added` for it just now; `answer` is what Intuit refused.
    """
    kept = editing.as_it_stands(sources.kept(visit.around.db, name))
    wanted = source_form.with_new(visit.around, kept, credential=connected, destination=added)
    return _settings(visit, name, _unsent(wanted), refused=answer_of(visit, answer))


@routes.post("/sources/{name}/settings")
def change(visit: Visiting, name: str, form: Form) -> Response:
    """Show what a change means for tables that are there; then, asked again, do it."""
    around, name = visit.around, _name_by_now(visit, name, form)
    view = sources.kept(around.db, name)
    kept = editing.as_it_stands(view)
    sent = source_form.read(form, kept)
    weighed = editing.weigh(around, name, sent.wanted)
    if sent.version not in (None, view.source.version):
        return _told(visit, name, sent, kept)
    if weighed.faults or (weighed.told and sent.agreed != _digest(weighed.told)):
        return _settings(visit, name, sent, weighed=weighed)
    try:
        after = sources.change(around, name, sent.wanted.changes, version=view.source.version).source
    except CounterfoilError as error:
        return _settings(visit, name, sent, error=error)
    said = "Kept." if weighed.told else "Nothing changed."
    return go(f"/sources/{quote(after.name, safe='')}/settings", said)


@routes.post("/sources/{name}/settings/beside")
def beside(visit: Visiting, name: str, form: Form) -> Response:
    """What the form comes to while it is filled in."""
    around, name = visit.around, _name_by_now(visit, name, form)
    view = sources.kept(around.db, name)
    sent = source_form.read(form, editing.as_it_stands(view))
    weighed = editing.weigh(around, name, sent.wanted)
    return part(
        visit, "source_settings_beside.html", live=True, weighed=weighed, **_beside(visit, view, sent)
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


def _name_by_now(visit: Visit, name: str, form: Posted) -> str:
    return sources.name_by_now(visit.around.db, name, form["source"])


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
    with visit.around.db.looking() as db:
        return _drawn(replace(visit, around=replace(visit.around, db=db)), name, sent, told)


def _drawn(visit: Visit, name: str, sent: Sent, told: Mapping[str, Any]) -> Response:
    around, view = visit.around, sources.kept(visit.around.db, name)
    inside: dict[str, Any] = {"weighed": Weighed(), "meanwhile": (), "newest": None, "refused": None, **told}
    error = inside.pop("error", None) or _fault(inside["weighed"])
    told_beside = _beside(visit, view, sent)
    return shown(
        visit,
        name,
        TAB,
        error=error,
        titles=TITLES,
        agreed=_digest(inside["weighed"].told),
        live=False,
        used=told_beside["spent"],
        **inside,
        **(source_form.fields(around, view, sent.wanted, sent.schedule) | told_beside),
    )


def _beside(visit: Visit, view: Kept, sent: Sent) -> dict[str, Any]:
    return {
        "code": _code(visit, view, sent.wanted),
        **source_form.preview(visit.around, view.source, sent.wanted, sent.schedule),
    }


def _code(visit: Visit, view: Kept, wanted: Wanted) -> Code | None:
    """What does the same; none for what cannot be kept. To look at what stands, nothing else need be read."""
    if wanted == editing.as_it_stands(view):
        return as_code.source(view)
    try:
        return as_code.changed_source(visit.around, view.source.name, wanted.changes)
    except CounterfoilError:
        return None


def _unsent(wanted: Wanted) -> Sent:
    return Sent(wanted=wanted, schedule=source_form.as_kept(wanted), version=None, seen={}, agreed="")


def _fault(weighed: Weighed) -> SettingInvalid | None:
    """What stands above the form; a sentence of its own stands beside each field."""
    if not weighed.faults:
        return None
    if "" in weighed.faults:
        return SettingInvalid(weighed.faults[""])
    return SettingInvalid("It cannot be kept so.", do="What is wrong stands beside each field.")


def _digest(told: Sequence[str]) -> str:
    """Who agrees to consequences agrees to these: another change, or another state of things, is asked about anew."""
    return hashlib.sha256("\n".join(told).encode()).hexdigest() if told else ""
