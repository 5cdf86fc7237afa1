"""Entries that are neither bought nor sold: opening, journals, transfers, card and tax payments, stock counts."""

from collections.abc import Mapping
from decimal import Decimal

from counterfoil.sandbox.company.books import LIST_AGE, Books, currency_ref, ref
from counterfoil.sandbox.company.items import OPENING_MARGIN
from counterfoil.sandbox.company.oddities import LARGEST
from counterfoil.sandbox.company.text import MEMOS, NAMES
from counterfoil.sandbox.company.wire import Record

_Entry = tuple[str, str, Decimal]  # posting type, account, amount


def write_ledger(books: Books, sold_in_bulk: Mapping[str, Decimal]) -> None:
    """Write them all; opening stock covers what the bulk run sells, by item id, with some to spare."""
    _open_stock(books, sold_in_bulk)
    _write_journals(books)
    _write_odd_journals(books)
    _write_foreign_journals(books)
    _write_moves(books)
    _count_stock(books)


def _open_stock(books: Books, sold_in_bulk: Mapping[str, Decimal]) -> None:
    for item in books.all("Item"):
        if item["Type"] == "Inventory":
            quantity = sold_in_bulk.get(item["Id"], Decimal(0)) + OPENING_MARGIN
            _adjust(books, "opening", [(item, quantity)], age=LIST_AGE - 1, note="Opening stock")


def _adjust(
    books: Books, account: str, counted: list[tuple[Record, Decimal]], *, age: int, note: str
) -> None:
    """Write a stock adjustment; it has no CreateTime, and its last change is a day without a time."""
    content = [
        {
            "Id": str(number),
            "LineNum": number,
            "DetailType": "ItemAdjustmentLineDetail",
            "ItemAdjustmentLineDetail": {"ItemRef": ref(item), "QtyDiff": quantity},
        }
        for number, (item, quantity) in enumerate(counted, start=1)
    ]
    fields = {
        "DocNumber": str(len(books.all("InventoryAdjustment")) + 1),
        "TxnDate": books.date(age),
        "PrivateNote": note,
        "AdjustAccountRef": books.ref("Account", account),
        "DepartmentRef": books.ref("Department", "main"),
        "Line": content,
    }
    record = books.add("InventoryAdjustment", fields, at=books.moment(age))
    record["MetaData"] = {"LastUpdatedTime": books.date(age)}


def _write_journals(books: Books) -> None:
    """Write the owner's money, the van and its wear, wages month by month."""
    start = LIST_AGE - 2
    _journal(
        books,
        [("Debit", "checking", Decimal("60000.00")), ("Credit", "opening", Decimal("60000.00"))],
        age=start,
    )
    bought = [("Debit", "van cost", Decimal("13495.00")), ("Credit", "notes", Decimal("13495.00"))]
    _journal(books, bought, age=start - 30)
    for month in range(12):
        age = 370 - 30 * month
        wear = [("Debit", "wear", Decimal("224.92")), ("Credit", "van wear", Decimal("224.92"))]
        _journal(books, wear, age=age, Adjustment=True)
        pay = [("Debit", "wages", Decimal("1890.10")), ("Credit", "checking", Decimal("1890.10"))]
        _journal(books, pay, age=age - 1, DocNumber=f"PAY-{month:02d}")


def _write_odd_journals(books: Books) -> None:
    """Write journals with a name on a line, with a remark, with classes, and with the largest amount."""
    owed = [("Debit", "receivable", Decimal("75.00")), ("Credit", "rebilled", Decimal("75.00"))]
    entry = _journal(books, owed, age=80)
    rider = books.named("Customer", "home 5")
    entry["Line"][0]["JournalEntryLineDetail"]["Entity"] = {"Type": "Customer", "EntityRef": ref(rider)}
    owing = [("Credit", "payable", Decimal("31.40")), ("Debit", "bank fees", Decimal("31.40"))]
    entry = _journal(books, owing, age=79, DocNumber=NAMES[8])
    vendor = books.named("Vendor", "odd")
    entry["Line"][0]["JournalEntryLineDetail"]["Entity"] = {"Type": "Vendor", "EntityRef": ref(vendor)}
    entry["Line"].append({"Id": "2", "Description": MEMOS[3], "DetailType": "DescriptionOnly"})
    vast = [("Debit", "unsorted", LARGEST), ("Credit", "unsorted", LARGEST)]
    _journal(books, vast, age=78, PrivateNote=MEMOS[11])
    for line in _journal(
        books, [("Debit", "meals", Decimal("0.01")), ("Credit", "petty cash", Decimal("0.01"))], age=77
    )["Line"]:
        line["JournalEntryLineDetail"] |= {
            "ClassRef": books.ref("Class", "odd"),
            "DepartmentRef": books.ref("Department", "bench"),
            "BillableStatus": "NotBillable",
            "JournalCodeRef": books.ref("JournalCode", "OD"),
        }


