"""What a list tells of some sources beside how they stand: where they go, how much they keep, since when they rest."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa

from counterfoil.model.alert import AlertKind, AlertState
from counterfoil.model.report_choice import Chosen
from counterfoil.model.schedule import Schedule
from counterfoil.store import sources as stored
from counterfoil.store.db import Database
from counterfoil.store.schema import connections, cursors, destinations, sources
from counterfoil.store.service_schema import alerts, audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """One destination that a source feeds, and the rows that it keeps there; None before anything landed."""

    destination: str
    dataset: str
    rows: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """So many sources that go on by themselves with this schedule, these streams (None: all) and reports.

    `made` is when the first of them was (aware, UTC): their reports begin some time before that.
    """

    schedule: Schedule
    streams: frozenset[str] | None
    reports: Chosen
    made: datetime
    count: int


def feeds(db: Database, ids: Collection[str]) -> Mapping[str, tuple[Fed, ...]]:
    """By source, what it feeds; for one page of a list."""
    rows = (
        sa.select(sa.func.sum(cursors.c.rows))
        .where(cursors.c.connection_id == connections.c.id)
        .scalar_subquery()
    )
    query = (
        sa.select(connections.c.source_id, connections.c.dataset, destinations.c.name, rows.label("rows"))
        .select_from(connections.join(destinations))
        .where(connections.c.source_id.in_(ids))
        .order_by(destinations.c.name, connections.c.dataset)
    )
    found: dict[str, tuple[Fed, ...]] = {}
    with db.reading() as transaction:
        for row in transaction.execute(query):
            kept = None if row.rows is None else int(row.rows)
            fed = Fed(destination=row.name, dataset=row.dataset, rows=kept)
            found[row.source_id] = (*found.get(row.source_id, ()), fed)
    return found


def rows_kept(db: Database) -> int:
    """The rows of all tables of all sources, as each landed last."""
    with db.reading() as transaction:
        return int(transaction.execute(sa.select(sa.func.sum(cursors.c.rows))).scalar() or 0)


def destinations_fed(db: Database) -> tuple[str, ...]:
    """The names of all destinations that some source feeds."""
    query = sa.select(destinations.c.name).where(
        destinations.c.id.in_(sa.select(connections.c.destination_id))
    )
    with db.reading() as transaction:
        return tuple(transaction.execute(query.order_by(destinations.c.name)).scalars())


def feeding(db: Database, destination: str) -> frozenset[str]:
    """The ids of the sources that feed the destination of this name."""
    query = sa.select(connections.c.source_id).select_from(connections.join(destinations))
    with db.reading() as transaction:
        return frozenset(transaction.execute(query.where(destinations.c.name == destination)).scalars())


def paused_since(db: Database, ids: Collection[str]) -> Mapping[str, datetime]:
    """By source, when somebody last paused it, where the trail tells."""
    query = sa.select(audit.c.thing_id, sa.func.max(audit.c.at).label("since")).group_by(audit.c.thing_id)
    chosen = (audit.c.thing_id.in_(ids), audit.c.noun == "source", audit.c.deed == "paused")
    with db.reading() as transaction:
        return {row.thing_id: row.since for row in transaction.execute(query.where(*chosen))}


def ended_since(db: Database, credential_ids: Iterable[str]) -> Mapping[str, datetime]:
    """By credential, since when it is known that it has to be connected again."""
    wrong = (
        alerts.c.kind == str(AlertKind.RECONNECT),
        alerts.c.subject.in_(list(credential_ids)),
        alerts.c.state != str(AlertState.OK),
    )
    with db.reading() as transaction:
        rows = transaction.execute(sa.select(alerts.c.subject, alerts.c.since).where(*wrong))
        return {row.subject: row.since for row in rows}


def alike(db: Database) -> tuple[Alike, ...]:
    """The sources that are not paused, counted by what decides about their calls."""
    streams, reports = (sa.cast(column, sa.Text) for column in (sources.c.streams, sources.c.reports))
    query = (
        sa.select(
            sources.c.schedule,
            sa.func.min(streams).label("streams"),
            sa.func.min(reports).label("reports"),
            sa.func.min(sources.c.created_at).label("made"),
            sa.func.count().label("alike"),
        )
        .where(~sources.c.paused)
        .group_by(sources.c.schedule, streams, reports)
    )
    with db.reading() as transaction:
        rows = transaction.execute(query).all()
    return tuple(
        Alike(
            schedule=stored.read_schedule(row.schedule),
            streams=_streams(row.streams),
            reports=stored.read_reports(tuple(_texts(row.reports))),
            made=row.made,
            count=row.alike,
        )
        for row in rows
    )


def _streams(text: str | None) -> frozenset[str] | None:
    return None if text in (None, "null") else frozenset(_texts(text))


def _texts(text: str) -> list[str]:
    return msgspec.json.decode(text, type=list[str])
