"""What a sync would bring: records of a small made-up stream as staged batches, and landings of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from counterfoil.destinations.base import Batch, Landing
from counterfoil.destinations.staged import ARROW
from counterfoil.model.table import Column, ColumnType, Table, all_columns

NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)
REALM = "9130357849000001"
Record = Mapping[str, Any]


def columns(**named: ColumnType) -> tuple[Column, ...]:
    return tuple(Column(name=name, type=type_) for name, type_ in named.items())


LINE = Table(
    name="invoice_line",
    parent_id="invoice_id",
    columns=columns(description=ColumnType.TEXT, amount=ColumnType.DECIMAL),
)
INVOICE = Table(
    name="invoice",
    columns=columns(
        id=ColumnType.TEXT,
        memo=ColumnType.TEXT,
        total=ColumnType.DECIMAL,
        copies=ColumnType.INTEGER,
        paid=ColumnType.BOOLEAN,
        due_date=ColumnType.DATE,
        updated_at=ColumnType.TIMESTAMP,
        address=ColumnType.JSON,
    ),
    children=(LINE,),
)


@dataclass
class Bringing:
    """Stages records in a folder; later records are newer."""

    folder: Path
    dataset: str
    table: Table = INVOICE
    prefix: str = ""
    realm: str = REALM
    numbers: Any = field(default_factory=count)

    def landing(self, *batches: Batch, **more: Any) -> Landing:
        """One sync. Without batches it only makes the tables."""
        told: dict[str, Any] = {
            "dataset": self.dataset,
            "prefix": self.prefix,
            "realm_id": self.realm,
            "source": "acme",
            "sync_id": f"sync_{next(self.numbers)}",
            "started_at": NOW,
            "tables": tuple(self.table.family()),
            "batches": batches,
        }
        return Landing(**(told | more))

    def batch(self, *records: Record, **more: Any) -> Batch:
        """Records as dictionaries by column; `lines` are those of the child table."""
        files = {}
        rows = [{"_seq": place, **record} for place, record in enumerate(records)]
        if rows:
            files[self.table.name] = [self.write(self.table, rows)]
        for child in self.table.children:
            lines = [
                {child.parent_id: row["id"], "index": index, "_seq": row["_seq"], **line}
                for row in rows
                for index, line in enumerate(row.get("lines", ()))
            ]
            if lines:
                files[child.name] = [self.write(child, lines)]
        return Batch(table=self.table, files=files, **more)

    def write(self, table: Table, rows: Sequence[Record]) -> Path:
        """One Parquet file, which has only those columns that any row has, as a stage's files."""
        seen = {name for row in rows for name in row}
        stamps = {"_realm_id": self.realm, "_deleted": False, "_synced_at": NOW, "_sync_id": "sync"}
        arrays: dict[str, pa.Array] = {"_seq": pa.array([row["_seq"] for row in rows], pa.int64())}
        for column in all_columns(table):
            if column.name in stamps:
                arrays[column.name] = pa.repeat(pa.scalar(stamps[column.name], ARROW[column.type]), len(rows))
            elif column.name in seen:
                arrays[column.name] = pa.array([row.get(column.name) for row in rows], ARROW[column.type])
        return self.save(table, pa.table(arrays))

    def save(self, table: Table, rows: pa.Table) -> Path:
        path = self.folder / f"{table.name[:40]}-{next(self.numbers)}.parquet"
        pq.write_table(rows, path, compression="lz4", write_statistics=False)
        return path
