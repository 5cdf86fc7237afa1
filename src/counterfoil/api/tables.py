"""A source's tables over the API: what each destination holds of them, and their rows as they stand just now."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from counterfoil.actions import rows, tables
from counterfoil.actions.tables import Held, TableInFull, TableState, TableView
from counterfoil.api.access import Viewer
from counterfoil.api.naming import Which, source_name
from counterfoil.api.paging import After, Limit, Page, after, page
from counterfoil.api.routes import router
from counterfoil.errors import NotFound
from counterfoil.model.connection import Connection
from counterfoil.model.table import ColumnType

routes = router("tables", path="/sources/{source}/tables")

Name = Annotated[str, Path(max_length=300, description="With the prefix of the source.")]


class Holding(BaseModel):
    """What one destination holds of a table."""

    destination: str
    dataset: str
    rows: int | None = Field(description="Not marked deleted. Null: no load has told yet.")
    rows_deleted: int | None = Field(description="Marked deleted.")
    changed_at: datetime | None = Field(description="When rows last came, changed or went.")
    changed_by: str = Field(description="The id of that sync; empty once it is forgotten.")


class Table(BaseModel):
    """One table of a source."""

    name: str = Field(examples=["acme_invoice"])
    stream: str = Field(examples=["Invoice"])
    state: TableState
    key: list[str]
    holdings: list[Holding]


class Look(BaseModel):
    """Which rows are asked for."""

    destination: str = Field("", max_length=100, description="Empty: the first that the source feeds.")
    dataset: str = Field("", max_length=63, description="Where the source feeds several of the destination.")
    limit: int = Field(25, ge=1, le=rows.LARGEST_LOOK, description="How many at most.")
    after: str = Field("", max_length=2_000, description="`next` of the rows before.")


class Rows(BaseModel):
    """Some rows in the order of the key, as text; null is null."""

    columns: list[str]
    types: list[ColumnType]
    rows: list[list[str | None]]
    next: str | None = Field(
        description="Send it as `after` for the rows behind these; null when there are none."
    )


@routes.get("", operation_id="listTables")
def list_(
    around: Viewer,
    source: Which,
    state: Annotated[TableState | None, Query(description="Only those.")] = None,
    limit: Limit = 200,
    last: Annotated[After, Query(alias="after")] = "",
) -> Page[Table]:
    """Every table that the source has or could have, by name."""
    every = tables.every(around.db, source_name(around.db, source))
    chosen = [view for view in every if state in (None, view.state)]
    return page(after(chosen, _name, last, limit), _told, _name, limit=limit)


@routes.get("/{table}", operation_id="showTable")
def show(around: Viewer, source: Which, table: Name) -> Table:
    """One table."""
    return _told(tables.show(around.db, source_name(around.db, source), table).view)


@routes.get("/{table}/rows", operation_id="listRows")
def list_rows(
    around: Viewer,
    source: Which,
    table: Name,
    asked: Annotated[Look, Query()],
) -> Rows:
    """Rows of one destination, as they stand just now; for a look, not for taking everything along."""
    full = tables.show(around.db, source_name(around.db, source), table)
    part = rows.Part(after=asked.after, limit=asked.limit)
    seen = rows.look(around, _feed(full, asked), full.view.table, part)
    return Rows(
        columns=[column.name for column in seen.columns],
        types=[column.type for column in seen.columns],
        rows=[list(row) for row in seen.rows],
        next=seen.after or None,
    )


def _feed(full: TableInFull, asked: Look) -> Connection:
    for held in full.view.held:
        feed = held.feed
        if asked.destination in ("", feed.destination.name) and asked.dataset in ("", feed.dataset):
            return feed
    raise NotFound(
        f"No such destination holds {full.view.name}.", do="List what the source feeds: /api/v1/connections"
    )


def _name(view: TableView) -> str:
    return view.name


def _told(view: TableView) -> Table:
    return Table(
        name=view.name,
        stream=view.stream.name,
        state=view.state,
        key=[column.name for column in rows.key_of(view.table)],
        holdings=[_holding(held) for held in view.held],
    )


def _holding(held: Held) -> Holding:
    return Holding(
        destination=held.feed.destination.name,
        dataset=held.feed.dataset,
        rows=held.live,
        rows_deleted=held.deleted,
        changed_at=held.changed_at,
        changed_by=held.sync_id,
    )
