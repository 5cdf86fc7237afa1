"""Stored sources, each with its credential."""

import logging
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from counterfoil.errors import NotFound, SettingInvalid
from counterfoil.model import report_choice
from counterfoil.model.report_choice import Choice, Chosen
from counterfoil.model.schedule import MANUAL, Schedule
from counterfoil.model.schedule_text import parse
from counterfoil.model.source import Source
from counterfoil.store import credentials, schema
from counterfoil.store.db import Database
from counterfoil.store.rows import labelled, put
from counterfoil.store.schema import sources

COLUMNS = (*labelled(sources.c, "source"), *credentials.COLUMNS)
"""A source and its credential."""

JOINED = sources.join(schema.credentials)

_log = logging.getLogger(__name__)


def save(db: Database, source: Source, *, version: int | None = None) -> None:
    """Add a source, or change the one with its id; its credential is saved already.

    With a `version`, only while it still has that one. Raises AlreadyExists, ChangedMeanwhile.
    """
    with db.writing() as connection:
        put(
            connection,
            sources,
            {
                "id": source.id,
                "name": source.name,
                "credential_id": source.credential.id,
                "streams": None if source.streams is None else sorted(source.streams),
                "reports": [str(choice) for choice in source.reports],
                "views": source.views,
                "fivetran": source.fivetran,
                "prefix": source.prefix,
                "schedule": str(source.schedule),
                "paused": source.paused,
                "created_at": source.created_at,
            },
            version=version,
        )


def every(db: Database) -> tuple[Source, ...]:
    """All sources, by name."""
    with db.reading() as connection:
        rows = connection.execute(sa.select(*COLUMNS).select_from(JOINED).order_by(sources.c.name)).mappings()
        return tuple(from_row(row) for row in rows)


def some(db: Database, ids: Collection[str]) -> tuple[Source, ...]:
    """The sources of these ids, by name; for one page of a list."""
    with db.reading() as connection:
        query = sa.select(*COLUMNS).select_from(JOINED).where(sources.c.id.in_(ids)).order_by(sources.c.name)
        return tuple(from_row(row) for row in connection.execute(query).mappings())


def names_by_credential(db: Database, credential_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """By credential, the names of the sources that use it."""
    query = sa.select(sources.c.credential_id, sources.c.name).order_by(sources.c.name)
    found: dict[str, tuple[str, ...]] = {}
    with db.reading() as connection:
        for row in connection.execute(query.where(sources.c.credential_id.in_(credential_ids))):
            found[row.credential_id] = (*found.get(row.credential_id, ()), row.name)
    return found


def count(db: Database) -> int:
    """How many sources there are."""
    with db.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(sources)).scalar_one()


def named(db: Database, name: str) -> Source:
    """The source of this name. Raises NotFound."""
    with db.reading() as connection:
        query = sa.select(*COLUMNS).select_from(JOINED).where(sources.c.name == name)
        row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(f"There is no source named {name!r}.", do="List them: counterfoil sources list")
    return from_row(row)


def set_next_run(db: Database, source: Source, at: datetime | None) -> None:
    """Keep when a source is synced next by itself; None: only when asked. Its version stays: nobody edited it."""
    with db.writing() as connection:
        connection.execute(sa.update(sources).where(sources.c.id == source.id).values(next_run_at=at))


def next_run(db: Database, source: Source) -> datetime | None:
    """When a source is synced next by itself."""
    with db.reading() as connection:
        return connection.execute(sa.select(sources.c.next_run_at).where(sources.c.id == source.id)).scalar()


def remove(db: Database, source: Source) -> None:
    """Forget a source, its connections, cursors and syncs. Tables in warehouses are left alone."""
    with db.writing() as connection:
        connection.execute(sa.delete(sources).where(sources.c.id == source.id))


def from_row(row: Any) -> Source:
    """Read a source from a row that holds COLUMNS."""
    streams = row["source_streams"]
    return Source(
        id=row["source_id"],
        name=row["source_name"],
        credential=credentials.from_row(row),
        streams=None if streams is None else frozenset(streams),
        reports=read_reports(tuple(row["source_reports"])),
        views=row["source_views"],
        fivetran=row["source_fivetran"],
        prefix=row["source_prefix"],
        schedule=read_schedule(row["source_schedule"]),
        paused=row["source_paused"],
        created_at=row["source_created_at"],
        version=row["source_version"],
    )


@cache
def read_schedule(text: str) -> Schedule:
    """A stored schedule, read.

    A text that nobody checked (files could hold any, once) must not keep the other sources from being read."""
    try:
        return parse(text)
    except SettingInvalid as error:
        _log.error(
            "A stored schedule cannot be read, so its source is only synced when asked: %s", error.what
        )
        return MANUAL


@cache
def read_reports(texts: tuple[str, ...]) -> Chosen:
    """Stored choices of reports, read; one that this version does not know must not keep the others from being read."""
    known: list[Choice] = []
    for text in texts:
        try:
            known.append(report_choice.parse(text))
        except SettingInvalid as error:
            _log.error("A stored choice of a report cannot be read, so it is left out: %s", error.what)
    return tuple(known)
