"""The books while they are being written: who gets which id, which time, which version."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any, Final

from counterfoil.sandbox.company.clock import DAY, pacific_date, pacific_time
from counterfoil.sandbox.company.homes import Currency, Home
from counterfoil.sandbox.company.wire import Record

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
YEARS = 3
LIST_AGE = YEARS * 365 + 30  # days; lists stand before the first transaction

# Transactions of every type draw their ids from one sequence; each list has its own.
TRANSACTIONS: Final = frozenset(
    [
        "Invoice",
        "SalesReceipt",
        "Estimate",
        "CreditMemo",
        "RefundReceipt",
        "Payment",
        "Bill",
        "BillPayment",
        "VendorCredit",
        "Purchase",
        "PurchaseOrder",
        "JournalEntry",
        "Deposit",
        "Transfer",
        "TimeActivity",
        "CreditCardPayment",
        "InventoryAdjustment",
        "ReimburseCharge",
        "RecurringTransaction",
        "TaxPayment",
    ]
)


def cents(amount: Decimal) -> Decimal:
    """Round to the two decimals in which money moves."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass
class Books:
    """Everything written so far, by entity and id; `now` in epoch seconds is later than every record."""

    home: Home
    now: int
    rng: Random
    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    _named: dict[tuple[str, str], Record] = field(default_factory=dict)
    _last_id: dict[str, int] = field(default_factory=dict)

    def moment(self, age: int) -> int:
        """Give a second within working hours, `age` whole days before now."""
        return self.now - age * DAY - self.rng.randrange(8 * 3_600)

    def date(self, age: int) -> str:
        """Give the calendar day `age` days before now; negative for days to come."""
        return pacific_date(self.now - age * DAY)

    def add(self, entity: str, fields: Record, *, at: int, key: str = "", record_id: str = "") -> Record:
        """File a record with its id, first version and times; `key` is the name to find it by later."""
        written = pacific_time(at)
        record: Record = fields | {
            "domain": "QBO",
            "sparse": False,
            "Id": record_id or self.next_id(entity),
            "SyncToken": "0",
            "MetaData": {"CreateTime": written, "LastUpdatedTime": written},
        }
        self.records.setdefault(entity, {})[record["Id"]] = record
        if key:
            self._named[entity, key] = record
        return record

    def next_id(self, entity: str) -> str:
        """Draw the next id of the sequence that this entity takes part in."""
        sequence = "transaction" if entity in TRANSACTIONS else entity
        self._last_id[sequence] = self._last_id.get(sequence, 0) + 1
        return str(self._last_id[sequence])

    def touch(self, record: Record, at: int, *, edited: bool) -> None:
        """Note that a record changed at epoch second `at`.

        Only an edit raises SyncToken; a balance moved by another transaction does not, as measured on a live company.
        """
        # The offset changes with the season, so texts alone do not order: compare the moments.
        if at > self.updated(record):
            record["MetaData"]["LastUpdatedTime"] = pacific_time(at)
        if edited:
            record["SyncToken"] = str(int(record["SyncToken"]) + 1)

    def updated(self, record: Record) -> int:
        """Give a record's LastUpdatedTime in epoch seconds."""
        return _epoch(record["MetaData"]["LastUpdatedTime"])

    def created(self, record: Record) -> int:
        """Give a record's CreateTime in epoch seconds."""
        return _epoch(record["MetaData"]["CreateTime"])

    def all(self, entity: str) -> list[Record]:
        """Give the records of one entity in the order in which they were written."""
        return list(self.records.get(entity, {}).values())

    def named(self, entity: str, key: str) -> Record:
        """Give the record that was filed under `key`."""
        return self._named[entity, key]

    def key_of(self, entity: str, record: Record) -> str:
        """Give the key under which a record was filed."""
        return next(key for (kind, key), filed in self._named.items() if kind == entity and filed is record)

    def ref(self, entity: str, key: str) -> dict[str, str]:
        """Give a reference to the record that was filed under `key`."""
        return ref(self._named[entity, key])

    def currency_of(self, name: Record) -> Currency:
        """Give the currency of a customer or vendor."""
        code = name["CurrencyRef"]["value"]
        return next(c for c in (self.home.currency, *self.home.foreign()) if c.code == code)


def ref(record: Record) -> dict[str, str]:
    """Give a reference to a record: its id and the name that it went by."""
    name: Any = next((record[k] for k in ("FullyQualifiedName", "DisplayName", "Name") if k in record), "")
    return {"value": record["Id"], "name": name}


def currency_ref(currency: Currency) -> dict[str, str]:
    """Give a reference to a currency: its ISO code and name."""
    return {"value": currency.code, "name": currency.name}


def _epoch(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp())
