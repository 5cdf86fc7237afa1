"""The books of one company: stored records in SQLite, and series that are computed from their places.

A record of a series that was changed or deleted is served from the store from then on.
"""

import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from counterfoil.sandbox.changes import Changes
from counterfoil.sandbox.ledger.keeper import Keeper
from counterfoil.sandbox.places import Axis, Bounds, Merged, Place, Stored
from counterfoil.sandbox.records import mark
from counterfoil.sandbox.wire import Record, decode, encode

CREATED = "created"
UPDATED = "updated"

_schema = """
create table record (
    place integer primary key, entity text not null, id text not null,
    created integer not null, updated integer not null, body blob not null, unique (entity, id));
create index record_created on record (entity, created, place);
create index record_updated on record (entity, updated, place);
create table tombstone (entity text not null, id text not null, at integer not null, primary key (entity, id));
create index tombstone_at on tombstone (entity, at);
"""


class Series(Protocol):
    """A bulk run of one entity, computed from its place; `created` never decreases."""

    @property
    def entity(self) -> str: ...
    def __len__(self) -> int: ...
    def id(self, i: int) -> str: ...
    def index_of(self, id: str) -> int | None: ...  # noqa: A002
    def created(self, i: int) -> int: ...
    def updated(self, i: int) -> int: ...
    def body(self, i: int) -> bytes: ...


