"""The judge: whether the warehouse says just what QuickBooks says, row for row and value for value."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from counterfoil.model.stream import Stream
from counterfoil.model.table import Table
from counterfoil.quickbooks.catalog import catalog
from tests.road.conftest import World
from tests.road.oracle import Oracle, values_of, values_stood

Row = dict[str, Any]
FULL_NAME = ("FullyQualifiedName", "fully_qualified_name")


@dataclass(slots=True)
class Judge:
    """Compares after each sync. `kept` are the ids that stood in the warehouse at some time: no row may vanish.

    `late` names streams that only a slower clock can bring up to date: they are left out. `renamed` those whose
    full names may be old, because a parent's name changed and theirs did not say so. `spared` are the records, by
    entity and id, that QuickBooks cannot serve.
    """

    world: World
    streams: Collection[str]
    kept: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    late: set[str] = field(default_factory=set)
    renamed: set[str] = field(default_factory=set)
    spared: set[tuple[str, str]] = field(default_factory=set)

    def differences(self) -> list[str]:
        """What does not agree, in words; nothing where all is well."""
        with self._served() as oracle:
            return self._differences(oracle)

    def _differences(self, oracle: Oracle) -> list[str]:
        chosen = [catalog()[name] for name in self.streams if name not in self.late]
        tables = self.world.everything(table.name for stream in chosen for table in stream.table.family())
        return [
            f"{stream.name}: {words}"
            for stream in chosen
            for words in self._compare(stream, tables, oracle.records(stream.name))
        ]

    @contextmanager
    def _served(self) -> Iterator[Oracle]:
        """Ask for everything; of what QuickBooks cannot serve to others, an older version may stand, or none."""
        poisoned = self.world.sandbox.books().books.poisoned
        self.spared = set(poisoned)
        poisoned.clear()
        try:
            yield Oracle(self.world.sandbox, self.world.sandbox.realms[0])
        finally:
            poisoned |= self.spared

    def forget(self, stream: str) -> None:
        """Rows of deleted records may be gone, since someone took the table away."""
        self.kept[stream].clear()

    def _compare(self, stream: Stream, tables: Mapping[str, list[Row]], records: list[Row]) -> Iterator[str]:
        rows = tables[stream.table.name]
        there = {record["Id"]: record for record in records}
        live = {row["id"] for row in rows if not row["_deleted"]}
        spared = {id_ for name, id_ in self.spared if name == stream.name}
        if live - spared != there.keys() - spared:
            yield f"missing {sorted(there.keys() - live)}, living on {sorted(live - there.keys())}"
        if lost := self.kept[stream.name] - {row["id"] for row in rows}:
            yield f"the rows of {sorted(lost)} are gone"
        self.kept[stream.name] |= {row["id"] for row in rows}
        for table in stream.table.family():
            yield from _keys(table, tables[table.name], live)
        owned = _owned(stream.table, tables)
        ignored = FULL_NAME if stream.name in self.renamed else ()
        for id_ in (live & there.keys()) - spared:
            yield from _values(stream.table, there[id_], owned[id_], ignored)


def _keys(table: Table, rows: list[Row], live: set[str]) -> Iterator[str]:
    """No key twice; children live and die with their parents."""
    keys = Counter((row["_realm_id"], *(row[name] for name in table.key)) for row in rows)
    if twice := sorted(str(key) for key, count in keys.items() if count > 1):
        yield f"twice in {table.name}: {twice[:5]}"
    whose = table.parent_id or "id"
    if wrong := {row[whose] for row in rows if row["_deleted"] is (row[whose] in live)}:
        yield f"in {table.name} wrongly marked: {sorted(wrong)[:5]}"


def _owned(table: Table, tables: Mapping[str, list[Row]]) -> Mapping[str, Mapping[str, list[Row]]]:
    """The rows of each record, by id and table."""
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for member in table.family():
        for row in tables[member.name]:
            found[row[member.parent_id or "id"]][member.name].append(row)
    return found


def _values(
    table: Table, record: Row, owned: Mapping[str, list[Row]], ignored: Collection[str]
) -> Iterator[str]:
    """Every value of a record stands in its rows, and each array has as many rows as items."""
    told = {name: value for name, value in record.items() if name not in ignored}
    rows = [_own(member, row, ignored) for member in table.family() for row in owned.get(member.name, [])]
    came, stood = values_of(told), values_stood(rows)
    if missing := came - stood:
        yield f"{record['Id']} lacks {dict(missing)}"
    if stale := [text for text in stood.keys() - came.keys() if text[:1] not in "{["]:  # JSON was opened
        yield f"{record['Id']} still says {stale}"
    for child in table.children:
        items, standing = len(_items(record, child.path)), len(owned.get(child.name, []))
        if items != standing:
            yield f"{record['Id']} has {items} {'.'.join(child.path)}, {child.name} has {standing}"


def _own(table: Table, row: Row, ignored: Collection[str]) -> Row:
    """A row without what is ours, not QuickBooks'."""
    ours = {*table.key, *ignored} if table.is_child else {*ignored}
    return {name: value for name, value in row.items() if name not in ours}


def _items(record: Any, path: tuple[str, ...]) -> list[Any]:
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record if isinstance(record, list) else []
