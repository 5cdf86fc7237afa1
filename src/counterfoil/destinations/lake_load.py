"""Loading into a lake table by table, looking at what is there, and proving that it works."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from counterfoil.destinations.base import (
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
from counterfoil.destinations.lake import CAPABILITIES
from counterfoil.destinations.lake_delta import Delta
from counterfoil.destinations.lake_format import Format, Only, Replacement
from counterfoil.destinations.lake_look import look
from counterfoil.destinations.lake_parquet import Parquet
from counterfoil.destinations.lake_store import Root, each_at_once
from counterfoil.destinations.lake_words import AGAIN, THEIRS, as_ours
from counterfoil.destinations.merge import PROBE, SYNCS, SYNCS_COLUMNS
from counterfoil.destinations.staged import ARROW, newest, pieces
from counterfoil.destinations.turns import Turns
from counterfoil.errors import WarehouseBusy, WarehouseFailed
from counterfoil.model.table import Column, ColumnType, all_columns
from counterfoil.stop import NEVER, Stop

TURNS = Turns()

FORMATS: Mapping[str, Callable[[Root], Format]] = {"delta": Delta, "parquet": Parquet}


class Lake:
    """A folder in a store as a destination."""

    capabilities = CAPABILITIES

    def __init__(self, root: Root, options: Mapping[str, Any]) -> None:
        self.root, self.wait_seconds = root, int(options["wait_seconds"])
        self.format = FORMATS[str(options["format"])](root)
        self.doing = ""

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
        with self._turn(landing, waiting, stop), self._ours(stop):
            return Loading(self.format, landing, stop, assure, grew, self._say).run()

    def tables(self, dataset: str, *, waiting: Waiting = in_silence, stop: Stop = NEVER) -> Mapping[str, int]:  # noqa: ARG002
        with self._ours(stop):
            names = self.format.names(dataset)
            counts = each_at_once(lambda name: self.format.rows(dataset, name), names)
            return dict(zip(names, counts, strict=True))

    def look(self, glance: Glance) -> Seen:
        with self._ours(NEVER):
            self._say(glance.table)
            return look(self.format, glance)

    def prove(self, dataset: str) -> Generator[None, None, None]:
        self.root.reach()
        yield
        with self._ours(NEVER):
            self.root.folders(self.root.place(dataset))
            yield
            yield from self._prove(dataset)

    def _prove(self, dataset: str) -> Generator[None, None, None]:
        word = Column(name="word", type=ColumnType.TEXT)
        row = pa.record_batch({"word": pa.array(["counterfoil"])})
        try:
            self.format.ensure(dataset, PROBE, [word])
            yield
            self.format.sign(dataset, PROBE, row)
            yield
            self.format.sign(dataset, PROBE, row)
            if [each for rows in self.format.read(dataset, PROBE, ["word"]) for each in rows.to_pylist()] != [
                {"word": "counterfoil"}
            ]:
                raise WarehouseFailed("A row that was just written did not come back.", do="Check the store.")
            yield
        except BaseException:
            with suppress(*THEIRS):
                self.format.drop(dataset, PROBE)
            raise
        self.format.drop(dataset, PROBE)
        yield

    def _say(self, doing: str) -> None:
        self.doing = doing

    @contextmanager
    def _ours(self, stop: Stop) -> Iterator[None]:
        """Errors of the libraries as ours."""
        self.doing = ""
        try:
            yield
        except THEIRS as error:
            stop.check()
            raise as_ours(error, self.root, self.doing) from error

    @contextmanager
    def _turn(self, landing: Landing, waiting: Waiting, stop: Stop) -> Iterator[None]:
        """Wait until no other thread of ours loads the same tables; who comes from elsewhere is met at the commit."""
        place = f"{self.root.endpoint} {self.root.url}/{landing.dataset}/{landing.prefix}"

        def told() -> None:
            waiting("Counterfoil itself loads the same tables for another sync; waiting until that is done")

        with TURNS.named(place, self.wait_seconds, stop, told) as ours:
            if not ours:
                raise WarehouseBusy(
                    f"Another sync loaded the same tables of {self.root} for {self.wait_seconds} s.", do=AGAIN
                )
            yield


@dataclass(slots=True)
class Loading:
    """One landing. Each table changes in one moment, parents after their children."""

    format: Format
    landing: Landing
    stop: Stop
    assure: Assure
    grew: Grew
    say: Callable[[str], None]
    changes: dict[str, TableChange] = field(default_factory=dict)

    def run(self) -> Mapping[str, TableChange]:
        self._prepare()
        for batch in self.landing.batches:
            self._merge(batch)
        self._sign()
        for name in (SYNCS, *(name for name, change in self.changes.items() if _written(change))):
            with suppress(*THEIRS):  # the load has landed; the next one tidies up
                self.format.maintain(self.landing.dataset, name)
        return self.changes

    def _prepare(self) -> None:
        """Every declared table and column is there afterwards."""
        declared: list[tuple[str, Sequence[Column]]] = [
            *((self.landing.prefix + table.name, all_columns(table)) for table in self.landing.tables),
            (SYNCS, SYNCS_COLUMNS),
        ]
        there = list(each_at_once(lambda each: self.format.schema(self.landing.dataset, each[0]), declared))
        self.stop.check()
        self.assure()
        for (name, columns), schema in zip(declared, there, strict=True):
            missing = [column.name for column in columns if schema is None or column.name not in schema.names]
            if not missing:
                continue
            self.stop.check()
            self.say(name)
            self.format.ensure(self.landing.dataset, name, columns)
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
            self.say(name)
            self.changes[name] = self.format.replace(
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
            self.say(name)
            there = [rows.column("id") for rows in self.format.read(self.landing.dataset, name, ["id"], ours)]
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
        self.say(SYNCS)
        self.format.sign(landing.dataset, SYNCS, pa.record_batch(arrays))


NONE = pa.array([], pa.string())


def _written(change: TableChange) -> bool:
    return bool(change.inserted or change.updated or change.deleted)
