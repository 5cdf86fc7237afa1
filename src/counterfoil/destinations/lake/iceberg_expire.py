"""Forgetting old versions of an Iceberg table, and taking away the files that none of the others needs."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import TypeVar

from pyiceberg.io import FileIO
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.utils.concurrent import ExecutorFactory

from counterfoil.destinations.lake.iceberg_folder import FolderCatalog

T = TypeVar("T")
R = TypeVar("R")

KEPT = timedelta(days=7)
"""How long a version can be read again."""

KEPT_OF_MANY = timedelta(days=1)
MANY = 100
"""Of more versions than these each is kept for a day only: every commit writes the list of them anew."""

WORTH_IT = 10
"""So many versions have to go before any does: what is still needed is told only by reading all the others' lists."""


def expire(table: Table, now: datetime) -> int:
    """Take away what is old and no longer needed; tells how many versions that were."""
    metadata = table.metadata
    kept = KEPT_OF_MANY if len(metadata.snapshots) > MANY else KEPT
    heads = {ref.snapshot_id for ref in metadata.refs.values()}
    before = (now - kept).timestamp() * 1000
    old = [
        each for each in metadata.snapshots if each.timestamp_ms < before and each.snapshot_id not in heads
    ]
    if len(old) < WORTH_IT:
        return 0
    table.maintenance.expire_snapshots().by_ids([each.snapshot_id for each in old]).commit()
    metadata = table.metadata
    needed = {*files(table.io, metadata.snapshots), *_statistics(table)}
    if isinstance(table.catalog, FolderCatalog):
        unneeded = [each for each in table.catalog.older_files(table, now - kept) if each not in needed]
    else:
        unneeded = [each for each in files(table.io, old) if each not in needed]
    for location in unneeded:
        table.io.delete(location)
    return len(old)


def files(io: FileIO, snapshots: Iterable[Snapshot]) -> list[str]:
    """All files that the versions need, those that hold rows first."""
    manifests, lists = {}, []
    for snapshot, its in zip(snapshots, _together(lambda each: each.manifests(io), snapshots), strict=True):
        lists.append(snapshot.manifest_list)
        manifests.update({manifest.manifest_path: manifest for manifest in its})
    entries = _together(lambda each: each.fetch_manifest_entry(io), manifests.values())
    rows = {entry.data_file.file_path for entry in chain.from_iterable(entries)}
    return [*rows, *manifests, *lists]


def _statistics(table: Table) -> Iterator[str]:
    for each in (*table.metadata.statistics, *table.metadata.partition_statistics):
        yield each.statistics_path


def _together(deed: Callable[[T], R], each: Iterable[T]) -> Iterator[R]:
    return ExecutorFactory.get_or_create().map(deed, each)
