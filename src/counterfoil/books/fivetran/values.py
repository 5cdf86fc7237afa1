"""The value of one column of a view, out of the column of ours that tells it."""

from counterfoil.books.fivetran.definition import Holds, Told
from counterfoil.model.table import Column, ColumnType

SQL = {
    Holds.TEXT: "VARCHAR",
    Holds.CUSTOM: "VARCHAR",
    Holds.DECIMAL: "DECIMAL(38, 9)",
    Holds.INTEGER: "BIGINT",
    Holds.BOOLEAN: "BOOLEAN",
    Holds.DATE: "DATE",
    Holds.TIMESTAMP: "TIMESTAMPTZ",
    Holds.MIDNIGHT: "TIMESTAMP",
}
SYSTEM = {"_fivetran_deleted": "_deleted", "_fivetran_synced": "_synced_at"}
"""Fivetran's own columns, and those of ours that tell the same."""


def value(told: Told, there: Column | None) -> str:
    """It in DuckDB's SQL, of the asked type; null where we have no such column. `t` is the table read."""
    kind = SQL[told.holds]
    if told.expression:
        return f"CAST({told.expression} AS {kind})"
    if not there:
        return f"CAST(NULL AS {kind})"
    if there.type.value == told.holds.value:
        return f't."{there.name}"'
    if (there.type, told.holds) == (ColumnType.TIMESTAMP, Holds.DATE):
        return f"CAST(t.\"{there.name}\" AT TIME ZONE 'UTC' AS DATE)"  # not the day where its reader sits
    return f'CAST(t."{there.name}" AS {kind})'
