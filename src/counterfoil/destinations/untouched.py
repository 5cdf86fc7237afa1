"""What this process knows of files that nobody has touched since it closed them.

To open a file of some hundred tables and find it as it was left takes more than all the rest of a sync that finds
nothing new, and a service does so for each company, all day long.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from counterfoil.model.table import Table

Mark = tuple[int, int, int, int]
"""Device, inode, size and time of the last change, in nanoseconds: another one whenever a file was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One dataset of a file: the rows of each table, and which tables were made in full, under which prefix."""

    rows: Mapping[str, int]
    prefix: str = ""
    tables: Sequence[Table] = ()

    def holds(self, prefix: str, tables: Sequence[Table]) -> bool:
        """Tell whether all these tables are there, with all their columns."""
        return self.prefix == prefix and list(self.tables) == list(tables)


class Untouched:
    """Known datasets by file; all threads of a process share it."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Mark, dict[str, Known]]] = {}
        self._lock = threading.Lock()

    def of(self, path: Path, dataset: str) -> Known | None:
        """What is known of a dataset; None once somebody has written to the file, or left something to be written."""
        with self._lock:
            mark, datasets = self._known.get(path, (None, {}))
            return datasets.get(dataset) if mark is not None and mark == mark_of(path) else None

    def keep(self, path: Path, mark: Mark | None, dataset: str, known: Known) -> None:
        """Remember a dataset as it was when the file bore this mark, unless it bears another one by now."""
        if mark is None or mark != mark_of(path):
            return
        with self._lock:
            self._known[path] = (mark, {dataset: known})


def mark_of(path: Path) -> Mark | None:
    """A file's mark; None where there is none, or where a log beside it has still to be written into it."""
    try:
        found = path.stat()
        if path.with_name(f"{path.name}.wal").exists():
            return None
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
