"""A source's settings: what can be changed, what follows from it, and forgetting it."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import sources
from counterfoil.actions.source_changes import Changes
from counterfoil.errors import CounterfoilError, NotFound
from counterfoil.model.schedule_text import parse
from counterfoil.web.page import go
from counterfoil.web.sources import shown
from counterfoil.web.visit import Form, Visit, Visiting

routes = APIRouter()


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
    return shown(visit, name, "/settings", error=error, typed=kept | typed, means=means)
