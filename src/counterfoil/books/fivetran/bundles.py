"""Lines of sales forms, with the items of a bundle in its place.

QuickBooks nests the items of a bundle in the bundle's line. Fivetran keeps them in a table beside, for invoices only,
which its published models join by the invoice alone: every other line of that invoice then counts once for each item,
and other forms' bundles post nothing. As lines of their own they count once, everywhere.
"""

from collections.abc import Mapping

from counterfoil.books.fivetran.definition import Holds, Shown, Told
from counterfoil.books.fivetran.values import SYSTEM, value
from counterfoil.model.table import Column, Table, all_columns

FIRST = 1_000_000
"""The least index of such an item; the models use those above 10,000 for lines of tax."""
APART = 1_000
"""Between the items of one line and those of the next. QuickBooks allows fewer in a bundle."""


def with_items(shown: Shown, lines: Table, items: Table) -> str:
    """All lines but bundles that have items, and those items; in DuckDB's SQL."""
    parent, place = items.parent_id, items.parent_index
    keys = f"_realm_id, {parent}, {place}"
    full = f'SELECT DISTINCT {keys} FROM "{items.name}" WHERE NOT _deleted'
    join = f"g._realm_id = t._realm_id AND g.{parent} = t.{lines.parent_id} AND g.{place} = t.index"
    return (
        f'SELECT {_of_lines(shown, lines)} FROM "{lines.name}" AS t LEFT JOIN ({full}) AS g ON {join}'
        f" WHERE NOT t._deleted AND g.{parent} IS NULL"
        f' UNION ALL SELECT {_of_items(shown, items)} FROM "{items.name}" AS t WHERE NOT t._deleted'
    )


def _of_lines(shown: Shown, lines: Table) -> str:
    columns = {column.name: column for column in all_columns(lines)}
    return ", ".join(
        f'{value(told, columns.get(SYSTEM.get(name, name)))} AS "{name}"'
        for name, told in shown.columns.items()
    )


def _of_items(shown: Shown, items: Table) -> str:
    columns = {column.name: column for column in all_columns(items)}
    index = Told(holds=Holds.INTEGER, expression=f"{FIRST} + {APART} * t.{items.parent_index} + t.index")
    return ", ".join(
        f'{value(told, _of_item(SYSTEM.get(name, name), columns))} AS "{name}"'
        for name, told in {**shown.columns, "index": index}.items()
    )


def _of_item(name: str, columns: Mapping[str, Column]) -> Column | None:
    """The column of a bundle's item that tells what the column of a line does."""
    return columns.get(name) or columns.get(name.removeprefix("sales_item_"))
