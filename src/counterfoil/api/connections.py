"""Connections over the API: which source feeds which dataset of which destination."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from counterfoil.actions import sources
from counterfoil.actions.source_changes import Feed
from counterfoil.api.access import Editor, Viewer
from counterfoil.api.paging import After, Limit, Page, after, page
from counterfoil.api.routes import router
from counterfoil.api.source_views import Connection, Fed, Name, connection
from counterfoil.api.versions import Told
from counterfoil.errors import NotFound
from counterfoil.model import connection as model
from counterfoil.store import connections, cursors
from counterfoil.store.db import Database

routes = router("connections")


class Wanted(Fed):
    """A connection to make."""

    source: Name = Field(examples=["acme"])


@routes.get("", operation_id="listConnections")
def list_(
    around: Viewer,
    source: Annotated[str | None, Query(max_length=100, description="Of this source.")] = None,
    destination: Annotated[str | None, Query(max_length=100, description="To this destination.")] = None,
    limit: Limit = 50,
    last: Annotated[After, Query(alias="after")] = "",
) -> Page[Connection]:
    """All connections, by id."""
    chosen = [
        feed
        for feed in connections.every(around.db)
        if source in (None, feed.source.name) and destination in (None, feed.destination.name)
    ]
    return page(after(chosen, _id, last, limit), lambda feed: _told(around.db, feed), _id, limit=limit)


@routes.post("", operation_id="createConnection", status_code=201)
def create(around: Editor, wanted: Wanted, version: Told) -> Connection:
    """Let a source feed a destination too. If-Match is compared with the source's version."""
    feed = Feed(destination=wanted.destination, dataset=wanted.dataset)
    before = {one.id for one in connections.every(around.db)}
    view = sources.connect(around, wanted.source, feed, version=version)
    made = [one for one in view.connections if one.id not in before] or [
        one
        for one in view.connections
        if one.destination.name == feed.destination and feed.dataset in ("", one.dataset)
    ]
    return _told(around.db, made[0])


@routes.get("/{connection_id}", operation_id="showConnection")
def show(around: Viewer, connection_id: str) -> Connection:
    """One connection."""
    return _told(around.db, _found(around.db, connection_id))


@routes.delete("/{connection_id}", operation_id="removeConnection", status_code=204)
def remove(around: Editor, connection_id: Annotated[str, Path(max_length=100)], version: Told) -> None:
    """Feed that dataset no more; its tables stay. If-Match is compared with the source's version."""
    feed = _found(around.db, connection_id)
    sources.disconnect(around, feed.source.name, feed.destination.name, feed.dataset, version=version)


def _found(db: Database, connection_id: str) -> model.Connection:
    found = next((feed for feed in connections.every(db) if feed.id == connection_id), None)
    if found is None:
        raise NotFound(
            f"There is no connection {connection_id[:100]!r}.", do="List them: /api/v1/connections"
        )
    return found


def _id(feed: model.Connection) -> str:
    return feed.id


def _told(db: Database, feed: model.Connection) -> Connection:
    return connection(feed, cursors.of(db, feed).values())