def _write_foreign_journals(books: Books) -> None:
    """Write a charge to a customer in each foreign currency; it stands in the account of that currency."""
    for currency in books.home.foreign():
        charge = Decimal("40.40")
        entries = [("Debit", f"receivable {currency.code}", charge), ("Credit", "rebilled", charge)]
        rate = books.home.rate(currency)
        entry = _journal(
            books, entries, age=76, CurrencyRef=currency_ref(currency), ExchangeRate=rate, HomeTotalAmt=0
        )
        rider = books.named("Customer", f"{currency.code} 1")
        entry["Line"][0]["JournalEntryLineDetail"]["Entity"] = {"Type": "Customer", "EntityRef": ref(rider)}


def _journal(books: Books, entries: list[_Entry], *, age: int, **fields: object) -> Record:
    content = [
        {
            "Id": str(number),
            "Description": MEMOS[(age + number) % 10],
            "Amount": amount,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": books.ref("Account", account)},
            "CustomExtensions": [],
        }
        for number, (side, account, amount) in enumerate(entries)
    ]
    shared = {
        "Adjustment": False,
        "TotalAmt": 0,
        "DocNumber": f"JE-{len(books.all('JournalEntry')):03d}",
        "TxnDate": books.date(age),
        "CurrencyRef": currency_ref(books.home.currency),
        "PrivateNote": "Entered by hand",
        "Line": content,
        "TxnTaxDetail": {},
    }
    return books.add("JournalEntry", shared | fields, at=books.moment(age))


def _write_moves(books: Books) -> None:
    """Write transfers, card payments and tax payments, one of them a refund and one transfer voided."""
    for number in range(8):
        age = 320 - 37 * number
        shared = {"TxnDate": books.date(age), "CurrencyRef": currency_ref(books.home.currency)}
        transfer = shared | {
            "FromAccountRef": books.ref("Account", "checking"),
            "ToAccountRef": books.ref("Account", "savings" if number % 2 else "petty cash"),
            "Amount": Decimal(100 + number) if number != 3 else 0,
            "PrivateNote": "Voided" if number == 3 else MEMOS[number],
            "DepartmentRef": books.ref("Department", "main"),
            "ClassRef": books.ref("Class", "retail"),
        }
        books.add("Transfer", transfer, at=books.moment(age))
        if number % 2 == 0:
            _pay_card(books, shared, number, age - 1)
        tax = {
            "PaymentDate": books.date(age - 2),
            "PaymentAccountRef": books.ref("Account", "checking"),
            "PaymentAmount": Decimal("57.30") + number,
            "Description": f"{books.home.tax_name} for the quarter",
            "Refund": number == 7,
        }
        books.add("TaxPayment", tax, at=books.moment(age - 2))


def _pay_card(books: Books, shared: Record, number: int, age: int) -> None:
    fields = shared | {
        "CreditCardAccountRef": books.ref("Account", "card"),
        "BankAccountRef": books.ref("Account", "checking"),
        "Amount": Decimal("85.00") + number,
        "VendorRef": books.ref("Vendor", "paper"),
        "CheckNum": f"0{number}",
        "PrintStatus": "NotSet",
        "Memo": MEMOS[number],
        "PrivateNote": "By standing order",
    }
    books.add("CreditCardPayment", fields, at=books.moment(age))


def _count_stock(books: Books) -> None:
    for number, keys in enumerate((("tyre", "tube"), ("chain",), ("lamp", "bell", "tourer"))):
        counted = [(books.named("Item", key), Decimal(place - 2)) for place, key in enumerate(keys)]
        _adjust(books, "shrinkage", counted, age=100 - 20 * number, note=MEMOS[number])
