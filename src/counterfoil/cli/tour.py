"""What to ask the tables first: a few queries, their SQL and their first rows."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from counterfoil.cli.foreign import foreign

LONGEST_CELL = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question and its SQL; the tables are named with the schema in front."""

    title: str
    sql: str


QUERIES = (
    Query(
        title="Who owes most, in the company's own currency",
        sql="""\
SELECT c.display_name AS customer, count(*) AS open,
       min(i.due_date) AS oldest_due,
       sum(i.balance::DECIMAL(18, 2) * coalesce(i.exchange_rate, 1)
           ::DECIMAL(18, 6))::DECIMAL(18, 2) AS balance
FROM quickbooks.invoice i
JOIN quickbooks.customer c ON c.id = i.customer_id
WHERE i.balance > 0 AND NOT i._deleted
GROUP BY ALL ORDER BY balance DESC LIMIT 5""",
    ),
    Query(
        title="What sells, line by line",
        sql="""\
SELECT l.sales_item_item_name AS item, count(*) AS lines,
       sum(l.sales_item_quantity)::DECIMAL(18, 2) AS quantity,
       sum(l.amount::DECIMAL(18, 2) * coalesce(i.exchange_rate, 1)
           ::DECIMAL(18, 6))::DECIMAL(18, 2) AS amount
FROM quickbooks.invoice_line l
JOIN quickbooks.invoice i ON i.id = l.invoice_id
WHERE l.detail_type = 'SalesItemLineDetail' AND NOT i._deleted
GROUP BY ALL ORDER BY amount DESC LIMIT 5""",
    ),
    Query(
        title="How fresh it is",
        sql="""\
SELECT source, landed_at, rows_inserted AS new,
       rows_updated AS changed, rows_deleted AS gone
FROM quickbooks._counterfoil_syncs
ORDER BY landed_at DESC LIMIT 3""",
    ),
)


def tour(file: Path) -> tuple[list[RenderableType], list[dict[str, Any]]]:
    """Ask a DuckDB file all queries: what to show people, and the same for machines."""
    shown: list[RenderableType] = []
    found: list[dict[str, Any]] = []
    with duckdb.connect(str(file), read_only=True) as connection:
        for query in QUERIES:
            # Through Arrow: DuckDB's own rows need a further library for times with a zone.
            answer = connection.sql(query.sql).to_arrow_table()
            columns = list(answer.column_names)
            rows = [tuple(row.values()) for row in answer.to_pylist()]
            shown.append(_picture(query, columns, rows))
            found.append({"title": query.title, "sql": query.sql, "columns": columns, "rows": rows})
    return shown, found


def _picture(query: Query, columns: list[str], rows: list[tuple[Any, ...]]) -> RenderableType:
    sql = Syntax(query.sql, "sql", theme="ansi_dark", background_color="default", word_wrap=True)
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 2, 0, 0), header_style="dim", border_style="dim", pad_edge=False
    )
    for number, name in enumerate(columns):
        numeric = any(isinstance(row[number], int | Decimal) for row in rows)
        table.add_column(
            name,
            justify="right" if numeric else "left",
            no_wrap=True,
            max_width=LONGEST_CELL,
            overflow="ellipsis",
        )
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    title = Text(query.title, style="bold")
    return Padding(
        Group(title, Text(), Padding(sql, (0, 0, 0, 2)), Padding(table, (0, 0, 0, 2))), (1, 0, 0, 0)
    )


def _cell(value: Any) -> Text:
    if value is None:
        return Text("·", style="dim")
    if isinstance(value, int | Decimal):
        return Text(f"{value:,}")
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M:%S} UTC")
    return foreign(str(value))
