"""A source's tables: what was copied, how much of it, where it stands; each with columns, rows and history."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from counterfoil.actions import rows, sources, tables
from counterfoil.actions.tables import ColumnView, TableInFull, TableState, TableView
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind
from counterfoil.errors import CounterfoilError
from counterfoil.model.connection import Connection
from counterfoil.model.origin import origin
from counterfoil.model.stream import Family
from counterfoil.model.table import ColumnType
from counterfoil.web.page import page
from counterfoil.web.sources import shown
from counterfoil.web.visit import Visit, Visiting

routes = APIRouter()
ROWS = 25

SHOWS: dict[str, tuple[str, Callable[[TableView], bool]]] = {
    "rows": ("Tables with rows", lambda view: bool(view.live)),
    "all": ("All tables", lambda _: True),
    "empty": ("Empty", lambda view: view.state is TableState.LANDED and not view.live),
    "waiting": ("Waiting for the first load", lambda view: view.state is TableState.WAITING),
    "absent": ("Not offered to this company", lambda view: view.state is TableState.NOT_OFFERED),
    "left": ("Left out", lambda view: view.state is TableState.LEFT_OUT),
}
"""What the list may be narrowed to, with its words."""

STATES = {
    TableState.LANDED: ("check", "quiet", "Landed", ""),
    TableState.WAITING: ("clock", "quiet", "Waiting", "for the first load"),
    TableState.NOT_OFFERED: ("dot", "quiet", "Not offered", "by QuickBooks to this company"),
    TableState.LEFT_OUT: ("dot", "quiet", "Left out", "of the choice of data"),
}
"""How each state is shown: icon, tone, word, and more of it."""

GROUPS: tuple[tuple[str, Callable[[TableView], bool]], ...] = (
    ("Lists", lambda view: not view.table.is_child and view.stream.family is Family.LIST),
    ("Transactions", lambda view: not view.table.is_child and view.stream.family is Family.TRANSACTION),
    ("Details of both", lambda view: view.table.is_child),
    ("Company and the rest", lambda _: True),
)
"""A table stands in the first group that it fits."""

NUMBERS = (ColumnType.DECIMAL, ColumnType.INTEGER)


class Asked(BaseModel):
    """Which tables are asked for."""

    q: str = Field("", max_length=100)
    show: str = Field("", max_length=20)


@routes.get("/sources/{name}/tables")
def list_(visit: Visiting, name: str, asked: Annotated[Asked, Query()]) -> Response:
    """Its tables, those that were asked for: without a wish those with rows, once there are any."""
    every = tables.every(visit.around.db, name)
    words = asked.q.strip().casefold()
    show = asked.show if asked.show in SHOWS else "rows" if any(map(_full, every)) else "all"
    found = [
        view
        for view in every
        if SHOWS[show][1](view) and words in f"{view.name} {view.stream.name}".casefold()
    ]
    return shown(
        visit,
        name,
        "/tables",
        groups=_grouped(found),
        found=found,
        every=every,
        filled=sum(map(_full, every)),
        rows=sum(view.live or 0 for view in found),
        feeds=every[0].held if every else (),
        shows=[(key, told, sum(map(fits, every))) for key, (told, fits) in SHOWS.items()],
        show=show,
        typed=asked,
        states=STATES,
    )


class Place(BaseModel):
    """What of a table is looked at: in which connection, which columns, from which row on."""

    connection: str = Field("", max_length=100)
    columns: str = Field("", max_length=10)
    q: str = Field("", max_length=100)
    after: str = Field("", max_length=2_000)
    before: str = Field("", max_length=2_000)

    def address(self, **other: str) -> str:
        """The end of an address with some of it otherwise; a place among the rows only when it is given."""
        kept = {"connection": self.connection, "columns": self.columns, **other}
        return "?" + urlencode({name: value for name, value in kept.items() if value})


@routes.get("/sources/{name}/tables/{table}")
def show(visit: Visiting, name: str, table: str, place: Annotated[Place, Query()]) -> Response:
    """One table: its rows just now, its columns, and what became of it."""
    full = tables.show(visit.around.db, name, table)
    feed = _feed(full, place.connection)
    kind = KINDS.get(feed.destination.kind) if feed else None
    columns = [each for each in full.columns if each.used or place.columns == "all"]
    words = place.q.strip().casefold()
    return page(
        visit,
        "source_table.html",
        source=sources.show(visit.around.db, name).source,
        full=full,
        view=full.view,
        feed=feed,
        held=next((held for held in full.view.held if held.feed == feed), None),
        kind=kind.title if kind else "",
        rows_shown=ROWS,
        place=place,
        in_use=sum(each.used for each in full.columns),
        columns=[_told(each, full, kind) for each in columns if words in _words(each, full)],
        key=[column.name for column in rows.key_of(full.view.table)],
        sql=rows.select(feed, full.view.table) if feed and kind else "",
        states=STATES,
        places={
            each.feed.id: f"{each.feed.destination.name} → {each.feed.dataset}" for each in full.view.held
        },
        **_look(visit, full, feed, place),
    )


def _look(visit: Visit, full: TableInFull, feed: Connection | None, place: Place) -> dict[str, Any]:
    """Some rows, or why they cannot be seen now: the rest of the page does not need them."""
    if feed is None or full.view.state is TableState.WAITING:
        return {"seen": None, "fault": None}
    wanted = {each.column.name for each in full.columns if each.used or place.columns == "all"}
    part = rows.Part(after=place.after, before=place.before, limit=ROWS, columns=wanted)
    table = full.view.table
    try:
        seen = rows.look(visit.around, feed, table, part)
    except CounterfoilError as error:
        return {"seen": None, "fault": error}
    places = {column.name: (at, column) for at, column in enumerate(seen.columns) if column.name in wanted}
    held = [name for name, (at, _) in places.items() if any(row[at] is not None for row in seen.rows)]
    order = _order(table.key, held if place.columns != "all" else list(places))
    return {
        "seen": seen,
        "fault": None,
        "heads": [places[name][1] for name in order],
        "nulls": len(places) - len(order),
        "cells": [([row[places[name][0]] for name in order], _is_gone(row, places)) for row in seen.rows],
        "numbers": NUMBERS,
    }


def _is_gone(row: Sequence[str | None], places: Mapping[str, tuple[int, Any]]) -> bool:
    return "_deleted" in places and row[places["_deleted"][0]] == "true"


def _order(key: Sequence[str], names: Sequence[str]) -> list[str]:
    """The key first, our own columns last."""
    first = [name for name in key if name in names]
    return [*first, *(name for name in names if name not in first)]


def _feed(full: TableInFull, wanted: str) -> Connection | None:
    feeds = [held.feed for held in full.view.held]
    return next((feed for feed in feeds if feed.id == wanted), feeds[0] if feeds else None)


def _told(each: ColumnView, full: TableInFull, kind: Kind | None) -> dict[str, Any]:
    """A column in words: the destination's own for its type, and where its value comes from."""
    column = each.column
    return {
        "name": column.name,
        "kind": kind.capabilities.types[column.type] if kind else "",
        "type": column.type,
        "origin": origin(column, full.view.table),
        "way": f"{'[].'.join(full.way)}[]." if full.way and column.path else "",
        "used": each.used,
    }


def _words(each: ColumnView, full: TableInFull) -> str:
    return f"{each.column.name} {'.'.join((*full.way, *each.column.path))}".casefold()


def _grouped(found: Iterable[TableView]) -> list[tuple[str, list[TableView]]]:
    groups: dict[str, list[TableView]] = {title: [] for title, _ in GROUPS}
    for view in sorted(found, key=lambda view: view.name):
        groups[next(title for title, fits in GROUPS if fits(view))].append(view)
    return [(title, views) for title, views in groups.items() if views]


def _full(view: TableView) -> bool:
    return bool(view.live)
