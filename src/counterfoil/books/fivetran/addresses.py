"""Fivetran's table of addresses: each that a record bears, once."""

from collections.abc import Iterator, Mapping

from counterfoil.books.fivetran.definition import Shown
from counterfoil.model.table import Table


def addresses(shown: Shown, tables: Mapping[str, Table]) -> str:
    """All addresses, in DuckDB's SQL; empty where no table bears any.

    QuickBooks repeats an address, id and all, in each record that bears it: the one changed last tells it.
    """
    union = " UNION ALL ".join(_places(shown, tables))
    if not union:
        return ""
    last = "PARTITION BY a._realm_id, a.id ORDER BY a.updated_at DESC, a.origin, a.owner"
    chosen = ", ".join(f't."{name}"' for name in shown.columns)
    return (
        f"SELECT {chosen} FROM (SELECT a.*, row_number() OVER ({last}) AS place FROM ({union}) AS a) AS t"
        " WHERE t.place = 1"
    )


def _places(shown: Shown, tables: Mapping[str, Table]) -> Iterator[str]:
    for origin, (table, prefix) in enumerate(shown.addresses):
        if table in tables:
            yield _place(shown, table, prefix, origin)


def _place(shown: Shown, table: str, prefix: str, origin: int) -> str:
    fields = (name for name in shown.columns if name != "_fivetran_synced")
    chosen = ", ".join(f't."{prefix}_{name}" AS "{name}"' for name in fields)
    order = f"t._realm_id, t.updated_at, {origin} AS origin, t.id AS owner"
    return (
        f"SELECT {order}, t._synced_at AS _fivetran_synced, {chosen}"
        f' FROM "{table}" AS t WHERE t.{prefix}_id IS NOT NULL AND NOT t._deleted'
    )
