"""The chart of a running company: its accounts and items as the records stand now."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from counterfoil.sandbox.ledger.nouns import Item, ref
from counterfoil.sandbox.wire import Record

PROFIT_AND_LOSS: Final = ("Income", "Cost of Goods Sold", "Expense", "Other Income", "Other Expense")
_CREDIT_SIDE: Final = (
    "Accounts Payable",
    "Credit Card",
    "Other Current Liability",
    "Long Term Liability",
    "Equity",
    "Income",
    "Other Income",
)


class Account(NamedTuple):
    """An account, without its balance."""

    id: str
    name: str
    full_name: str
    kind: str
    sub_kind: str
    parent: str = ""
    currency: str = ""
    number: str = ""
    description: str = ""
    active: bool = True

    @property
    def credit_side(self) -> bool:
        """Whether a credit makes it larger."""
        return self.kind in _CREDIT_SIDE

    @property
    def in_profit(self) -> bool:
        """Whether it is income or expense, and so begins each fiscal year at nought."""
        return self.kind in PROFIT_AND_LOSS


class _Role(NamedTuple):
    """How an account is found that a record does not name: by sub types, else by type; and what QuickBooks calls it."""

    name: str
    kind: str
    sub_kinds: tuple[str, ...] = ()
    by_kind: bool = False  # any account of the type will do


_ROLES: Final = {
    "receivable": _Role("Accounts Receivable (A/R)", "Accounts Receivable", by_kind=True),
    "payable": _Role("Accounts Payable (A/P)", "Accounts Payable", by_kind=True),
    "bank": _Role("Checking", "Bank", ("Checking",), by_kind=True),
    "card": _Role("Credit Card", "Credit Card", by_kind=True),
    "undeposited": _Role("Undeposited Funds", "Other Current Asset", ("UndepositedFunds",)),
    "inventory": _Role("Inventory Asset", "Other Current Asset", ("Inventory",)),
    "tax": _Role("Sales Tax Payable", "Other Current Liability", ("SalesTaxPayable", "GlobalTaxPayable")),
    "retained": _Role("Retained Earnings", "Equity", ("RetainedEarnings",)),
    "income": _Role("Sales", "Income", by_kind=True),
    "discounts": _Role("Discounts given", "Income", ("DiscountsRefundsGiven",)),
    "shipping": _Role("Shipping Income", "Income", ("OtherPrimaryIncome",)),
    "unapplied income": _Role("Unapplied Cash Payment Income", "Income", ("UnappliedCashPaymentIncome",)),
    "cogs": _Role("Cost of Goods Sold", "Cost of Goods Sold", by_kind=True),
    "expense": _Role("Uncategorized Expense", "Expense", by_kind=True),
    "unapplied expense": _Role(
        "Unapplied Cash Bill Payment Expense", "Expense", ("UnappliedCashBillPaymentExpense",)
    ),
    "exchange": _Role("Exchange Gain or Loss", "Other Expense", ("ExchangeGainOrLoss",)),
    "unsorted": _Role("Ask My Accountant", "Other Expense", ("OtherMiscellaneousExpense",)),
}


@dataclass(slots=True)
class LiveChart:
    """What the double entry must know of the lists. An account that is looked for in vain is stood in for.

    Such a stand-in has no id that a record could have: it begins with a question mark.
    """

    accounts: dict[str, Account]
    items: dict[str, Item]
    home: str  # home currency
    fiscal_month: int  # the first month of the fiscal year
    find_record: Callable[[str, str], Record | None]
    _found: dict[tuple[str, str], str] = field(default_factory=dict)

    def account(self, role: str, currency: str = "") -> str:
        key = (role, currency)
        if key not in self._found:
            self._found[key] = self._find(_ROLES[role], currency)
        return self._found[key]

    def _find(self, role: _Role, currency: str) -> str:
        every = sorted(self.accounts.values(), key=_by_age)
        fitting = [one for one in every if one.sub_kind in role.sub_kinds]
        if not fitting and role.by_kind:
            fitting = [one for one in every if one.kind == role.kind]
            fitting = [one for one in fitting if one.currency == currency] or fitting
        if fitting:
            return next((one for one in fitting if one.active), fitting[0]).id
        return f"?{role.name}"

    def show(self, id_: str) -> Account:
        """The account of an id, be it one that is stood in for or unknown."""
        known = self.accounts.get(id_)
        if known:
            return known
        role = next((role for role in _ROLES.values() if f"?{role.name}" == id_), None)
        name = id_.removeprefix("?")
        return Account(id_, name, name, role.kind if role else "Other Expense", "")

    def item(self, id_: str) -> Item | None:
        return self.items.get(id_)

    def currency(self, record: Record) -> str:
        return ref(record, "CurrencyRef") or self.home

    def record(self, entity: str, id_: str) -> Record | None:
        return self.find_record(entity, id_)


def account_of(record: Record) -> Account:
    """What the ledger must know of an account's record."""
    name = str(record.get("Name", ""))
    return Account(
        id=str(record["Id"]),
        name=name,
        full_name=str(record.get("FullyQualifiedName") or name),
        kind=str(record.get("AccountType") or "Other Expense"),
        sub_kind=str(record.get("AccountSubType") or ""),
        parent=ref(record, "ParentRef"),
        currency=ref(record, "CurrencyRef"),
        number=str(record.get("AcctNum") or ""),
        description=str(record.get("Description") or ""),
        active=record.get("Active") is not False,
    )


def in_order(accounts: Iterable[Account]) -> list[Account]:
    """As reports list them: by number where they have one, else by name."""
    return sorted(accounts, key=lambda one: (not one.number, one.number, one.full_name.casefold(), one.id))


def _by_age(account: Account) -> tuple[int, str]:
    return (int(account.id) if account.id.isdecimal() else 0, account.id)
