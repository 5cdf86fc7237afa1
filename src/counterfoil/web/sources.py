"""A source's page: its syncs, its tables, its settings, who changed what."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import sources, syncs
from counterfoil.actions.source_changes import Changes
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError, NotFound
from counterfoil.model.schedule_text import in_words, parse
from counterfoil.model.standing import standing
from counterfoil.quickbooks.catalog import catalog
from counterfoil.store import outcomes
from counterfoil.store.recent import recent
from counterfoil.web.errors import status_of
from counterfoil.web.overview import PICTURES
from counterfoil.web.page import go, page
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()
TABS = (("", "Syncs"), ("/tables", "Tables"), ("/settings", "Settings"))
SHOWN = 50


@routes.get("/sources/{name}")
def show(visit: Visiting, name: str, before: str = "") -> Response:
    """Its syncs, the newest first."""
    found = syncs.latest(visit.around.db, name, limit=SHOWN + 1, before=before or None)
    more = found[SHOWN - 1].id if len(found) > SHOWN else ""
    return _shown(visit, name, "", syncs=found[:SHOWN], more=more)


@routes.get("/sources/{name}/tables")
def tables(visit: Visiting, name: str) -> Response:
    """Its tables, with the rows they had after their last load."""
    view = sources.show(visit.around.db, name)
    rows = outcomes.rows_of(visit.around.db, view.source.id)
    listed = [
        (view.source.prefix + table.name, stream.name, rows.get(view.source.prefix + table.name))
        for stream in catalog().values()
        if view.source.reads(stream.name)
        for table in stream.table.family()
    ]
    return _shown(visit, name, "/tables", tables=sorted(listed), feeds=view.connections)


@routes.get("/sources/{name}/settings")
def settings(visit: Visiting, name: str) -> Response:
    """What can be changed, and what follows from it."""
    return _settings(visit, name, {}, None)


@routes.post("/sources/{name}/settings")
def change(visit: Visiting, name: str, form: Form) -> Response:
    """Show what a change means for tables that are there; then, asked again, do it."""
    typed = {key: form[key] for key in ("name", "prefix", "schedule", "version")}
    try:
        changes = Changes(name=typed["name"], prefix=typed["prefix"], schedule=parse(typed["schedule"]))
        if form["do"] != "change":
            means = sources.what_would_change(visit.around, name, changes)
            if means.told:
                return _settings(visit, name, typed, None, means=means)
        version = int(typed["version"]) if typed["version"].isdigit() else None
        after = sources.change(visit.around, name, changes, version=version).source
    except CounterfoilError as error:
        return _settings(visit, name, typed, error)
    return go(f"/sources/{after.name}/settings", "Kept.")


@routes.post("/sources/{name}/sync")
def sync(visit: Visiting, name: str, form: Form) -> Response:
    """Sync now, or read everything again."""
    errand = syncs.Errand(full=form["full"] == "yes")
    return go(f"/syncs/{syncs.ask(visit.around, name, errand).id}")


@routes.post("/sources/{name}/pause")
def pause(visit: Visiting, name: str, form: Form) -> Response:
    """Let its schedule rest, or go on."""
    if form["paused"] == "yes":
        sources.pause(visit.around, name)
        return go(f"/sources/{name}", "Paused. Its tables stay as they are.")
    sources.resume(visit.around, name)
    return go(f"/sources/{name}", "It goes on at its next time.")


@routes.post("/sources/{name}/remove")
def remove(visit: Visiting, name: str, form: Form) -> Response:
    """Forget it, once its name was typed."""
    try:
        if form["typed"] != name:
            raise NotFound("The name that was typed is another.", do=f"Type {name} to forget this source.")
        sources.remove(visit.around, name)
    except CounterfoilError as error:
        return _settings(visit, name, {}, error)
    return go("/sources", f"{name} is forgotten. Its tables stay in the warehouse.")


def _settings(
    visit: Visit, name: str, typed: dict[str, str], error: CounterfoilError | None, means: Any = None
) -> Response:
    source = sources.show(visit.around.db, name).source
    kept = {
        "name": source.name,
        "prefix": source.prefix,
        "schedule": str(source.schedule),
        "version": str(source.version),
    }
    return _shown(visit, name, "/settings", error=error, typed=kept | typed, means=means)


def _shown(
    visit: Visit, name: str, tab: str, *, error: CounterfoilError | None = None, **shown: Any
) -> Response:
    around: Surroundings = visit.around
    source = sources.show(around.db, name).source
    known = recent(around.db, [source], 24)[source.id]
    return page(
        visit,
        f"source{tab.replace('/', '_')}.html",
        status=status_of(error) if error else 200,
        source=source,
        recent=known,
        standing=standing(source, known, around.now()),
        schedule=in_words(source.schedule),
        pictures=PICTURES,
        tabs=TABS,
        tab=tab,
        error=error,
        **shown,
    )
