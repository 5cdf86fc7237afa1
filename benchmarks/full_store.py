"""A store as a large practice has it: a thousand sources in every state, a hundred syncs of each."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from counterfoil.model.outcome import TableOutcome, Totals
from counterfoil.quickbooks.catalog import catalog
from counterfoil.store import schema, service_schema
from counterfoil.store.db import Database

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DESTINATIONS = 12
SHARED = 20
"""Each twentieth source reads the company of the one before it."""
CHANGED = 10
"""Each tenth sync finds something new."""
AT_ONCE = 20_000
SETTLING = {"sqlite": ("ANALYZE",), "postgresql": ("VACUUM ANALYZE", "CHECKPOINT")}
"""What PostgreSQL does by itself where rows come one by one; here it would do so while pages are measured."""
NOTHING = asdict(Totals(calls=1))
SOME = asdict(Totals(read=40, inserted=12, updated=60, calls=3))
FULL = asdict(Totals(read=9_000, inserted=21_000, calls=60))
STREAMS = tuple(catalog())
COVERED = STREAMS[:24]
"""As many as an idle sync tells of."""
NO_ERROR = {"code": "", "what": "", "do": ""}
LOST = {
    "code": "quickbooks.down",
    "what": "QuickBooks did not answer within 60 s, five times in a row.",
    "do": "Nothing has to be done: the next sync goes on where this one ended.",
}
REFUSED = {
    "code": "warehouse.refused",
    "what": "The warehouse refused to make the table invoice: permission denied for schema finance.",
    "do": "Grant CREATE on the schema finance to the user of this destination, then sync again.",
}
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much there is."""

    sources: int = 1_000
    syncs: int = 100
    days: int = 90
    audit: int = 20_000
    seed: int = 7
    chance: random.Random = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "chance", random.Random(self.seed))


def fill(db: Database, size: Size, now: datetime) -> None:
    """Put it all into an empty store, whatever users it has."""
    fillers: Mapping[sa.Table, Callable[[Size, datetime], Iterator[Row]]] = {
        schema.credentials: _credentials,
        schema.destinations: _destinations,
        schema.sources: _sources,
        schema.connections: _connections,
        schema.cursors: _cursors,
        schema.holdings: _holdings,
        schema.syncs: _syncs,
        schema.outcomes: _outcomes,
        service_schema.log_lines: _log_lines,
        schema.calls: _calls,
        service_schema.audit: _audit,
    }
    for table, rows in fillers.items():
        made = rows(size, now)
        while some := list(islice(made, AT_ONCE)):
            with db.writing() as transaction:
                transaction.execute(sa.insert(table), some)
    with db.writing() as transaction:
        transaction.execute(sa.update(schema.sources).values(judged_by=_last_judged()))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for deed in SETTLING[db.engine.dialect.name]:
            connection.execute(sa.text(deed))


def _last_judged() -> sa.ScalarSelect[Any]:
    sync = schema.syncs.c
    ended = sa.select(sync.id).where(
        sync.source_id == schema.sources.c.id, sync.state.in_(("succeeded", "partial", "failed"))
    )
    return ended.order_by(sync.started_at.desc()).limit(1).correlate(schema.sources).scalar_subquery()


def source_name(number: int) -> str:
    """`Birch & Söhne 0042`: not all names are plain."""
    kind = ("Birch & Söhne", "Cedar Nurseries", "Larkspur Landscaping", "Quarry Stone")[number % 4]
    return f"{kind} {number:04}"


def sync_id(source: int, back: int) -> str:
    return f"sync_{source:04}x{back:04}"


def _credentials(size: Size, now: datetime) -> Iterator[Row]:
    for number in range(size.sources):
        if number % SHARED == SHARED - 1:
            continue
        yield {
            "id": f"cred_{number:04}",
            "name": source_name(number).lower(),
            "realm_id": _realm(number),
            "environment": "production",
            "company_name": source_name(number),
            "state": "ended" if number % 250 == 3 else "connected",
            "created_at": now - 200 * DAY,
        }


def _destinations(size: Size, now: datetime) -> Iterator[Row]:  # noqa: ARG001
    for number in range(DESTINATIONS):
        yield {
            "id": f"dest_{number:02}",
            "name": f"warehouse {number:02}",
            "kind": "duckdb",
            "options": {"path": f"/var/lib/counterfoil/warehouse{number:02}.duckdb"},
            "created_at": now - 200 * DAY,
        }


def _sources(size: Size, now: datetime) -> Iterator[Row]:
    for number in range(size.sources):
        late = number % 333 == 5
        yield {
            "id": f"src_{number:04}",
            "name": source_name(number),
            "credential_id": f"cred_{_company(number):04}",
            "streams": None if number % 3 else list(COVERED),
            "prefix": f"c{number:04}_",
            "schedule": ("every 1 hour from 00:00 UTC", "cron */30 * * * * Europe/Berlin")[number % 10 == 9],
            "created_at": now - 100 * DAY,
            "paused": number % 100 == 50,
            "next_run_at": None if number % 100 == 50 else now + (-3 * HOUR if late else HOUR / 2),
        }


