"""Sources over the API: what is read of which company, where it goes, and when."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from counterfoil.actions import sources
from counterfoil.actions.budget import standing
from counterfoil.actions.sources import SourceView
from counterfoil.actions.surroundings import Surroundings
from counterfoil.api.access import Editor, Viewer
from counterfoil.api.naming import Which, source_name
from counterfoil.api.paging import After, Limit, Page, after, page
from counterfoil.api.routes import router
from counterfoil.api.source_views import Edited, NewOne, Source, told
from counterfoil.api.versions import Needed, Told
from counterfoil.model import source as model
from counterfoil.store import sources as stored

routes = router("sources")


class Consequences(BaseModel):
    """What a change would mean for tables that are there."""

    told: list[str] = Field(description="Sentences for people.")
    reads_in_full: bool = Field(description="Whether the next sync reads some streams in full because of it.")


@routes.get("", operation_id="listSources")
def list_(
    around: Viewer,
    credential: Annotated[str | None, Query(max_length=100, description="Of this credential.")] = None,
    paused: Annotated[bool | None, Query(description="Only those that are, or are not.")] = None,
    limit: Limit = 50,
    last: Annotated[After, Query(alias="after")] = "",
) -> Page[Source]:
    """All sources, by name."""
    with around.db.looking() as db:
        chosen = [
            source
            for source in stored.every(db)
            if credential in (None, source.credential.name) and paused in (None, source.paused)
        ]
        budget = standing(db, around.now(), around.monthly_calls)
        return page(
            after(chosen, _name, last, limit),
            lambda source: told(sources.view(db, source), budget),
            _name,
            limit=limit,
        )


@routes.post("", operation_id="createSource", status_code=201)
def create(around: Editor, wanted: NewOne) -> Source:
    """Make a source."""
    return _told(around, sources.create(around, wanted.wanted()))


@routes.get("/{source}", operation_id="showSource")
def show(around: Viewer, source: Which) -> Source:
    """One source."""
    return _told(around, sources.show(around.db, source_name(around.db, source)))


@routes.patch("/{source}", operation_id="changeSource")
def change(around: Editor, source: Which, changes: Edited, version: Needed) -> Source:
    """Change a source, wholly or not at all. Ask for the consequences first."""
    name = source_name(around.db, source)
    return _told(around, sources.change(around, name, changes.wanted(), version=version))


@routes.post("/{source}/consequences", operation_id="whatWouldChangeSource")
def consequences(around: Editor, source: Which, changes: Edited) -> Consequences:
    """What a change would mean for tables that are there; nothing is saved."""
    found = sources.what_would_change(around, source_name(around.db, source), changes.wanted())
    return Consequences(told=list(found.told), reads_in_full=found.reads_in_full)


@routes.delete("/{source}", operation_id="removeSource", status_code=204)
def remove(around: Editor, source: Which, version: Told) -> None:
    """Forget a source with its connections, cursors and syncs; tables stay."""
    sources.remove(around, source_name(around.db, source), version=version)


@routes.post("/{source}/pause", operation_id="pauseSource")
def pause(around: Editor, source: Which, version: Told) -> Source:
    """Let its schedule rest; it is synced when somebody asks."""
    return _told(around, sources.pause(around, source_name(around.db, source), version=version))


@routes.post("/{source}/resume", operation_id="resumeSource")
def resume(around: Editor, source: Which, version: Told) -> Source:
    """Let its schedule go on; what it missed comes once."""
    return _told(around, sources.resume(around, source_name(around.db, source), version=version))


def _name(source: model.Source) -> str:
    return source.name


def _told(around: Surroundings, view: SourceView) -> Source:
    return told(view, standing(around.db, around.now(), around.monthly_calls))
