"""Fivetran's tables as views on ours, in the SQL of the warehouse where they stand."""

from collections.abc import Mapping

from counterfoil.books.fivetran.addresses import addresses
from counterfoil.books.fivetran.bundles import with_items
from counterfoil.books.fivetran.custom_fields import custom_fields
from counterfoil.books.fivetran.definition import Holds, Shown, schema
from counterfoil.books.fivetran.values import SQL, SYSTEM, value
from counterfoil.books.words import worded
from counterfoil.model.table import Table, all_columns
from counterfoil.model.view import Ground, View


def views(ground: Ground) -> list[View]:
    """Each table of Fivetran's schema, with exactly its columns.

    One whose stream is not read is there too, without rows: what was written for it runs.
    """
    tables = {table.name: table for table in ground.tables}
    return [View(name=name, sql=worded(_query(shown, tables), ground)) for name, shown in schema().items()]


def _query(shown: Shown, tables: Mapping[str, Table]) -> str:
    """What one view shows, in DuckDB's SQL, over tables named without prefix."""
    if shown.addresses:
        return addresses(shown, tables) or _nothing(shown)
    table, items = tables.get(shown.source), tables.get(f"{shown.source}_bundle")
    if not table:
        return _nothing(shown)
    return with_items(shown, table, items) if items else _rows(shown, table, tables)


def _rows(shown: Shown, table: Table, tables: Mapping[str, Table]) -> str:
    columns = {column.name: column for column in all_columns(table)}
    own = custom_fields(shown, table, tables)
    chosen = []
    for name, told in shown.columns.items():
        brought = bool(own) and told.holds is Holds.CUSTOM
        what = f"own.{name}" if brought else value(told, columns.get(SYSTEM.get(name, name)))
        chosen.append(f'{what} AS "{name}"')
    wheres = [shown.where] if shown.where else []
    if "_fivetran_deleted" not in shown.columns:
        wheres.append("NOT t._deleted")  # nothing would tell the reader that the row is gone
    where = f"WHERE {' AND '.join(wheres)}" if wheres else ""
    return f'SELECT {", ".join(chosen)} FROM "{table.name}" AS t {shown.join} {own} {where}'


def _nothing(shown: Shown) -> str:
    nulls = ", ".join(f'CAST(NULL AS {SQL[told.holds]}) AS "{name}"' for name, told in shown.columns.items())
    return f"SELECT {nulls} FROM (SELECT 1 AS one) AS n WHERE n.one = 0"  # BigQuery wants a FROM
