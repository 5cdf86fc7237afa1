"""The versions of an Iceberg table that stands in a folder, and the hint that names the newest."""

import re

from pyiceberg.serializers import FromInputFile
from pyiceberg.table.metadata import TableMetadata

from counterfoil.destinations.lake.iceberg_files import StoreFiles
from counterfoil.destinations.lake.store import Root

VERSION = re.compile(r"v(\d+)\.metadata\.json$")
HINT = "version-hint.text"


class Versions:
    """One table's, by its folder's address."""

    def __init__(self, root: Root, files: StoreFiles, folder: str) -> None:
        self._root, self._files, self._folder = root, files, folder
        self._hint = f"{folder}/metadata/{HINT}"

    def newest(self) -> tuple[int, TableMetadata] | None:
        """The newest version; None where there is no table. Sees to it that the hint names it."""
        hint = self._hinted()
        metadata = self._read(hint)
        number = self._last_from(hint if metadata else self._listed())
        if not number:
            return None
        if metadata is None or number != hint:  # whoever wrote it was killed before it told of it
            self._tell(number)
            metadata = self._read(number)
        return (number, metadata) if metadata else None

    def are_there(self) -> bool:
        return bool(self._hinted() or self._listed())

    def write(self, number: int, metadata: TableMetadata) -> None:
        """Write a version and tell readers of it. Raises FileExistsError when somebody else has written it."""
        file = self._files.new_output(self.address(number))
        content = metadata.model_dump_json(exclude_none=True).encode()
        try:
            file.put(content, overwrite=False)
        except FileExistsError:
            if file.whole() != content:
                raise  # else it was written by a request whose answer was lost, and which was sent again
        self._tell(number)

    def address(self, number: int) -> str:
        return f"{self._folder}/metadata/v{number}.metadata.json"

    def _tell(self, number: int) -> None:
        """Name the newest version; where another came meanwhile, whoever tells last tells of that."""
        hint, told = self._files.new_output(self._hint), 0
        while told != number:
            hint.put(str(number).encode(), overwrite=True)
            told, number = number, self._last_from(number)

    def _last_from(self, number: int) -> int:
        while number and self._files.new_input(self.address(number + 1)).exists():
            number += 1
        return number

    def _hinted(self) -> int:
        try:
            return int(self._files.new_input(self._hint).whole())
        except (FileNotFoundError, ValueError):
            return 0

    def _listed(self) -> int:
        objects = self._root.objects(self._files.path(f"{self._folder}/metadata"))
        return max((number_of(each["path"]) for each in objects), default=0)

    def _read(self, number: int) -> TableMetadata | None:
        try:
            return (
                FromInputFile.table_metadata(self._files.new_input(self.address(number))) if number else None
            )
        except FileNotFoundError:
            return None


def number_of(location: str) -> int:
    """Which version a file is; 0 for one that is none."""
    found = VERSION.search(location)
    return int(found[1]) if found else 0
