"""Iceberg tables that stand in a folder and describe themselves: no catalog knows of them.

Each commit writes `metadata/v<N>.metadata.json`, with the condition that nobody has written it yet: of two who commit
at once only one can. `metadata/version-hint.text` names the newest for readers.
"""

from datetime import datetime
from typing import Any

from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.table import CommitTableResponse, Table
from pyiceberg.table.metadata import TableMetadata, new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.table.update import TableRequirement, TableUpdate, update_table_metadata
from pyiceberg.typedef import EMPTY_DICT, Properties

from counterfoil.destinations.lake.iceberg_files import StoreFiles
from counterfoil.destinations.lake.iceberg_versions import HINT, Versions, number_of
from counterfoil.destinations.lake.store import Root, each_at_once


class FolderCatalog(NoopCatalog):
    """The tables of the datasets under one root: only what a load needs of a catalog."""

    def __init__(self, root: Root) -> None:
        super().__init__("folder")
        self.root, self.files = root, StoreFiles(root)

    def create_namespace_if_not_exists(self, namespace: Any, properties: Properties = EMPTY_DICT) -> None:
        """A folder is there as soon as something is in it."""

    def create_table(
        self, identifier: Any, schema: Any, location: str | None = None, *_: Any, **__: Any
    ) -> Table:
        """Make a table without partitions. Raises TableAlreadyExistsError."""
        folder = location or self._folder(identifier)
        metadata = new_table_metadata(schema, UNPARTITIONED_PARTITION_SPEC, UNSORTED_SORT_ORDER, folder, {})
        try:
            self._versions(folder).write(1, metadata)
        except FileExistsError as error:
            raise TableAlreadyExistsError(f"{folder} is there") from error
        return self._table(identifier, metadata, 1)

    def load_table(self, identifier: Any) -> Table:
        """The table as it stands. Raises NoSuchTableError."""
        folder = self._folder(identifier)
        newest = self._versions(folder).newest()
        if newest is None:
            raise NoSuchTableError(f"There is no table at {folder}")
        number, metadata = newest
        return self._table(identifier, metadata, number)

    def commit_table(
        self, table: Table, requirements: tuple[TableRequirement, ...], updates: tuple[TableUpdate, ...]
    ) -> CommitTableResponse:
        """Write the next version. Raises CommitFailedException when somebody else has written it."""
        for requirement in requirements:
            requirement.validate(table.metadata)
        changed = update_table_metadata(table.metadata, updates, metadata_location=table.metadata_location)
        number, versions = number_of(table.metadata_location) + 1, self._versions(table.metadata.location)
        try:
            versions.write(number, changed)
        except FileExistsError as error:
            raise CommitFailedException(f"Somebody else has changed {table.metadata.location}") from error
        return CommitTableResponse.model_validate(
            {"metadata": changed, "metadata-location": versions.address(number)}
        )

    def list_tables(self, namespace: Any) -> list[tuple[str, ...]]:
        """The tables of a dataset."""
        (dataset,) = self.identifier_to_tuple(namespace)
        folders = each_at_once(
            self._is_table, [(dataset, name) for name in self.root.folders(self.root.place(dataset))]
        )
        return [identifier for identifier in folders if identifier]

    def purge_table(self, identifier: Any) -> None:
        """Take a table away with all of its files, those first that make it one."""
        paths = [each["path"] for each in self.root.objects(self.files.path(self._folder(identifier)))]
        self.root.delete(sorted(paths, key=lambda path: not (path.endswith(HINT) or number_of(path))))

    def older_files(self, table: Table, before: datetime) -> list[str]:
        """Files that were written before a moment, the older versions first; what makes it a table stays."""
        folder = table.metadata.location
        objects = self.root.objects(self.files.path(folder))
        old = {self.files.under + each["path"] for each in objects if each["last_modified"] < before}
        old -= {f"{folder}/metadata/{HINT}", table.metadata_location}
        return sorted(old, key=number_of)

    def _is_table(self, identifier: tuple[str, str]) -> tuple[str, str] | None:
        return identifier if self._versions(self._folder(identifier)).are_there() else None

    def _folder(self, identifier: Any) -> str:
        return self.files.under + self.root.place(*self.identifier_to_tuple(identifier))

    def _versions(self, folder: str) -> Versions:
        return Versions(self.root, self.files, folder)

    def _table(self, identifier: Any, metadata: TableMetadata, number: int) -> Table:
        return Table(
            identifier=self.identifier_to_tuple(identifier),
            metadata=metadata,
            metadata_location=self._versions(metadata.location).address(number),
            io=self.files,
            catalog=self,
        )
