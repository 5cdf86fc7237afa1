"""The general ledger and the statements over many invoices in DuckDB: how long each view takes to read whole.

Run: python -m benchmarks.books [INVOICES]    (100,000 without anything else; each has three lines and one payment)

The file is made by SQL, with every table and column that a sync makes; views are made as a sync makes them.
"""

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from counterfoil.books.views import STATEMENTS, views
from counterfoil.destinations import KINDS
from counterfoil.destinations.duckdb.sql import TYPES
from counterfoil.model.table import Table, all_columns
from counterfoil.quickbooks.catalog import catalog

DATASET = "quickbooks"
STAMP = "'1' AS _realm_id, FALSE AS _deleted"
DAY = "DATE '2023-01-01' + CAST(n % 1000 AS INTEGER)"
ROWS = {
    "account": """
        SELECT id, name AS name, name AS fully_qualified_name, kind AS account_type, sub AS account_sub_type, {stamp}
        FROM (VALUES ('1', 'Receivable', 'Accounts Receivable', 'AccountsReceivable'),
        ('2', 'Undeposited', 'Other Current Asset', 'UndepositedFunds'),
        ('3', 'Sales', 'Income', 'SalesOfProductIncome'), ('4', 'Tax', 'Other Current Liability', 'SalesTaxPayable'),
        ('5', 'Stock', 'Other Current Asset', 'Inventory'),
        ('6', 'Cost', 'Cost of Goods Sold', 'SuppliesMaterialsCogs')) AS a(id, name, kind, sub)""",
    "preferences": "SELECT '1' AS id, 'USD' AS currency_home_currency_id, {stamp}",
    "customer": "SELECT CAST(n AS VARCHAR) AS id, 'Customer ' || n AS display_name, {stamp} FROM range(1000) AS r(n)",
    "item": """
        SELECT CAST(n AS VARCHAR) AS id, CASE n % 2 WHEN 0 THEN 'Service' ELSE 'Inventory' END AS type,
        '3' AS income_account_id, '6' AS expense_account_id, '5' AS asset_account_id, 1.25 AS purchase_cost, {stamp}
        FROM range(50) AS r(n)""",
    "invoice": """
        SELECT CAST(n AS VARCHAR) AS id, {day} AS transaction_date, 'I-' || n AS doc_number, 33.00 AS total_amount,
        3.00 AS total_tax, 0.00 AS balance, 'USD' AS currency_id, CAST(n % 1000 AS VARCHAR) AS customer_id, {stamp}
        FROM range({count}) AS r(n)""",
    "invoice_line": """
        SELECT CAST(n AS VARCHAR) AS invoice_id, i AS "index", CAST(i AS VARCHAR) AS id, 10.00 AS amount,
        'SalesItemLineDetail' AS detail_type, CAST((n + i) % 50 AS VARCHAR) AS sales_item_item_id,
        2 AS sales_item_quantity, {stamp} FROM range({count}) AS r(n) CROSS JOIN range(3) AS l(i)""",
    "payment": """
        SELECT 'P' || n AS id, {day} + 20 AS transaction_date, 33.00 AS total_amount, 0.00 AS unapplied_amount,
        'USD' AS currency_id, CAST(n % 1000 AS VARCHAR) AS customer_id, {stamp} FROM range({count}) AS r(n)""",
    "payment_line": """
        SELECT 'P' || n AS payment_id, 0 AS "index", 33.00 AS amount, CAST(n AS VARCHAR) AS transaction_id,
        'Invoice' AS transaction_type, {stamp} FROM range({count}) AS r(n)""",
}


def main(invoices: int) -> None:
    """Make the file and the views, and tell how long each takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.duckdb"
        _fill(path, invoices)
        warehouse = KINDS["duckdb"].open({"path": str(path)})
        began = time.perf_counter()
        made = views(warehouse.capabilities.ground(DATASET, "", tuple(_tables())))
        worded = time.perf_counter()
        warehouse.define(DATASET, made)
        print(f"worded in {worded - began:.2f} s, made in {time.perf_counter() - worded:.2f} s")
        baseline = _read(path, ROWS)
        print(f"baseline: the tables behind them, read in {baseline:.2f} s")
        for name in STATEMENTS:
            began = time.perf_counter()
            ((rows,),) = warehouse.query(DATASET, f"SELECT COUNT(*) FROM (SELECT * FROM {name})", seconds=600)
            counted, read = time.perf_counter() - began, _read(path, [name])
            times = f"counted in {counted:6.2f} s, read in {read:6.2f} s, {read / baseline:5.1f} times the baseline"
            print(f"{name:32} {rows:>10,} rows, {times}")


def _read(path: Path, names: Iterable[str]) -> float:
    """Seconds to read all rows and columns of these, as Arrow tables."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute(f"USE {DATASET}")
        began = time.perf_counter()
        for name in names:
            connection.sql(f"SELECT * FROM {name}").to_arrow_table()
        return time.perf_counter() - began


def _fill(path: Path, invoices: int) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE SCHEMA {DATASET}")
        for table in _tables():
            declared = ", ".join(f'"{column.name}" {TYPES[column.type]}' for column in all_columns(table))
            connection.execute(f'CREATE TABLE {DATASET}."{table.name}" ({declared})')
            if rows := ROWS.get(table.name):
                rows = rows.format(stamp=STAMP, day=DAY, count=invoices)
                connection.execute(f'INSERT INTO {DATASET}."{table.name}" BY NAME {rows}')


def _tables() -> Iterator[Table]:
    return (table for stream in catalog().values() for table in stream.table.family())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