class Books:
    """One company's records; every method may be called from any thread."""

    def __init__(self, realm_id: str, name: str) -> None:
        self.realm_id = realm_id
        self.name = name
        self.poisoned: set[tuple[str, str]] = set()  # (entity, id): fails every page that holds it
        self.hushed: set[str] = set()  # entities whose changes are not told, though their names are taken
        self._lock = threading.RLock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.executescript(_schema)
        self.runs: dict[str, _Run] = {}
        self.last_ids: dict[str, int] = {}  # of each sequence that was drawn from
        self.changes = Changes()
        self.keeper = Keeper(self)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else reads or writes meanwhile: several writes appear as one."""
        with self._lock:
            yield

    def load(self, records: Iterable[tuple[str, Record]], series: Sequence[Series] = ()) -> None:
        """Take in a company; a series must be the only one of its entity."""
        with self._lock:
            for run in series:
                if run.entity in self.runs:
                    raise ValueError(f"two series of {run.entity}")
                self.runs[run.entity] = _Run(run)
            self._db.execute("begin")
            for entity, record in records:
                self.put(entity, record)
            self._db.execute("commit")

    def put(self, entity: str, record: Record) -> None:
        """Store a record as it is, new or changed."""
        own = mark(record)
        with self._lock:
            run = self.runs.get(entity)
            if run:
                run.pass_over(own.id)
            self._db.execute(
                "insert into record (entity, id, created, updated, body) values (?, ?, ?, ?, ?) "
                "on conflict (entity, id) do update set updated = excluded.updated, body = excluded.body",
                (entity, own.id, own.created, own.updated, encode(record)),
            )
            self.keeper.touch(entity, own.id)

    def remove(self, entity: str, id_: str, at: int) -> None:
        """Take a record away and remember when."""
        with self._lock:
            run = self.runs.get(entity)
            if run:
                run.pass_over(id_)
            self._db.execute("delete from record where entity = ? and id = ?", (entity, id_))
            self._db.execute("insert or replace into tombstone values (?, ?, ?)", (entity, id_, at))
            self.keeper.touch(entity, id_)

    def body(self, entity: str, id_: str) -> bytes | None:
        """The JSON of a record, or None when there is none (any more)."""
        with self._lock:
            sql = "select body from record where entity = ? and id = ?"
            row = self._db.execute(sql, (entity, id_)).fetchone()
            if row:
                return bytes(row[0])
            run = self.runs.get(entity)
            position = run.find(id_) if run else None
            return run.series.body(position) if run and position is not None else None

    def get(self, entity: str, id_: str) -> Record | None:
        """The record, decoded; numbers with a point are Decimal."""
        body = self.body(entity, id_)
        return None if body is None else decode(body)

    def select(self, entity: str, axis: str, bounds: Bounds) -> Merged:
        """Every record of an entity within some bounds of CREATED or UPDATED, in that order."""
        with self._lock:
            low, high = (">" if bounds.low_out else ">="), ("<" if bounds.high_out else "<=")
            rows = self._db.execute(
                f"select {axis}, id from record where entity = ? and {axis} {low} ? and {axis} {high} ? "  # noqa: S608
                f"order by {axis}, place",
                (entity, bounds.low, bounds.high),
            ).fetchall()
            run = self.runs.get(entity)
            if run is None:
                return Merged(None, bounds, [Stored(at, id_) for at, id_ in rows])
            keep = (
                run.series.index_of if axis == CREATED else _nowhere
            )  # an edit moves CREATED never, UPDATED always
            return Merged(run.axis(axis), bounds, [Stored(at, id_, keep(id_)) for at, id_ in rows])

    def time_at(self, entity: str, place: Place, axis: str) -> int:
        """CREATED or UPDATED of the record at a place."""
        with self._lock:
            if isinstance(place, int):
                return self.runs[entity].times[axis][place]
            sql = f"select {axis} from record where entity = ? and id = ?"  # noqa: S608
            row = self._db.execute(sql, (entity, place)).fetchone()
            return int(row[0])

    def place_of(self, entity: str, id_: str) -> Place | None:
        """Where the record of that id stands; None when there is none."""
        with self._lock:
            run = self.runs.get(entity)
            position = run.find(id_) if run else None
            if position is not None:
                return position
            sql = "select id from record where entity = ? and id = ?"
            row = self._db.execute(sql, (entity, id_)).fetchone()
            return str(row[0]) if row else None

    def id_at(self, entity: str, place: Place) -> str:
        return self.runs[entity].series.id(place) if isinstance(place, int) else place

    def bodies(self, entity: str, places: Iterable[Place]) -> list[bytes]:
        """The JSON of the records at some places; one that went away meanwhile is left out."""
        found = []
        for place in places:
            if isinstance(place, int):
                found.append(self.runs[entity].series.body(place))
            elif (body := self.body(entity, place)) is not None:
                found.append(body)
        return found

    def entities(self) -> list[str]:
        """The entities that have records."""
        with self._lock:
            rows = self._db.execute("select distinct entity from record").fetchall()
            return sorted({str(row[0]) for row in rows} | self.runs.keys())

    def tombstones(self, entity: str, since: float) -> list[tuple[int, str]]:
        """When and which, newest first."""
        with self._lock:
            sql = "select at, id from tombstone where entity = ? and at >= ? order by at desc"
            return self._db.execute(sql, (entity, since)).fetchall()

    def was_deleted(self, entity: str, id_: str) -> bool:
        with self._lock:
            sql = "select 1 from tombstone where entity = ? and id = ?"
            return self._db.execute(sql, (entity, id_)).fetchone() is not None


def _nowhere(_id: str) -> None:
    return None


class _Run:
    """A series with its times laid out, so that any window of them is a bisection."""

    def __init__(self, series: Series) -> None:
        self.series = series
        self.times = {
            CREATED: array("q", map(series.created, range(len(series)))),
            UPDATED: array("q", map(series.updated, range(len(series)))),
        }
        self._axes: dict[str, Axis] = {}
        self._passed: set[int] = set()

    def axis(self, name: str) -> Axis:
        """The order of a time, sorted at its first use."""
        if name not in self._axes:
            axis = self._axes[name] = Axis(self.times[name], in_order=name == CREATED)
            for position in self._passed:
                axis.pass_over(position)
        return self._axes[name]

    def find(self, id_: str) -> int | None:
        """The position of an id that the series still serves."""
        position = self.series.index_of(id_)
        return None if position in self._passed else position

    def pass_over(self, id_: str) -> None:
        position = self.find(id_)
        if position is None:
            return
        self._passed.add(position)
        for axis in self._axes.values():
            axis.pass_over(position)
