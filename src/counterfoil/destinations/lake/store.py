"""One folder in an object store: what a lake's formats read and write there."""

import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

import obstore
import pyarrow as pa
import pyarrow.parquet as pq
from obstore.exceptions import PreconditionError
from obstore.store import ObjectStore

from counterfoil.errors import WarehouseFailed

T = TypeVar("T")
U = TypeVar("U")

SMALL_BYTES = 8 * 1024 * 1024
"""An object up to this size is read by one request, a larger one where it is asked for."""

CONDITIONAL_BYTES = 64 * 1024 * 1024
"""An object up to this size is written by one request, which can bear a condition."""

REACH_SECONDS = 15

AT_ONCE = 8
"""Requests under way for one destination."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The folder that a destination has in a store.

    `url` names it to the formats' libraries and `storage` is how they get there; `store` is rooted in it.
    """

    store: ObjectStore
    url: str
    storage: Mapping[str, str] = field(repr=False)
    kind: str
    bucket: str
    path: str
    endpoint: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return f"The bucket {self.bucket} at {self.endpoint}"

    def reach(self) -> None:
        """Knock at the store's door. Raises WarehouseFailed."""
        aim = urlsplit(self.endpoint)
        port = aim.port or (80 if aim.scheme == "http" else 443)
        try:
            socket.create_connection((aim.hostname or "", port), timeout=REACH_SECONDS).close()
        except OSError as error:
            raise WarehouseFailed(
                f"{self.endpoint} could not be reached: {error.strerror or error}.",
                do="Check host and port, that the server runs and listens there, and the firewall between.",
            ) from error

    def place(self, *names: str) -> str:
        """Where a dataset or a table stands, below the root."""
        return "/".join(map(folder, names))

    def folders(self, place: str) -> list[str]:
        """The names of the folders in a folder."""
        listed = obstore.list_with_delimiter(self.store, place)
        return [named(Path(each).name) for each in listed["common_prefixes"]]

    def objects(self, place: str) -> list[Any]:
        """Every object below a folder, with path, size and e_tag."""
        return [each for batch in obstore.list(self.store, place) for each in batch]

    def head(self, path: str) -> Any | None:
        """An object's size and e_tag; None when there is none."""
        with suppress(FileNotFoundError):
            return obstore.head(self.store, path)
        return None

    def parquet(self, path: str, size: int) -> pq.ParquetFile:
        """A file to read columns from."""
        if size <= SMALL_BYTES:
            return pq.ParquetFile(pa.BufferReader(obstore.get(self.store, path).bytes().to_bytes()))
        return pq.ParquetFile(Reading(obstore.open_reader(self.store, path, buffer_size=SMALL_BYTES // 8)))

    def fetch(self, path: str, file: Path) -> Any:
        """Copy an object to a local file, as it stands at one moment; tells its size and e_tag."""
        got = obstore.get(self.store, path)
        seen = got.meta
        with file.open("wb") as out:
            for piece in got.stream(min_chunk_size=SMALL_BYTES):
                out.write(piece)
        return seen

    def put(self, path: str, file: Path, *, seen: Any | None = None, new: bool = False) -> None:
        """Write an object whole, in one moment.

        Raises FileExistsError, where it has to be `new` or the one that was `seen`, when somebody else came between.
        """
        if not new and seen is None:
            obstore.put(self.store, path, file)
            return
        if file.stat().st_size > CONDITIONAL_BYTES:  # parts bear no condition: as late a look as can be
            now = self.head(path)
            if (now and now["e_tag"]) != (seen and seen["e_tag"]):
                raise FileExistsError(path)
            obstore.put(self.store, path, file)
            return
        told = {name: seen[name] for name in ("e_tag", "version") if seen[name]} if seen else {}
        mode: Any = told or "create"
        try:
            obstore.put(self.store, path, file, mode=mode)
        except (PreconditionError, obstore.exceptions.AlreadyExistsError) as error:
            raise FileExistsError(path) from error

    def delete(self, paths: Sequence[str]) -> None:
        """Take objects away; those that are not there are not missed."""
        for start in range(0, len(paths), 1000):
            some = list(paths[start : start + 1000])
            try:
                obstore.delete(self.store, some)
            except FileNotFoundError:  # some stores say so, and leave those that come behind
                for path in some:
                    with suppress(FileNotFoundError):
                        obstore.delete(self.store, path)

    def drop(self, place: str) -> None:
        """Take a folder away with all that is in it."""
        self.delete([each["path"] for each in self.objects(place)])


class Reading(RawIOBase):
    """An open object as Arrow wants a file: one that says of itself that it is not closed."""

    def __init__(self, reader: Any) -> None:
        super().__init__()
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return int(self._reader.tell())

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._reader.seek(offset, whence))

    def read(self, size: int = -1) -> bytes:
        return bytes(self._reader.read(size) if size >= 0 else self._reader.readall())


def folder(name: str) -> str:
    """A table's name as part of a path: itself, unless it holds what paths or their readers take for something else."""
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name):
        return name
    return quote(name, safe="").replace("~", "%7E").replace("%", "~")


def named(part: str) -> str:
    """The table's name that stands as this part of a path."""
    return unquote(part.replace("~", "%"))


def each_at_once(deed: Callable[[T], U], things: Sequence[T]) -> Iterator[U]:
    """Do it for all of them, some at a time, and answer in their order."""
    if len(things) < 2:
        yield from map(deed, things)
        return
    with ThreadPoolExecutor(min(AT_ONCE, len(things)), thread_name_prefix="lake") as pool:
        yield from pool.map(deed, things)
