"""The columns that Fivetran names by a company's own fields: `custom_p_o_number` for "P.O. Number"."""

from collections.abc import Mapping

from counterfoil.books.fivetran.definition import Shown
from counterfoil.model.table import Table


def custom_fields(shown: Shown, table: Table, tables: Mapping[str, Table]) -> str:
    """The join, in DuckDB's SQL, that brings each of them as `own.<column>`; empty where there are none."""
    child = tables.get(f"{table.name}_custom_field")
    if not shown.custom or not child:
        return ""
    values = ", ".join(
        f"max(CASE WHEN {_BARE} = '{_words(name)}' THEN f.string_value END) AS {name}"
        for name in shown.custom
    )
    return (
        f"LEFT JOIN (SELECT f._realm_id, f.{child.parent_id}, {values} FROM {child.name} AS f WHERE NOT f._deleted"
        f" GROUP BY f._realm_id, f.{child.parent_id}) AS own"
        f" ON own._realm_id = t._realm_id AND own.{child.parent_id} = t.id"
    )


_BARE = "trim(replace(replace(replace(replace(lower(f.name), '.', ' '), '-', ' '), '_', ' '), '  ', ' '))"
"""A field's name as Fivetran's column tells it: "P.O. Number" is `p o number`."""


def _words(column: str) -> str:
    return column.removeprefix("custom_").replace("_", " ")
