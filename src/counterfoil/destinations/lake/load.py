"""Loading into a lake table by table, looking at what is there, and proving that it works."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from counterfoil.destinations.base import (
    LONGEST_QUERY,
    Assure,
    Batch,
    Glance,
    Grew,
    Landing,
    Seen,
    TableChange,
    Waiting,
    in_silence,
    nothing_to_assure,
    unnoticed,
)
from counterfoil.destinations.lake.delta import Delta, DeltaTables
from counterfoil.destinations.lake.format import Format, Only, Replacement
from counterfoil.destinations.lake.kind import CAPABILITIES
from counterfoil.destinations.lake.look import look
from counterfoil.destinations.lake.parquet import Parquet, ParquetFiles
from counterfoil.destinations.lake.store import Root, each_at_once
from counterfoil.destinations.lake.words import AGAIN, THEIRS, as_ours
from counterfoil.destinations.merge import PROBE, SYNCS, SYNCS_COLUMNS
from counterfoil.destinations.staged import ARROW, newest, pieces
from counterfoil.destinations.turns import Turns
from counterfoil.destinations.views import no_views
from counterfoil.errors import WarehouseBusy, WarehouseFailed
from counterfoil.model.table import Column, ColumnType, all_columns
from counterfoil.model.view import View
from counterfoil.stop import NEVER, Stop

TURNS = Turns()


def _iceberg(root: Root, options: Mapping[str, Any]) -> Format:
    from counterfoil.destinations.lake.iceberg import Iceberg  # noqa: PLC0415 (it takes long to import)

    return Iceberg(root, options)


FORMATS: Mapping[str, Callable[[Root, Mapping[str, Any]], Format]] = {
    "delta": lambda root, _: Delta(root, DeltaTables(root)),
    "iceberg": _iceberg,
    "parquet": lambda root, _: Parquet(root, ParquetFiles(root)),
}


@dataclass(slots=True)
class Opened:
    """A lake in use: what its format remembers of tables is true for so long. `doing` is for the words of errors."""

    root: Root
    format: Format
    doing: str = ""

    def say(self, doing: str) -> None:
        """Tell which table is worked at."""
        self.doing = doing


class Lake:
    """A folder in a store as a destination."""

    capabilities = CAPABILITIES

    def __init__(self, find: Callable[[], Root], options: Mapping[str, Any]) -> None:
        self.find, self.options = find, options
        self.wait_seconds = int(options["wait_seconds"])

    def load(
        self,
        landing: Landing,
        *,
        waiting: Waiting,
        stop: Stop = NEVER,
        assure: Assure = nothing_to_assure,
        grew: Grew = unnoticed,
    ) -> Mapping[str, TableChange]:
        stop.check()
        with self._opened(stop) as lake, self._turn(lake.root, landing, waiting, stop):
            return Loading(lake, landing, stop, assure, grew).run()

    def tables(self, dataset: str, *, waiting: Waiting = in_silence, stop: Stop = NEVER) -> Mapping[str, int]:  # noqa: ARG002
        with self._opened(stop) as lake:
            names = lake.format.names(dataset)
            counts = each_at_once(lambda name: lake.format.rows(dataset, name), names)
            return dict(zip(names, counts, strict=True))

    def look(self, glance: Glance) -> Seen:
        with self._opened(NEVER) as lake:
            lake.say(glance.table)
            return look(lake.format, glance)

    def define(
        self,
        dataset: str,  # noqa: ARG002
        views: Sequence[View],  # noqa: ARG002
        *,
        gone: Sequence[str] = (),  # noqa: ARG002
        waiting: Waiting = in_silence,  # noqa: ARG002
        stop: Stop = NEVER,  # noqa: ARG002
    ) -> None:
        no_views("A lake")

    def query(
        self,
        dataset: str,  # noqa: ARG002
        sql: str,  # noqa: ARG002
        parameters: Sequence[object] = (),  # noqa: ARG002
        *,
        seconds: float = LONGEST_QUERY,  # noqa: ARG002
        stop: Stop = NEVER,  # noqa: ARG002
    ) -> list[tuple[Any, ...]]:
        no_views("A lake")

    def prove(self, dataset: str) -> Generator[None, None, None]:
        with self._opened(NEVER) as lake:
            lake.root.reach()
            yield
            lake.root.folders(lake.root.place(dataset))
            yield
            yield from prove(lake.format, dataset)

    @contextmanager
    def _opened(self, stop: Stop) -> Iterator[Opened]:
        """Errors of the libraries become ours."""
        root = self.find()
        lake = Opened(root, FORMATS[str(self.options["format"])](root, self.options))
        try:
            yield lake
        except THEIRS as error:
            stop.check()
            raise as_ours(error, root, lake.doing) from error

    @contextmanager
    def _turn(self, root: Root, landing: Landing, waiting: Waiting, stop: Stop) -> Iterator[None]:
        """Wait until no other thread of ours loads the same tables; who comes from elsewhere is met at the commit."""
        place = f"{root.endpoint} {root.url}/{landing.dataset}/{landing.prefix}"

        def told() -> None:
            waiting("Counterfoil itself loads the same tables for another sync; waiting until that is done")

        with TURNS.named(place, self.wait_seconds, stop, told) as ours:
            if not ours:
                raise WarehouseBusy(
                    f"Another sync loaded the same tables of {root} for {self.wait_seconds} s.", do=AGAIN
                )
            yield


def prove(format_: Format, dataset: str) -> Generator[None, None, None]:
    """Make a table, write a row, replace it, take the table away; yields after each."""
    row = pa.record_batch({"word": pa.array(["counterfoil"])})
    try:
        format_.ensure(dataset, PROBE, [Column(name="word", type=ColumnType.TEXT)])
        yield
        format_.sign(dataset, PROBE, row)
        yield
        format_.sign(dataset, PROBE, row)
        found = [each for rows in format_.read(dataset, PROBE, ["word"]) for each in rows.to_pylist()]
        if found != row.to_pylist():
            raise WarehouseFailed("A row that was just written did not come back.", do="Check the store.")
        yield
    except BaseException:
        with suppress(*THEIRS):
            format_.drop(dataset, PROBE)
        raise
    format_.drop(dataset, PROBE)
    yield


@dataclass(slots=True)
class Loading:
    """One landing. Each table changes in one moment, parents after their children."""

    lake: Opened
    landing: Landing
    stop: Stop
    assure: Assure
    grew: Grew
    changes: dict[str, TableChange] = field(default_factory=dict)

    def run(self) -> Mapping[str, TableChange]:
        self._prepare()
        for batch in self.landing.batches:
            self._merge(batch)
        self._sign()
        for name in (SYNCS, *(name for name, change in self.changes.items() if _written(change))):
            with suppress(*THEIRS):  # the load has landed; the next one tidies up
                self.lake.format.maintain(self.landing.dataset, name)
        return self.changes

    def _prepare(self) -> None:
        """Every declared table and column is there afterwards."""
        declared: list[tuple[str, Sequence[Column]]] = [
            *((self.landing.prefix + table.name, all_columns(table)) for table in self.landing.tables),
            (SYNCS, SYNCS_COLUMNS),
        ]
        there = list(
            each_at_once(lambda each: self.lake.format.schema(self.landing.dataset, each[0]), declared)
        )
        self.stop.check()
        self.assure()
        for (name, columns), schema in zip(declared, there, strict=True):
            missing = [column.name for column in columns if schema is None or column.name not in schema.names]
            if not missing:
                continue
            self.stop.check()
            self.lake.say(name)
            self.lake.format.ensure(self.landing.dataset, name, columns)
            if schema is None and name != SYNCS:
                self.changes[name] = TableChange()  # where rows are expected, somebody took them away
            self.grew(name, () if schema is None else tuple(missing))

    def _merge(self, batch: Batch) -> None:
        files = batch.files.get(batch.table.name, ())
        ids, stale = newest(files) if files else (NONE, pa.array([], pa.int64()))
        gone = self._gone(batch, ids)
        # Children first: whoever finds a parent in its new state finds its lines so too.
        for table in reversed(list(batch.table.family())):
            name, its = self.landing.prefix + table.name, list(batch.files.get(table.name, ()))
            columns = all_columns(table)
            self.stop.check()
            self.lake.say(name)
            self.changes[name] = self.lake.format.replace(
                self.landing.dataset,
                name,
                Replacement(
                    realm_id=self.landing.realm_id,
                    whose=table.parent_id or "id",
                    newest=ids,
                    gone=gone,
                    columns=columns,
                    rows=lambda its=its, columns=columns: self._stopping(pieces(its, columns, stale)),  # type: ignore[misc]
                    synced_at=self.landing.started_at,
                    sync_id=self.landing.sync_id,
                ),
            )

    def _gone(self, batch: Batch, ids: pa.Array) -> pa.Array:
        """The ids that QuickBooks no longer has."""
        gone = pa.array(list(dict.fromkeys(batch.deleted)), pa.string())
        if batch.complete:
            ours = [Only(column="_realm_id", values=pa.array([self.landing.realm_id]))]
            name = self.landing.prefix + batch.table.name
            self.lake.say(name)
            there = [
                rows.column("id") for rows in self.lake.format.read(self.landing.dataset, name, ["id"], ours)
            ]
            missing = pc.unique(pa.chunked_array([gone, *(each.cast(pa.string()) for each in there)]))
            listed = pc.is_in(missing, gone) if len(gone) else pa.repeat(pa.scalar(value=False), len(missing))
            brought = pc.is_in(missing, ids) if len(ids) else pa.repeat(pa.scalar(value=False), len(missing))
            gone = missing.filter(pc.and_(pc.is_valid(missing), pc.or_(listed, pc.invert(brought))))
        if batch.spared and len(gone):
            gone = gone.filter(pc.invert(pc.is_in(gone, pa.array(list(batch.spared), pa.string()))))
        return gone

    def _stopping(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            self.stop.check()
            yield batch

    def _sign(self) -> None:
        """One row per landed sync, so that whoever reads the tables can see how fresh they are."""
        landing, changes = self.landing, self.changes.values()
        values = [
            landing.sync_id,
            landing.source,
            landing.realm_id,
            landing.prefix,
            landing.started_at,
            datetime.now(UTC),
            sum(change.inserted for change in changes),
            sum(change.updated for change in changes),
            sum(change.deleted for change in changes),
        ]
        arrays = {
            column.name: pa.array([value], ARROW[column.type])
            for column, value in zip(SYNCS_COLUMNS, values, strict=True)
        }
        self.lake.say(SYNCS)
        self.lake.format.sign(landing.dataset, SYNCS, pa.record_batch(arrays))


NONE = pa.array([], pa.string())


def _written(change: TableChange) -> bool:
    return bool(change.inserted or change.updated or change.deleted)
