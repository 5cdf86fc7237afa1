"""Lakes for the contract suite: a folder of its own on a local server, read by other means than we load it with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake
from pyarrow import fs

from counterfoil.destinations.base import Destination
from counterfoil.destinations.lake.kind import S3
from counterfoil.destinations.staged import ARROW
from counterfoil.model.table import ColumnType
from tests.contract.cutting import cut_between
from tests.contract.place import Ability, Row
from tests.seaweed import BUCKET, KEY, SECRET, Seaweed

BY_HAND = {"INTEGER": pa.int32(), "VARCHAR(5)": pa.string(), "string": pa.string()}


class Meddled:
    """How tables of files are meddled with: read whole, and written otherwise."""

    files: fs.FileSystem

    def folder(self, dataset: str, table: str = "") -> str:
        """Where it stands, with the bucket before it."""
        raise NotImplementedError

    def read(self, dataset: str, table: str) -> pa.Table:
        """A whole table."""
        raise NotImplementedError

    def write(self, dataset: str, table: str, rows: pa.Table) -> None:
        """Put other rows, and other columns, in place of a table's."""
        raise NotImplementedError

    def drop_dataset(self, dataset: str) -> None:
        self.files.delete_dir(self.folder(dataset))

    def drop_table(self, dataset: str, table: str) -> None:
        self.files.delete_dir(self.folder(dataset, table))

    def empty(self, dataset: str, table: str) -> None:
        self._change(dataset, table, lambda rows: rows.slice(0, 0))

    def drop_column(self, dataset: str, table: str, column: str) -> None:
        self._change(dataset, table, lambda rows: rows.drop_columns(column))

    def add_column(self, dataset: str, table: str, column: str, type_: str) -> None:
        self._change(
            dataset, table, lambda rows: rows.append_column(column, pa.nulls(len(rows), BY_HAND[type_]))
        )

    def fill(self, dataset: str, table: str, column: str, word: str) -> None:
        def filled(rows: pa.Table) -> pa.Table:
            place = rows.column_names.index(column)
            return rows.set_column(place, column, pa.repeat(word, len(rows)))

        self._change(dataset, table, filled)

    def retype(self, dataset: str, table: str, column: str, type_: ColumnType) -> None:
        def retyped(rows: pa.Table) -> pa.Table:
            place = rows.column_names.index(column)
            return rows.set_column(place, column, pc.cast(rows.column(column), ARROW[type_]))

        self._change(dataset, table, retyped)

    def _change(self, dataset: str, table: str, deed: Callable[[pa.Table], pa.Table]) -> None:
        self.write(dataset, table, deed(self.read(dataset, table)))


class LakePlace(Meddled):
    """A new folder."""

    kind = S3
    scheme = "s3"
    files: fs.FileSystem
    tried_on = "a real S3 server: SeaweedFS"
    lacks: Mapping[Ability, str] = {
        Ability.RIGHTS: "they are granted by policies of the store, not by statements; ours are tested apart",
        Ability.HOLDING: "nobody can hold an object",
        Ability.VIEWS: "files have no views",
        Ability.ASKING_ONLY: "files answer no questions",
    }

    def __init__(self, server: Seaweed, format_: str) -> None:
        self.path, self.port = server.new_folder(), server.port
        self.options = {
            "bucket": BUCKET,
            "path": self.path,
            "format": format_,
            "host": "127.0.0.1",
            "port": str(server.port),
            "protocol": "http",
            "access_key_id": KEY,
            "secret_access_key": SECRET,
            "retry_seconds": "2",
            "wait_seconds": "20",
        }
        self.files = fs.S3FileSystem(
            access_key=KEY, secret_key=SECRET, endpoint_override=f"127.0.0.1:{server.port}", scheme="http"
        )

    def open(self, **options: str) -> Destination:
        return self.kind.open({**self.options, **options})

    def rows(self, dataset: str, table: str) -> list[Row]:
        return [
            {name: _in_utc(value) for name, value in row.items()}
            for row in self.read(dataset, table).to_pylist()
        ]

    def contents(self, dataset: str) -> dict[str, list[Row]]:
        return {table: self.rows(dataset, table) for table in self.names(dataset)}

    def tables(self, dataset: str) -> dict[str, list[str]]:
        return {table: self.read(dataset, table).column_names for table in self.names(dataset)}

    def names(self, dataset: str) -> list[str]:
        """The folders of tables."""
        found = self.files.get_file_info(fs.FileSelector(self.folder(dataset), allow_not_found=True))
        names = [unquote(each.base_name.replace("~", "%")) for each in found]
        return [name for name in names if self.there(dataset, name)]

    def there(self, dataset: str, table: str) -> bool:
        """Tell whether the folder of a table holds one."""
        raise NotImplementedError

    def folder(self, dataset: str, table: str = "") -> str:
        return "/".join(filter(None, [BUCKET, self.path, dataset, quote(table, safe="").replace("%", "~")]))

    def grant(self, statement: str) -> None:
        raise NotImplementedError(self.lacks[Ability.RIGHTS])

    @contextmanager
    def cut_at(self, statement: int) -> Iterator[list[str]]:
        before = dict(self.options)
        with cut_between(self.port, statement) as between:
            self.options |= {"port": str(between.server_port), "retry_seconds": "0"}
            try:
                yield between.begun
            finally:
                self.options = before

    def held(self, dataset: str, table: str) -> AbstractContextManager[object]:
        raise NotImplementedError(self.lacks[Ability.HOLDING])

    def forbidden(self, dataset: str, *, schema: bool) -> Destination:
        raise NotImplementedError(self.lacks[Ability.RIGHTS])


class DeltaPlace(LakePlace):
    """Tables of Delta Lake, read and changed by its own library."""

    def there(self, dataset: str, table: str) -> bool:
        return DeltaTable.is_deltatable(self._url(dataset, table), self.storage())

    def read(self, dataset: str, table: str) -> pa.Table:
        return DeltaTable(self._url(dataset, table), storage_options=self.storage()).to_pyarrow_table()

    def write(self, dataset: str, table: str, rows: pa.Table) -> None:
        found = DeltaTable(self._url(dataset, table), storage_options=self.storage())
        write_deltalake(found, rows, mode="overwrite", schema_mode="overwrite")

    def _url(self, dataset: str, table: str) -> str:
        return f"{self.scheme}://{self.folder(dataset, table)}"

    def storage(self) -> dict[str, str]:
        return {
            "aws_access_key_id": KEY,
            "aws_secret_access_key": SECRET,
            "aws_region": "us-east-1",
            "aws_endpoint_url": f"http://127.0.0.1:{self.port}",
            "allow_http": "true",
        }


class ParquetPlace(LakePlace):
    """Plain files, found as a reader's pattern finds them."""

    def there(self, dataset: str, table: str) -> bool:
        return bool(self._found(dataset, table))

    def read(self, dataset: str, table: str) -> pa.Table:
        return pa.concat_tables(
            [
                pq.read_table(path, filesystem=self.files, partitioning=None)
                for path in self._found(dataset, table)
            ]
        )

    def write(self, dataset: str, table: str, rows: pa.Table) -> None:
        (path,) = self._found(dataset, table)
        pq.write_table(rows, path, filesystem=self.files)

    def _found(self, dataset: str, table: str) -> list[str]:
        found = self.files.get_file_info(fs.FileSelector(self.folder(dataset, table), allow_not_found=True))
        return [each.path for each in found if each.base_name.endswith(".parquet")]


def _in_utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
