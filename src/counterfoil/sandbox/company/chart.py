"""The chart of accounts."""

from decimal import Decimal
from typing import Final

from counterfoil.sandbox.company.books import LIST_AGE, ZERO, Books, currency_ref, ref
from counterfoil.sandbox.company.clock import DAY
from counterfoil.sandbox.company.wire import Record

# key, name, account type, account sub type, classification, key of the parent, number
_CHART: Final = (
    ("checking", "Checking", "Bank", "Checking", "Asset", "", "1000"),
    ("savings", "Savings", "Bank", "Savings", "Asset", "", "1010"),
    ("petty cash", "Petty cash", "Bank", "CashOnHand", "Asset", "", "1020"),
    (
        "receivable",
        "Accounts Receivable (A/R)",
        "Accounts Receivable",
        "AccountsReceivable",
        "Asset",
        "",
        "1100",
    ),
    ("undeposited", "Undeposited Funds", "Other Current Asset", "UndepositedFunds", "Asset", "", "1200"),
    ("inventory", "Inventory Asset", "Other Current Asset", "Inventory", "Asset", "", "1300"),
    ("prepaid", "Prepaid Expenses", "Other Current Asset", "PrepaidExpenses", "Asset", "", "1400"),
    ("van", "Delivery van", "Fixed Asset", "Vehicles", "Asset", "", "1500"),
    ("van cost", "Original cost", "Fixed Asset", "Vehicles", "Asset", "van", "1501"),
    ("van wear", "Depreciation", "Fixed Asset", "AccumulatedDepreciation", "Asset", "van", "1502"),
    ("deposit paid", "Security deposits", "Other Asset", "SecurityDeposits", "Asset", "", "1600"),
    ("payable", "Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable", "Liability", "", "2000"),
    ("card", "Mastercard", "Credit Card", "CreditCard", "Liability", "", "2100"),
    ("visa", "Visa", "Credit Card", "CreditCard", "Liability", "", "2110"),
    ("tax", "Sales tax payable", "Other Current Liability", "SalesTaxPayable", "Liability", "", "2200"),
    ("loan", "Loan payable", "Other Current Liability", "OtherCurrentLiabilities", "Liability", "", "2300"),
    ("notes", "Notes payable", "Long Term Liability", "NotesPayable", "Liability", "", "2400"),
    ("opening", "Opening Balance Equity", "Equity", "OpeningBalanceEquity", "Equity", "", "3000"),
    ("retained", "Retained Earnings", "Equity", "RetainedEarnings", "Equity", "", "3100"),
    ("owner", "Owner's draw", "Equity", "OwnersEquity", "Equity", "", "3200"),
    ("sales", "Sales of Product Income", "Income", "SalesOfProductIncome", "Revenue", "", "4000"),
    ("bikes", "Bicycles", "Income", "SalesOfProductIncome", "Revenue", "sales", "4010"),
    ("parts", "Parts & accessories", "Income", "SalesOfProductIncome", "Revenue", "sales", "4020"),
    ("workshop", "Workshop", "Income", "ServiceFeeIncome", "Revenue", "", "4100"),
    ("repairs", "Repairs", "Income", "ServiceFeeIncome", "Revenue", "workshop", "4110"),
    ("wheels", "Wheel building", "Income", "ServiceFeeIncome", "Revenue", "repairs", "4111"),
    ("hire", "Hire", "Income", "ServiceFeeIncome", "Revenue", "", "4200"),
    ("discounts", "Discounts given", "Income", "DiscountsRefundsGiven", "Revenue", "", "4300"),
    ("shipping", "Shipping income", "Income", "OtherPrimaryIncome", "Revenue", "", "4400"),
    ("rebilled", "Billable expense income", "Income", "OtherPrimaryIncome", "Revenue", "", "4500"),
    ("goods", "Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs", "Expense", "", "5000"),
    ("freight", "Freight in", "Cost of Goods Sold", "ShippingFreightDeliveryCos", "Expense", "goods", "5010"),
    ("rent", "Rent or lease", "Expense", "RentOrLeaseOfBuildings", "Expense", "", "6000"),
    ("utilities", "Utilities", "Expense", "Utilities", "Expense", "", "6100"),
    ("power", "Gas & electric", "Expense", "Utilities", "Expense", "utilities", "6110"),
    ("telephone", "Telephone", "Expense", "Utilities", "Expense", "utilities", "6120"),
    ("insurance", "Insurance", "Expense", "Insurance", "Expense", "", "6200"),
    ("adverts", "Advertising", "Expense", "AdvertisingPromotional", "Expense", "", "6300"),
    ("tools", "Tools & small equipment", "Expense", "SuppliesMaterials", "Expense", "", "6400"),
    ("meals", "Meals & entertainment", "Expense", "EntertainmentMeals", "Expense", "", "6500"),
    ("bank fees", "Bank charges", "Expense", "BankCharges", "Expense", "", "6600"),
    ("wages", "Wages", "Expense", "PayrollExpenses", "Expense", "", "6700"),
    ("wear", "Depreciation expense", "Other Expense", "Depreciation", "Expense", "", "8000"),
    ("exchange", "Exchange Gain or Loss", "Other Expense", "ExchangeGainOrLoss", "Expense", "", "8100"),
    ("interest", "Interest earned", "Other Income", "InterestEarned", "Revenue", "", "7000"),
    (
        "shrinkage",
        "Inventory shrinkage",
        "Cost of Goods Sold",
        "SuppliesMaterialsCogs",
        "Expense",
        "",
        "5900",
    ),
    ("unsorted", "Ask my accountant", "Other Expense", "OtherMiscellaneousExpense", "Expense", "", ""),
    ("closed", "Old hire desk till", "Bank", "CashOnHand", "Asset", "", "1099"),
)


