"""Balances: what the accounts, customers, vendors and stock come to, derived from what was posted."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from counterfoil.sandbox.company.books import ZERO, Books
from counterfoil.sandbox.company.bulk import Bulk, BulkTally
from counterfoil.sandbox.company.postings import Posting, postings, stock_moves
from counterfoil.sandbox.company.wire import Record

_PROFIT_AND_LOSS: Final = frozenset({"Revenue", "Expense"})


def sold_in_bulk(books: Books, bulk: Bulk, sums: BulkTally) -> dict[str, Decimal]:
    """Give how many pieces of each inventory item the bulk run sold, by item id."""
    sold: dict[str, Decimal] = defaultdict(Decimal)
    for place, form in bulk.invoices():
        for item_id, quantity in stock_moves(books, "Invoice", form):
            sold[item_id] -= quantity * sums.sold[place]
    return sold


def write_balances(books: Books, bulk: Bulk, sums: BulkTally) -> None:
    """Fill in every balance and the moment that it last moved."""
    _balance_accounts(books, bulk, sums)
    _balance_names(books, sums)
    _balance_stock(books, bulk, sums)
    for customer, moment in sums.last.items():
        books.touch(books.records["Customer"][customer], moment, edited=False)


def _balance_accounts(books: Books, bulk: Bulk, sums: BulkTally) -> None:
    """Give balance sheet accounts debits less credits; income and expense always read nought in the API."""
    moved: dict[str, Decimal] = defaultdict(Decimal)
    for entity, members in books.records.items():
        for record in members.values():
            entries = postings(books, entity, record)
            _add(moved, entries, times=1)
            for account_id, _, _ in entries:
                _touch_account(books, account_id, record)
    for entries, times in bulk_postings(books, bulk, sums):
        _add(moved, entries, times=times)
    for account in books.all("Account"):
        if account["Classification"] not in _PROFIT_AND_LOSS:
            account["CurrentBalance"] = moved[account["Id"]]
    _balance_foreign(books)
    _sum_subaccounts(books)


def bulk_postings(books: Books, bulk: Bulk, sums: BulkTally) -> Iterator[tuple[list[Posting], int]]:
    """Give what one invoice or payment of each kind in the bulk run posts, and how many of it there are."""
    deposit_to = {"DepositToAccountRef": books.ref("Account", "checking")}
    for place, form in bulk.invoices():
        yield postings(books, "Invoice", form), sums.sold[place]
        yield postings(books, "Payment", form | deposit_to), sums.paid[place]


def _add(moved: dict[str, Decimal], entries: list[Posting], *, times: int) -> None:
    for account_id, debit, credit in entries:
        moved[account_id] += (debit - credit) * times


def _touch_account(books: Books, account: str, record: Record) -> None:
    if "CreateTime" in record["MetaData"]:
        books.touch(books.records["Account"][account], books.created(record), edited=False)


def _balance_foreign(books: Books) -> None:
    """Receivable and payable accounts in a foreign currency read in that currency: what its names owe."""
    for currency in books.home.foreign():
        owed = sum((open_balance(books, name) for name in _in(books, "Customer", currency.code)), ZERO)
        owing = sum((open_balance(books, name) for name in _in(books, "Vendor", currency.code)), ZERO)
        books.named("Account", f"receivable {currency.code}")["CurrentBalance"] = owed
        books.named("Account", f"payable {currency.code}")["CurrentBalance"] = -owing


def _in(books: Books, entity: str, code: str) -> list[Record]:
    return [name for name in books.all(entity) if name["CurrencyRef"]["value"] == code]


def _sum_subaccounts(books: Books) -> None:
    for account in reversed(books.all("Account")):  # children stand after their parents
        account["CurrentBalanceWithSubAccounts"] += account["CurrentBalance"]
        if parent := account.get("ParentRef"):
            above = books.records["Account"][parent["value"]]
            above["CurrentBalanceWithSubAccounts"] += account["CurrentBalanceWithSubAccounts"]


def _balance_names(books: Books, sums: BulkTally) -> None:
    for customer in reversed(books.all("Customer")):
        customer["Balance"] = open_balance(books, customer) + sums.owed.get(customer["Id"], ZERO)
        customer["BalanceWithJobs"] += customer["Balance"]
        if parent := customer.get("ParentRef"):
            books.records["Customer"][parent["value"]]["BalanceWithJobs"] += customer["BalanceWithJobs"]
    for vendor in books.all("Vendor"):
        vendor["Balance"] = open_balance(books, vendor)


def open_balance(books: Books, name: Record) -> Decimal:
    """Give what a customer owes, or what is owed to a vendor, in its currency, without the bulk run."""
    sides = {
        "CustomerRef": (("Invoice", 1), ("CreditMemo", -1)),
        "VendorRef": (("Bill", 1), ("VendorCredit", -1)),
    }
    field = "VendorRef" if "Vendor1099" in name else "CustomerRef"
    balance = ZERO
    for entity, sign in sides[field]:
        balance += sum(sign * r["Balance"] for r in books.all(entity) if r[field]["value"] == name["Id"])
    if field == "CustomerRef":
        theirs = [p for p in books.all("Payment") if p[field]["value"] == name["Id"]]
        balance -= sum((p["UnappliedAmt"] for p in theirs), ZERO)
    return balance + _journalled(books, name, field.removesuffix("Ref"))


def _journalled(books: Books, name: Record, kind: str) -> Decimal:
    """Give what journal entries put on a name; a credit raises what is owed to a vendor."""
    total = ZERO
    raises = "Debit" if kind == "Customer" else "Credit"
    for entry in books.all("JournalEntry"):
        for line in entry["Line"]:
            detail = line.get("JournalEntryLineDetail", {})
            entity = detail.get("Entity", {})
            if entity.get("Type") == kind and entity["EntityRef"]["value"] == name["Id"]:
                total += line["Amount"] if detail["PostingType"] == raises else -line["Amount"]
    return total


def _balance_stock(books: Books, bulk: Bulk, sums: BulkTally) -> None:
    bulk_sold = sold_in_bulk(books, bulk, sums)
    for item in books.all("Item"):
        if item["Type"] == "Inventory":
            item["QtyOnHand"] = -bulk_sold[item["Id"]]
    for entity, members in books.records.items():
        for record in members.values():
            for item_id, quantity in stock_moves(books, entity, record):
                books.records["Item"][item_id]["QtyOnHand"] += quantity
