"""Faults that are planted in a warehouse behind our back: what a careless connector leaves, in records by chance."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random

import duckdb

from counterfoil.model.table import Table
from counterfoil.quickbooks.catalog import catalog
from counterfoil.store import connections, cursors
from tests.road.conftest import World

Key = tuple[str, str]

LINED = (
    "Invoice",
    "SalesReceipt",
    "CreditMemo",
    "RefundReceipt",
    "Bill",
    "Purchase",
    "VendorCredit",
    "Deposit",
)
WHOLE = (*LINED, "Payment", "BillPayment", "JournalEntry", "Transfer", "CreditCardPayment", "TaxPayment")
TOTAL: Mapping[str, str] = {
    "Transfer": "amount",
    "CreditCardPayment": "amount",
    "TaxPayment": "payment_amount",
}
DAY: Mapping[str, str] = {"TaxPayment": "payment_date"}
ACCOUNT: Mapping[str, str] = {
    "SalesReceipt": "deposit_to_account_id", "Purchase": "account_id", "Payment": "deposit_to_account_id",
    "Deposit": "account_id", "Transfer": "to_account_id", "CreditCardPayment": "bank_account_id",
    "TaxPayment": "payment_account_id",
}  # fmt: skip
"""Where a type of transactions names an account in its head."""
MOVES = (
    "amount <> 0 AND (detail_type IS NULL "
    "OR detail_type NOT IN ('SubTotalLineDetail', 'GroupLineDetail', 'DescriptionOnly'))"
)
"""Lines that move an account."""
PAGE = 12


@dataclass(slots=True)
class Saboteur:
    """Plants faults, each in a record that has none yet; `planted` says which, by what was done to it."""

    world: World
    chance: Random
    planted: dict[Key, str] = field(default_factory=dict)

    def plant(self, name: str) -> bool:
        """One fault; tells whether there was a record for it."""
        victims = FAULTS[name](self)
        self.planted |= dict.fromkeys(victims, name)
        return bool(victims)

    def some(self, stream: str, where: str = "TRUE", most: int = 1) -> list[str]:
        """Ids of living records that move something and that nobody touched."""
        table = catalog()[stream].table
        total = "1" if stream == "JournalEntry" else TOTAL.get(stream, "total_amount")
        rows = self.world.ask(
            f"SELECT id FROM {table.name} WHERE NOT _deleted AND {total} <> 0 AND {where} ORDER BY LENGTH(id), id"
        )
        free = [str(id_) for (id_,) in rows if (stream, str(id_)) not in self.planted]
        return sorted(self.chance.sample(free, min(most, len(free))))

    def one_of(self, streams: tuple[str, ...], where: str = "TRUE") -> Key | None:
        """A record of one of these types."""
        stream = self.chance.choice(streams)
        found = self.some(stream, where)
        return (stream, found[0]) if found else None

    def elsewhere(self) -> str:
        """SQL for an account to which nothing should have gone."""
        return "(SELECT MAX(id) FROM quickbooks.account WHERE account_type = 'Fixed Asset')"


def missed_delete(by: Saboteur) -> list[Key]:
    """QuickBooks has it no more, and the copy was never told."""
    if (found := by.one_of(WHOLE)) is None:
        return []
    tables = list(catalog()[found[0]].table.family())
    with _rows_kept(by.world, tables, found[1]):
        by.world.sandbox.books().delete(*found)
        by.world.sync()
    return [found]


@contextmanager
def _rows_kept(world: World, tables: list[Table], id_: str) -> Iterator[None]:
    """What stood of a record before stands there after."""
    with duckdb.connect(str(world.warehouse)) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS kept")
        for table in tables:
            own = table.parent_id or "id"
            connection.execute(
                f"CREATE OR REPLACE TABLE kept.{table.name} AS SELECT * FROM quickbooks.{table.name} WHERE {own} = ?",
                [id_],
            )
    yield
    with duckdb.connect(str(world.warehouse)) as connection:
        for table in tables:
            own = table.parent_id or "id"
            connection.execute(f"DELETE FROM quickbooks.{table.name} WHERE {own} = ?", [id_])
            connection.execute(f"INSERT INTO quickbooks.{table.name} BY NAME SELECT * FROM kept.{table.name}")
        connection.execute("DROP SCHEMA kept CASCADE")


def doubled_line(by: Saboteur) -> list[Key]:
    """A line stands twice."""
    stream = by.chance.choice(LINED)
    lines = catalog()[stream].table.children[0]
    found = by.some(stream, f"id IN (SELECT {lines.parent_id} FROM {lines.name} WHERE {MOVES})")
    for id_ in found:
        by.world.tell(
            f"INSERT INTO quickbooks.{lines.name} BY NAME SELECT * REPLACE (99 AS index) "
            f"FROM quickbooks.{lines.name} WHERE {lines.parent_id} = '{id_}' AND {MOVES} LIMIT 1"
        )
    return [(stream, id_) for id_ in found]


def doubled_record(by: Saboteur) -> list[Key]:
    """A record stands twice in its table, as a merge without a key leaves it."""
    if (found := by.one_of(WHOLE)) is None:
        return []
    table = f"quickbooks.{catalog()[found[0]].table.name}"
    by.world.tell(f"INSERT INTO {table} SELECT * FROM {table} WHERE id = '{found[1]}'")
    return [found]


def changed_amount(by: Saboteur) -> list[Key]:
    """The total of a transaction, or an amount of a journal entry."""
    if (found := by.one_of(WHOLE)) is None:
        return []
    stream, id_ = found
    more = by.chance.choice(
        ("0.01" if stream == "TaxPayment" else "7", "70", "1234.56")
    )  # seven yen are a cent
    table, column, whose = catalog()[stream].table.name, TOTAL.get(stream, "total_amount"), "id"
    if stream == "JournalEntry":
        table, column, whose = f"{table}_line", "amount", f"index = 0 AND {table}_id"
    by.world.tell(f"UPDATE quickbooks.{table} SET {column} = {column} + {more} WHERE {whose} = '{id_}'")
    return [found]


def changed_line(by: Saboteur) -> list[Key]:
    """An amount of a line, with the total as it was."""
    stream = by.chance.choice(LINED)
    lines = catalog()[stream].table.children[0]
    first = f"index = 0 AND {MOVES}"
    found = by.some(stream, f"id IN (SELECT {lines.parent_id} FROM {lines.name} WHERE {first})")
    for id_ in found:
        by.world.tell(
            f"UPDATE quickbooks.{lines.name} SET amount = amount + 3 WHERE {first} AND {lines.parent_id} = '{id_}'"
        )
    return [(stream, id_) for id_ in found]


def wrong_account(by: Saboteur) -> list[Key]:
    """The money went somewhere else."""
    stream = by.chance.choice(list(ACCOUNT))
    column, table = ACCOUNT[stream], catalog()[stream].table.name
    found = by.some(stream, f"{column} IS NOT NULL AND {column} <> {by.elsewhere()}")
    for id_ in found:
        by.world.tell(f"UPDATE quickbooks.{table} SET {column} = {by.elsewhere()} WHERE id = '{id_}'")
    return [(stream, id_) for id_ in found]


def wrong_date(by: Saboteur) -> list[Key]:
    """Another year."""
    if (found := by.one_of(WHOLE)) is None:
        return []
    stream, id_ = found
    day = DAY.get(stream, "transaction_date")
    by.world.tell(
        f"UPDATE quickbooks.{catalog()[stream].table.name} SET {day} = {day} - INTERVAL 1 YEAR WHERE id = '{id_}'"
    )
    return [found]


def marked_deleted(by: Saboteur) -> list[Key]:
    """A tombstone for what lives."""
    if (found := by.one_of(WHOLE)) is None:
        return []
    by.world.tell(
        f"UPDATE quickbooks.{catalog()[found[0]].table.name} SET _deleted = TRUE WHERE id = '{found[1]}'"
    )
    return [found]


def extra_record(by: Saboteur) -> list[Key]:
    """A record that QuickBooks never had."""
    if (found := by.one_of(WHOLE)) is None:
        return []
    stream, id_ = found
    table, new = f"quickbooks.{catalog()[stream].table.name}", f"98{by.chance.randrange(10**6):06}"
    by.world.tell(
        f"INSERT INTO {table} BY NAME SELECT * REPLACE ('{new}' AS id) FROM {table} WHERE id = '{id_}'"
    )
    return [(stream, new)]


def lost_page(by: Saboteur) -> list[Key]:
    """Records that were never loaded, with their lines, and nobody counted them."""
    stream = by.chance.choice(("Invoice", "Payment", "Purchase", "Bill"))
    tables = list(catalog()[stream].table.family())
    ids = by.some(stream, most=PAGE)
    listed = ", ".join(f"'{id_}'" for id_ in ids)
    for table in tables if ids else ():
        by.world.tell(f"DELETE FROM quickbooks.{table.name} WHERE {table.parent_id or 'id'} IN ({listed})")
    there = sum(int(by.world.ask(f"SELECT COUNT(*) FROM {table.name}")[0][0]) for table in tables)
    db = by.world.around.db
    for connection in connections.every(db):
        known = cursors.of(db, connection)[stream]
        cursors.advance(db, connection, [replace(known, rows=there)])
    return [(stream, id_) for id_ in ids]


def old_price(by: Saboteur) -> list[Key]:
    """An item's cost as it was: all that was sold of it moves stock at that."""
    sold = "SELECT sales_item_item_id FROM invoice_line WHERE sales_item_quantity > 1 AND NOT _deleted"
    rows = by.world.ask(
        "SELECT id FROM item WHERE type = 'Inventory' AND asset_account_id IS NOT NULL AND purchase_cost > 0 "
        f"AND NOT _deleted AND id IN ({sold}) ORDER BY id"
    )
    free = [str(id_) for (id_,) in rows if ("Item", str(id_)) not in by.planted]
    if not free:
        return []
    id_ = by.chance.choice(free)
    by.world.tell(f"UPDATE quickbooks.item SET purchase_cost = purchase_cost + 1 WHERE id = '{id_}'")
    return [("Item", id_)]


FAULTS: Mapping[str, Callable[[Saboteur], list[Key]]] = {
    fault.__name__: fault
    for fault in (
        missed_delete, doubled_line, doubled_record, changed_amount, changed_line, wrong_account, wrong_date,
        marked_deleted, extra_record, lost_page, old_price,
    )
}  # fmt: skip
