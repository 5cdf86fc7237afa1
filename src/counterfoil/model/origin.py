"""Where a column's value comes from: the field of QuickBooks' record, or what we put there ourselves."""

from dataclasses import dataclass

from counterfoil.model.stream import Stream
from counterfoil.model.table import Column, Table

FIRST = "0"
"""In a path: the first item of the array named before it."""

MEANINGS = {
    "_realm_id": "The company: its id at QuickBooks.",
    "_deleted": "QuickBooks no longer has it. The row stays as it last was.",
    "_synced_at": "When the sync that wrote the row began.",
    "_sync_id": "That sync's id, as `counterfoil syncs` shows it.",
    "_extra": "Fields that have no column, and values that their column could not hold; null where there are none.",
}
"""What the columns of every table mean, by name; commands stand between backticks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A field, and where it counts: only where the field `where` is one of `values`. Without a field, `words` tell."""

    field: str = ""
    where: str = ""
    values: tuple[str, ...] = ()
    words: str = ""


def origin(column: Column, table: Table) -> Origin:
    """Where the column's value comes from; fields are named from the record, or from the item that a row stands for."""
    if not column.path:
        return Origin(words=MEANINGS.get(column.name) or _ours(column, table))
    if column.when is None:
        return Origin(field=_written(column.path))
    where, values = column.when
    return Origin(field=_written(column.path), where=_written(where), values=values)


def way_to(table: Table, stream: Stream) -> tuple[str, ...]:
    """The fields that lead from the stream's record to the array whose items are the table's rows; () for its own."""
    found = _way(table, stream.table)
    return () if found is None else found


def field_path(column: Column, way: tuple[str, ...]) -> tuple[str, ...]:
    """The names from the record down to the column's value, without places in arrays; () for what is ours."""
    return (*way, *(name for name in column.path if name != FIRST)) if column.path else ()


def _way(wanted: Table, table: Table) -> tuple[str, ...] | None:
    if wanted is table:
        return table.path
    for child in table.children:
        found = _way(wanted, child)
        if found is not None:
            return (*table.path, *found)
    return None


def _written(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(f".{FIRST}", "[0]")


def _ours(column: Column, table: Table) -> str:
    if column.name == table.parent_id:
        return "the id of the record that it belongs to"
    if column.name == table.parent_index:
        return "the `index` of the row that it belongs to"
    return "its place in the record, from 0" if column.name == "index" else "made by Counterfoil"
