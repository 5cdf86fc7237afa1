"""The columns of reports that list transactions: what each is called, and what stands in it.

An unknown column is silently blank (section 7). Amounts named `nat` are in home currency and natural: what makes an
account larger is positive.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from counterfoil.sandbox.ledger.nouns import ZERO, Entry, Posting
from counterfoil.sandbox.reports.asked import Asked, name_on
from counterfoil.sandbox.reports.page import cell, column, money
from counterfoil.sandbox.wire import Record

SPLIT: Final = "-Split-"
_PURCHASES: Final = {
    "Check": "Check",
    "CreditCard": "Credit Card Expense",
    "Cash": "Expense",
    "Credit": "Credit Card Credit",
}
_TYPES: Final = {
    "SalesReceipt": "Sales Receipt",
    "CreditMemo": "Credit Memo",
    "RefundReceipt": "Refund",
    "VendorCredit": "Vendor Credit",
    "JournalEntry": "Journal Entry",
    "CreditCardPayment": "Credit Card Payment",
    "TaxPayment": "Sales Tax Payment",
    "InventoryAdjustment": "Inventory Qty Adjust",
    "PurchaseOrder": "Purchase Order",
    "ReimburseCharge": "Billable Expense Charge",
}


class Line(NamedTuple):
    """One row: a posting of an entry, and what else a column may show."""

    found: Entry
    one: Posting
    asked: Asked
    amount: Decimal = ZERO  # natural
    balance: Decimal = ZERO  # running, natural
    open: Decimal = ZERO  # what is still open, in home currency
    posts: bool = True
    foreign_open: Decimal = ZERO
    late: int = 0  # days past due


def type_name(found: Entry) -> str:
    """What reports call a transaction's type."""
    if found.entity == "BillPayment":
        return f"Bill Payment ({'Credit Card' if found.kind == 'CreditCard' else 'Check'})"
    if found.entity == "Purchase":
        return _PURCHASES.get(found.kind, "Expense")
    return _TYPES.get(found.entity, found.entity)


def _type(line: Line) -> Record:
    drawn = cell(type_name(line.found), line.found.id)
    if line.asked.params.get("qzurl", "").lower() == "true":  # where it goes to is not established
        drawn["href"] = f"/app/{line.found.entity.lower()}?txnId={line.found.id}"
    return drawn


def _name(line: Line) -> Record:
    kind, id_ = name_on(line.found, line.one)
    return cell(line.asked.names.of(kind, id_), id_)


def _of(kind: str) -> Callable[[Line], Record]:
    def read(line: Line) -> Record:
        own, id_ = name_on(line.found, line.one)
        return cell(line.asked.names.of(kind, id_), id_) if own == kind else cell()

    return read


def _account(line: Line) -> Record:
    found = line.asked.ledger.chart.show(line.one.account)
    return cell(found.full_name, found.id)


def _split(line: Line) -> Record:
    others = {one.account for one in line.found.postings if one.account != line.one.account}
    if len(others) != 1:
        return cell(SPLIT if others else "")
    found = line.asked.ledger.chart.show(others.pop())
    return cell(found.full_name, found.id)


def _class(line: Line) -> Record:
    id_ = line.one.class_id or line.found.class_id
    return cell(line.asked.names.of("Class", id_), id_)


def _place(line: Line) -> Record:
    id_ = line.one.department_id or line.found.department_id
    return cell(line.asked.names.of("Department", id_), id_)


def _item(line: Line) -> Record:
    return cell(line.asked.names.of("Item", line.one.item), line.one.item)


def _quantity(line: Line) -> Record:
    return cell() if line.one.quantity is None else cell(f"{line.one.quantity.normalize():f}")


def _price(line: Line) -> Record:
    pieces = line.one.quantity
    return money(abs(line.one.foreign / pieces)) if pieces else cell()


def _due(line: Line) -> Record:
    return cell(line.found.due.isoformat() if line.found.due else "")


def _natural_foreign(line: Line) -> Record:
    sign = -1 if line.asked.ledger.chart.show(line.one.account).credit_side else 1
    return money(sign * line.one.foreign, ".00")


def _debit(line: Line) -> Record:
    return money(max(line.one.amount, ZERO))


def _credit(line: Line) -> Record:
    return money(max(-line.one.amount, ZERO))


