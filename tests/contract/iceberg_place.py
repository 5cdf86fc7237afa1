"""Iceberg tables for the contract suite, read and changed as other programs would."""

import pyarrow as pa
from pyiceberg.catalog.memory import InMemoryCatalog
from pyiceberg.table import StaticTable, Table

from tests.contract.lake_place import LakePlace
from tests.seaweed import KEY, SECRET

HINT = "metadata/version-hint.text"


class IcebergPlace(LakePlace):
    """Tables that describe themselves: read from their hint on."""

    def there(self, dataset: str, table: str) -> bool:
        return bool(self.files.get_file_info(f"{self.folder(dataset, table)}/{HINT}").is_file)

    def read(self, dataset: str, table: str) -> pa.Table:
        return StaticTable.from_metadata(self._url(dataset, table), self.storage()).scan().to_arrow()

    def write(self, dataset: str, table: str, rows: pa.Table) -> None:
        """Change it in a catalog of one's own, and make what came of it the next version."""
        folder = self.folder(dataset, table)
        with self.files.open_input_file(f"{folder}/{HINT}") as file:
            number = int(file.read())
        catalog = InMemoryCatalog("meddling", **self.storage())
        catalog.create_namespace("some")
        changed = catalog.register_table(
            ("some", "table"), f"{self._url(dataset, table)}/metadata/v{number}.metadata.json"
        )
        meddle(changed, rows)
        with self.files.open_input_file(self.place(changed.metadata_location)) as file:
            self._put(f"{folder}/metadata/v{number + 1}.metadata.json", file.read())
        self._put(f"{folder}/{HINT}", str(number + 1).encode())

    def storage(self) -> dict[str, str]:
        return {
            "s3.endpoint": f"http://127.0.0.1:{self.port}",
            "s3.access-key-id": KEY,
            "s3.secret-access-key": SECRET,
            "s3.region": "us-east-1",
        }

    def _put(self, path: str, content: bytes) -> None:
        with self.files.open_output_stream(path) as file:
            file.write(content)

    def place(self, location: str) -> str:
        """Where a file stands among the place's own."""
        return location.removeprefix(f"{self.scheme}://")

    def _url(self, dataset: str, table: str) -> str:
        return f"{self.scheme}://{self.folder(dataset, table)}"


def meddle(table: Table, rows: pa.Table) -> None:
    """Give a table these columns and these rows."""
    before = table.schema().as_arrow()
    kept = {
        field.name
        for field in rows.schema
        if field.name in before.names and _same(before.field(field.name).type, field.type)
    }
    with table.update_schema() as update:
        for name in before.names:
            if name not in kept:
                update.delete_column((name,))
    with table.update_schema() as update:
        update.union_by_name(rows.select([name for name in rows.column_names if name not in kept]).schema)
    table.overwrite(rows)


def _same(one: pa.DataType, other: pa.DataType) -> bool:
    small = [pa.string() if pa.types.is_large_string(each) else each for each in (one, other)]
    return bool(small[0] == small[1])