def write_chart(books: Books) -> None:
    """Open every account, and a receivable and a payable account for each foreign currency."""
    for key, name, kind, sub_kind, side, parent, number in _CHART:
        fields = _account(books, name, kind, sub_kind, side) | ({"AcctNum": number} if number else {})
        if parent:
            above = books.named("Account", parent)
            fields |= {"SubAccount": True, "ParentRef": {"value": above["Id"]}}
            fields["FullyQualifiedName"] = f"{above['FullyQualifiedName']}:{name}"
        books.add("Account", fields, at=books.moment(LIST_AGE), key=key)
    for currency in books.home.foreign():
        for key in ("receivable", "payable"):
            _open_foreign(books, key, currency.code)
    _open_for_cash(books)
    _dress(books)


def _account(books: Books, name: str, kind: str, sub_kind: str, side: str) -> Record:
    return {
        "Name": name,
        "SubAccount": False,
        "FullyQualifiedName": name,
        "Active": True,
        "Classification": side,
        "AccountType": kind,
        "AccountSubType": sub_kind,
        "CurrentBalance": ZERO,
        "CurrentBalanceWithSubAccounts": ZERO,
        "CurrencyRef": currency_ref(books.home.currency),
    }


def _open_foreign(books: Books, key: str, code: str) -> None:
    home = books.named("Account", key)
    currency = next(c for c in books.home.foreign() if c.code == code)
    name = f"{home['Name']} - {code}"
    fields = _account(books, name, home["AccountType"], home["AccountSubType"], home["Classification"])
    fields["CurrencyRef"] = currency_ref(currency)
    books.add("Account", fields, at=books.moment(LIST_AGE - 5), key=f"{key} {code}")


def _open_for_cash(books: Books) -> None:
    """Open the accounts that QuickBooks adds by itself for what was paid without a document, on cash basis."""
    for name, kind, side in (
        ("Unapplied Cash Payment Income", "Income", "Revenue"),
        ("Unapplied Cash Bill Payment Expense", "Expense", "Expense"),
    ):
        fields = _account(books, name, kind, name.replace(" ", ""), side)
        books.add("Account", fields, at=books.now - LIST_AGE * DAY)


def _dress(books: Books) -> None:
    """Fill the fields that only a few accounts use, and close one account."""
    books.named("Account", "checking").update(
        Description="Day to day\tbank; ends in 6789",
        BankNum="XXXXX6789",
        FIName="First Spoke Bank",
        OnlineBankingEnabled=True,
        OpeningBalance=Decimal("5000.00"),
        OpeningBalanceDate=books.date(LIST_AGE),
    )
    books.named("Account", "tax").update(TaxAccount=True, AcctNumExtn="2200-A", AccountAlias="Taxe à payer")
    books.named("Account", "wages").update(
        AccountPurposes=[{"value": "PAYROLL", "name": "Payroll"}],
        JournalCodeRef={"value": "1", "name": "VT"},
        TxnLocationType="WithinFrance",
    )
    closed = books.named("Account", "closed")
    closed.update(Active=False, Name=f"{closed['Name']} (deleted)")
    closed["FullyQualifiedName"] = closed["Name"]
    books.touch(closed, books.moment(200), edited=True)


def receivable_of(books: Books, customer: Record) -> dict[str, str]:
    """Give the receivable account in a customer's currency."""
    return _control(books, "receivable", customer)


def payable_of(books: Books, vendor: Record) -> dict[str, str]:
    """Give the payable account in a vendor's currency."""
    return _control(books, "payable", vendor)


def _control(books: Books, key: str, name: Record) -> dict[str, str]:
    code = name["CurrencyRef"]["value"]
    return ref(books.named("Account", key if code == books.home.currency.code else f"{key} {code}"))