def _connections(size: Size, now: datetime) -> Iterator[Row]:  # noqa: ARG001
    for number in range(size.sources):
        for turn in range(2 if number % 10 == 0 else 1):
            yield {
                "id": _connection(number, turn),
                "source_id": f"src_{number:04}",
                "destination_id": f"dest_{(number + turn) % DESTINATIONS:02}",
                "dataset": "quickbooks",
            }


def _cursors(size: Size, now: datetime) -> Iterator[Row]:
    for number in range(size.sources):
        for turn in range(2 if number % 10 == 0 else 1):
            for stream in STREAMS:
                yield {
                    "connection_id": _connection(number, turn),
                    "stream": stream,
                    "changed_since": now - HOUR,
                    "compared_at": now - DAY,
                    "versions": {},
                    "rows": size.chance.randrange(20_000),
                    "unread": [],
                }


def _holdings(size: Size, now: datetime) -> Iterator[Row]:
    tables = [table.name for stream in STREAMS for table in catalog()[stream].table.family()]
    for number in range(size.sources):
        for turn in range(2 if number % 10 == 0 else 1):
            for place, table in enumerate(tables):
                yield {
                    "connection_id": _connection(number, turn),
                    "table": f"c{number:04}_{table}",
                    "rows": 500 + place,
                    "live": 490 + place,
                    "changed_at": now - DAY,
                    "changed_by": sync_id(number, 24),
                }


def _syncs(size: Size, now: datetime) -> Iterator[Row]:
    for number in range(size.sources):
        for back in range(size.syncs):
            state, error = _fate(number, back)
            began = now - back * HOUR - timedelta(minutes=number % 55, seconds=number)
            first = back == size.syncs - 1
            yield {
                "id": sync_id(number, back),
                "source_id": f"src_{number:04}",
                "state": state,
                "started_at": began,
                "asked_at": began,
                "ended_at": None
                if state in ("running", "waiting")
                else began + timedelta(seconds=size.chance.uniform(2, 40)),
                "totals": FULL if first else (NOTHING if back % CHANGED else SOME),
                "cause": "first" if first else "schedule",
                "full": first,
                **error,
            }


def _fate(number: int, back: int) -> tuple[str, Row]:
    """How a sync ended; most did well, and of the newest some of everything is there."""
    if back == 0 and number % 200 == 7:
        return "running", NO_ERROR
    if back == 0 and number % 200 == 8:
        return "waiting", NO_ERROR
    if number % 100 == 11 and back < 4:
        return "failed", REFUSED
    if (number % 50 == 21 and back == 0) or (number + back) % 97 == 13:
        return "failed", LOST
    if number % 100 == 31 and back < 2:
        return "partial", REFUSED
    return "succeeded", NO_ERROR


def _outcomes(size: Size, now: datetime) -> Iterator[Row]:  # noqa: ARG001
    landed = {"state": "landed", "read": 0, "calls": 0, **NO_ERROR}
    for number in range(size.sources):
        for back in range(size.syncs):
            first = back == size.syncs - 1
            for place, stream in enumerate(STREAMS if first else COVERED):
                yield {
                    "sync_id": sync_id(number, back),
                    "connection_id": _connection(number, 0),
                    "stream": stream,
                    "mode": "full" if first else "changes",
                    **landed,
                    "tables": _tables(stream) if first or (back % CHANGED == 0 and place < 3) else [],
                }


def _tables(stream: str) -> list[Row]:
    names = [table.name for table in catalog()[stream].table.family()]
    return [asdict(TableOutcome(table=name, inserted=20, updated=4, total=500)) for name in names]


def _log_lines(size: Size, now: datetime) -> Iterator[Row]:
    for number in range(size.sources):
        for back in range(size.syncs):
            told = 44 if back == size.syncs - 1 else 2
            for n in range(1, told + 1):
                yield {
                    "sync_id": sync_id(number, back),
                    "n": n,
                    "at": now - back * HOUR,
                    "level": "INFO",
                    "text": "Invoice: landed, 120 records",
                    "data": {"stream": "Invoice", "stage": "landed", "records": 120, "calls": 1},
                }


def _calls(size: Size, now: datetime) -> Iterator[Row]:
    for number in range(size.sources):
        if number == _company(number):
            for back in range(size.days):
                day = (now - back * DAY).date()
                yield {"realm_id": _realm(number), "day": day, "metered": 10 + number % 5, "calls": 16}


def _audit(size: Size, now: datetime) -> Iterator[Row]:
    for n in range(size.audit):
        number = n % size.sources
        yield {
            "at": now - 100 * DAY + timedelta(minutes=n),
            "actor_kind": "user",
            "actor_id": f"user_{n % 20}",
            "actor_name": f"Colleague {n % 20}",
            "deed": "paused" if number % 100 == 50 else "changed",
            "noun": "source",
            "thing_id": f"src_{number:04}",
            "thing_name": source_name(number),
            "detail": {"changes": {"schedule": ["every 24 hours", "every 1 hour"]}},
        }


def _connection(source: int, turn: int) -> str:
    return f"conn_{source:04}_{turn}"


def _company(source: int) -> int:
    return source - 1 if source % SHARED == SHARED - 1 else source


def _realm(company: int) -> str:
    return f"913035784900{company:04}"
