"""How our tables are made in ClickHouse."""

from collections.abc import Collection, Sequence

from counterfoil.destinations.clickhouse.kind import TYPES
from counterfoil.destinations.clickhouse.sql import Speaking
from counterfoil.model.table import Column

REALM = "_realm_id"


def created(full: str, columns: Sequence[Column], key: Sequence[str], *, anew: bool = True) -> str:
    """The statement that makes a table, sorted by its key, so that a record's rows are found without reading it all."""
    sorted_by = [name for name in (REALM, *key) if any(column.name == name for column in columns)]
    declared = ", ".join(_declared(column, null=column.name not in sorted_by) for column in columns)
    order = ", ".join(map(Speaking.name, sorted_by))
    return f"CREATE TABLE {'' if anew else 'IF NOT EXISTS '}{full} ({declared}) ENGINE = MergeTree ORDER BY ({order})"


def missing(columns: Sequence[Column], there: Collection[str]) -> list[str]:
    """The declarations of those columns that a table lacks."""
    return [_declared(column, null=True) for column in columns if column.name not in there]


def _declared(column: Column, *, null: bool) -> str:
    words = TYPES[column.type]
    bare = words.removeprefix("Nullable(").removesuffix(")")
    return f"{Speaking.name(column.name)} {words if null else bare}"
