"""How Iceberg's library reads and writes files: all of them through the one store that a destination has."""

import io
from typing import Any

import obstore
from pyiceberg.io import FileIO, InputFile, OutputFile

from counterfoil.destinations.lake.store import Root
from counterfoil.errors import WarehouseRefused

LASTING = ".avro"
"""Lists of files and of lists: small, never changed once written, and asked for several times by one commit."""

KEPT_BYTES = 32 * 1024 * 1024


class StoreFiles(FileIO):
    """The files under the root of a store, named by their full address."""

    def __init__(self, root: Root) -> None:
        super().__init__()
        self.store, self.under = root.store, address(root) + "/"
        self.known: dict[str, bytes] = {}

    def new_input(self, location: str) -> "StoreFile":
        return StoreFile(self, location)

    def new_output(self, location: str) -> "StoreFile":
        return StoreFile(self, location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        obstore.delete(self.store, self.path(location if isinstance(location, str) else location.location))

    def path(self, location: str) -> str:
        """Where a file stands in the store. Raises WarehouseRefused for one that is elsewhere."""
        if not location.startswith(self.under):
            raise WarehouseRefused(
                f"The catalog has a table at {location}, which is not in {self.under}.",
                do="Let the catalog make tables there, or give the bucket and the path that it uses.",
            )
        return location[len(self.under) :]


def address(root: Root) -> str:
    """The root as other programs name it in the tables' own files."""
    if root.kind == "azure":
        account = root.storage["azure_storage_account_name"]
        return f"abfss://{root.bucket}@{account}.dfs.core.windows.net/{root.path}".rstrip("/")
    return root.url.rstrip("/")


class StoreFile(InputFile, OutputFile):
    """One file; written whole by a single request, so that nobody ever sees half of it."""

    def __init__(self, files: StoreFiles, location: str) -> None:
        super().__init__(location)
        self._store, self._path, self._known = files.store, files.path(location), files.known
        self._size: int | None = None

    def __len__(self) -> int:
        if self._size is None:
            self._size = obstore.head(self._store, self._path)["size"]
        return self._size

    def exists(self) -> bool:
        try:
            return len(self) >= 0
        except FileNotFoundError:
            return False

    def open(self, seekable: bool = True) -> Any:  # noqa: ARG002, FBT001, FBT002 (the library's own words)
        return Reading(self)

    def create(self, overwrite: bool = False) -> Any:  # noqa: FBT001, FBT002
        return Writing(self, overwrite=overwrite)

    def to_input_file(self) -> "StoreFile":
        return self

    def get(self, start: int, end: int) -> bytes:
        """Some of its bytes."""
        return bytes(obstore.get_range(self._store, self._path, start=start, end=end))

    def whole(self) -> bytes:
        """All of its bytes, by one request at most."""
        if not self._path.endswith(LASTING):
            return bytes(obstore.get(self._store, self._path).bytes())
        if self._path not in self._known:
            self._keep(bytes(obstore.get(self._store, self._path).bytes()))
        return self._known[self._path]

    def put(self, content: bytes, *, overwrite: bool) -> None:
        """Write it. Raises FileExistsError where it must not be there and is."""
        try:
            obstore.put(self._store, self._path, content, mode="overwrite" if overwrite else "create")
        except obstore.exceptions.AlreadyExistsError as error:
            raise FileExistsError(self.location) from error
        self._size = len(content)
        if self._path.endswith(LASTING):
            self._keep(content)

    def _keep(self, content: bytes) -> None:
        if sum(map(len, self._known.values())) > KEPT_BYTES:
            self._known.clear()
        self._known[self._path] = content


class Reading(io.RawIOBase):
    """A file that is read where it is asked for: of a table's columns only those that are wanted."""

    def __init__(self, file: StoreFile) -> None:
        super().__init__()
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: 0}[whence]
        self._at = begin + offset + (len(self._file) if whence == io.SEEK_END else 0)
        return self._at

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return self.readall()
        end = min(self._at + size, len(self._file))
        found = self._file.get(self._at, end) if end > self._at else b""
        self._at += len(found)
        return found

    def readall(self) -> bytes:
        found = self._file.whole()[self._at :]
        self._at += len(found)
        return found


class Writing(io.BytesIO):
    """A file that is sent when it is closed, and not at all when its writer failed."""

    def __init__(self, file: StoreFile, *, overwrite: bool) -> None:
        super().__init__()
        self._file, self._overwrite = file, overwrite
        self._failed = False

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._failed = kind is not None
        super().__exit__(kind, error, trace)

    def close(self) -> None:
        if not self.closed and not self._failed:
            self._file.put(self.getvalue(), overwrite=self._overwrite)
        super().close()

    def __del__(self) -> None:
        """Whoever forgets it sends nothing."""