_Column = tuple[str, str, Callable[[Line], Record]]  # title, type, what stands in it
COLUMNS: Final[dict[str, _Column]] = {
    "tx_date": ("Date", "Date", lambda line: cell(line.found.date.isoformat())),
    "txn_type": ("Transaction Type", "String", _type),
    "doc_num": ("Num", "String", lambda line: cell(line.found.number)),
    "is_no_post": ("Posting", "Boolean", lambda line: cell("Yes" if line.posts else "No")),
    "name": ("Name", "String", _name),
    "cust_name": ("Customer", "String", _of("Customer")),
    "vend_name": ("Vendor", "String", _of("Vendor")),
    "emp_name": ("Employee", "String", _of("Employee")),
    "memo": ("Memo/Description", "String", lambda line: cell(line.one.memo or line.found.memo)),
    "account_name": ("Account", "String", _account),
    "account_num": (
        "Account #",
        "String",
        lambda line: cell(line.asked.ledger.chart.show(line.one.account).number),
    ),
    "split_acc": ("Split", "String", _split),
    "other_account": ("Split", "String", _split),
    "klass_name": ("Class", "String", _class),
    "dept_name": ("Location", "String", _place),
    "item_name": ("Product/Service", "String", _item),
    "quantity": ("Qty", "Quantity", _quantity),
    "rate": ("Rate", "Rate", _price),
    "due_date": ("Due Date", "Date", _due),
    "past_due": ("Past Due", "Number", lambda line: cell(line.late)),
    "currency": ("Currency", "String", lambda line: cell(line.found.currency)),
    "exch_rate": ("Exchange Rate", "Rate", lambda line: cell(line.found.rate)),
    "subt_nat_amount": ("Amount", "Money", lambda line: money(line.amount, ".00")),
    "subt_nat_home_amount": ("Amount", "Money", lambda line: money(line.amount, ".00")),
    "subt_amount": ("Amount", "Money", lambda line: money(line.amount, ".00")),
    "nat_foreign_amount": ("Foreign Amount", "Money", _natural_foreign),
    "rbal_nat_amount": ("Balance", "Money", lambda line: money(line.balance, ".00")),
    "rbal_nat_home_amount": ("Balance", "Money", lambda line: money(line.balance, ".00")),
    "subt_open_bal": ("Open Balance", "Money", lambda line: money(line.open, ".00")),
    "subt_neg_amount": ("Amount", "Money", lambda line: money(line.amount, ".00")),
    "subt_neg_open_bal": ("Open Balance", "Money", lambda line: money(line.open, ".00")),
    "nat_open_bal": ("Open Balance", "Money", lambda line: money(line.open, ".00")),
    "foreign_open_bal": ("Foreign Open Balance", "Money", lambda line: money(line.foreign_open, ".00")),
    "debt_amt": ("Debit", "Money", _debit),
    "credit_amt": ("Credit", "Money", _credit),
    "debt_home_amt": ("Debit", "Money", _debit),
    "credit_home_amt": ("Credit", "Money", _credit),
}
BALANCES: Final = ("rbal_nat_amount", "rbal_nat_home_amount")
AMOUNTS: Final = ("subt_nat_amount", "subt_nat_home_amount", "subt_amount")


class Table:
    """The columns that one report shows."""

    def __init__(self, asked: Asked, default: str) -> None:
        self.asked = asked
        chosen = [key.strip() for key in asked.params.get("columns", "").split(",") if key.strip()]
        self.keys = chosen or default.split()

    def columns(self) -> list[Record]:
        """The headings."""
        drawn = []
        for key in self.keys:
            title, kind, _ = COLUMNS.get(key, (key, "String", _nothing))
            drawn.append(column(title, key) if self.asked.old_columns else column(title, kind, key))
        return drawn

    def row(self, line: Line) -> list[Record]:
        """The cells of one row."""
        return [COLUMNS[key][2](line) if key in COLUMNS else cell() for key in self.keys]

    def sorted(self, lines: Sequence[Line]) -> Sequence[Line]:
        """In the order that was asked for, by the text of a column; as they stand where none was."""
        key = self.asked.params.get("sort_by", "")
        if key not in COLUMNS:
            return lines
        down = self.asked.params.get("sort_order", "").lower().startswith("desc")
        return sorted(lines, key=lambda line: _order(COLUMNS[key], line), reverse=down)

    def told(self, title: str, id_: str = "", **amounts: Decimal) -> list[Record]:
        """A row that only has a title and some amounts, by `amount`, `balance`, `open`, `debit` or `credit`."""
        kinds = {key: name for name, keys in _TOLD.items() for key in keys}
        cells = [
            money(amounts[kinds[key]], ".00") if kinds.get(key) in amounts else cell() for key in self.keys
        ]
        return [cell(title, id_), *cells[1:]]


def _order(shown: _Column, line: Line) -> tuple[Decimal, str]:
    _, kind, read = shown
    value = read(line)["value"]
    return (Decimal(value or 0), "") if kind in ("Money", "Quantity", "Rate") else (ZERO, value.casefold())


def _nothing(_: Line) -> Record:
    return cell()


_TOLD: Final[dict[str, Sequence[str]]] = {
    "amount": AMOUNTS,
    "balance": BALANCES,
    "open": ("subt_open_bal", "nat_open_bal", "subt_neg_open_bal"),
    "debit": ("debt_amt", "debt_home_amt"),
    "credit": ("credit_amt", "credit_home_amt"),
}
