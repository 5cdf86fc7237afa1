"""Reports: what one of QuickBooks' reports is like, and how a source wants it read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NAMES = (
    "AccountList",
    "AgedPayableDetail",
    "AgedPayables",
    "AgedReceivableDetail",
    "AgedReceivables",
    "BAS",
    "BalanceSheet",
    "CashFlow",
    "ClassSales",
    "CustomerBalance",
    "CustomerBalanceDetail",
    "CustomerIncome",
    "CustomerSales",
    "DepartmentSales",
    "FECReport",
    "GeneralLedger",
    "GeneralLedgerFR",
    "InventoryValuationDetail",
    "InventoryValuationSummary",
    "ItemSales",
    "JournalReport",
    "JournalReportFR",
    "ProfitAndLoss",
    "ProfitAndLossDetail",
    "TaxSummary",
    "TransactionList",
    "TransactionListByCustomer",
    "TransactionListByVendor",
    "TransactionListWithSplits",
    "TrialBalance",
    "TrialBalanceFR",
    "VendorBalance",
    "VendorBalanceDetail",
    "VendorExpenses",
)
"""Every report, by QuickBooks' name (reference, section 7)."""


class Covers(StrEnum):
    """What of time a report tells."""

    PERIOD = "period"  # from a day to a day
    DAY = "day"  # as of a day
    NOW = "now"  # as it is; no day can be asked for


class Joins(StrEnum):
    """How the answers for two halves of a period become the answer for the whole."""

    SUM = "sum"  # their amounts add up
    LIST = "list"  # their lines follow one another
    LAST = "last"  # balances: the later one holds, and halving a period makes no answer smaller


class Lines(StrEnum):
    """What a report's lines are about: it decides the columns of its flat table."""

    ACCOUNTS = "accounts"  # an account, and amounts
    NAMES = "names"  # a customer, vendor, item, class or department, and amounts
    TRANSACTIONS = "transactions"  # a transaction's line, in typed columns
    LISTED = "listed"  # one thing of a list, in typed columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The traits of a report; the facts are those of the API reference, section 7.

    `noun` is what a line is about, or the section that it stands in where lines are transactions ("account").
    `basis`: accrual and cash differ. `in_columns`: one answer can hold a column for each month, quarter or year.
    `splits`: its columns can be parted by customer, vendor, class and so on. `asked` goes with every request.
    `where` names the countries that have it; "" for all.
    """

    covers: Covers
    joins: Joins
    lines: Lines
    noun: str = ""
    basis: bool = False
    in_columns: bool = False
    splits: bool = False
    asked: Mapping[str, str] = field(default_factory=dict)
    where: str = ""

    @property
    def two_sided(self) -> bool:
        """A trial balance: one column of debits and one of credits."""
        return self.lines is Lines.ACCOUNTS and self.joins is Joins.LAST and not self.in_columns
