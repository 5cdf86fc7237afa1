"""How a rule of posting is told: the branches that one table adds to the parts of the ledger.

A head tells what stands on the transaction as a whole: `total` goes to the `control` account, `other_total` to the
`other` one, `tax` to tax, and the document's links take `settles` off the `settled` account. A line's `amount` is
multiplied by the head's `sign`. Debits are positive. Where an account is null, its role finds one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

SHIPPING: Final = "SHIPPING_ITEM_ID"
"""The pseudo item by which QuickBooks writes a shipping charge."""

SILENT: Final = "('SubTotalLineDetail', 'GroupLineDetail', 'DescriptionOnly', 'DescriptionLineDetail')"
"""Lines that repeat or explain others."""

USUAL: Final[Mapping[str, str]] = {
    "day": "transaction_date", "number": "t.doc_number", "currency": "t.currency_id", "rate": "t.exchange_rate",
    "name_type": "NULL", "name_id": "NULL", "class_id": "NULL", "department": "t.department_id",
    "memo": "t.private_note", "sign": "1", "total": "t.total_amount", "control": "NULL", "control_role": "NULL",
    "other_total": "NULL", "other": "NULL", "other_role": "NULL", "tax": "NULL", "settles": "NULL", "settled": "NULL",
    "settled_role": "NULL", "due": "NULL", "reported": "NULL", "join": "", "agency_id": "NULL",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one table adds to the parts of the ledger: a branch of each part's union, by the part's name."""

    table: str
    told: Mapping[str, str]


def head(type_: str, table: str, **told: str) -> str:
    """The branch of heads for a table: its columns as told, and as usual otherwise."""
    return part("head", **{**USUAL, "type": type_, "table": table, **told})


def part(name: str, **words: str) -> str:
    """A branch with the words put in. Its first line tells what it is."""
    return _read(name).format(silent=SILENT, shipping=SHIPPING, **words)


def named(type_: str) -> str:
    """Which list a name is of, whatever its capitals: QuickBooks writes both."""
    known = " ".join(f"WHEN '{name.lower()}' THEN '{name}'" for name in ("Customer", "Vendor", "Employee"))
    return f"CASE LOWER({type_}) {known} ELSE {type_} END"


def turned(amount: str, sign: int, when: str = "") -> str:
    """An amount, or less than nought of it where `sign` is, and the other way round when so.

    Without a product: of a decimal and an integer some warehouses keep six decimals alone.
    """
    one, other = (amount, f"-{amount}") if sign > 0 else (f"-{amount}", amount)
    return f"CASE WHEN {when} THEN {other} ELSE {one} END" if when else one


@cache
def _read(name: str) -> str:
    return (files("counterfoil.books") / "sql" / "parts" / f"{name}.sql").read_text()
