"""The short lists: terms, payment methods, classes, departments, customer types, journal codes, currencies."""

from decimal import Decimal
from typing import Final

from counterfoil.sandbox.company.books import LIST_AGE, Books
from counterfoil.sandbox.company.text import NAMES
from counterfoil.sandbox.company.wire import Record

_CLASSES: Final = (
    ("retail", "Retail", ""),
    ("shop", "Shop floor", "retail"),
    ("web", "Web shop", "retail"),
    ("returns", "Returns & exchanges", "web"),
    ("service", "Service", ""),
    ("wholesale", "Großhandel 🚚", ""),
    ("odd", NAMES[9], ""),
)
_DEPARTMENTS: Final = (
    ("main", "Hollow Lane", ""),
    ("upstairs", "Upstairs", "main"),
    ("bench", "Bench 2", "upstairs"),
    ("harbour", "Harbour kiosk", ""),
    ("van", "Travelling van", ""),
)
_TERMS: Final[tuple[tuple[str, Record], ...]] = (
    ("receipt", {"Name": "Due on receipt", "Type": "STANDARD", "DueDays": 0, "DiscountDays": 0}),
    ("net 15", {"Name": "Net 15", "Type": "STANDARD", "DueDays": 15, "DiscountDays": 0}),
    ("net 30", {"Name": "Net 30", "Type": "STANDARD", "DueDays": 30, "DiscountDays": 0}),
    (
        "early",
        {
            "Name": "2% 10 Net 30",
            "Type": "STANDARD",
            "DiscountPercent": Decimal("2.0"),
            "DueDays": 30,
            "DiscountDays": 10,
        },
    ),
    (
        "month end",
        {
            "Name": "End of next month",
            "Type": "DATE_DRIVEN",
            "DayOfMonthDue": 28,
            "DueNextMonthDays": 10,
            "DiscountDayOfMonth": 5,
            "DiscountPercent": Decimal("1.5"),
        },
    ),
)
_METHODS: Final = (
    ("cash", "Cash", "NON_CREDIT_CARD"),
    ("cheque", "Check", "NON_CREDIT_CARD"),
    ("visa", "Visa", "CREDIT_CARD"),
    ("mastercard", "MasterCard", "CREDIT_CARD"),
    ("transfer", "Überweisung", "NON_CREDIT_CARD"),
)
_JOURNALS: Final = (
    ("VT", "Sales", "Ventes"),
    ("AC", "Expenses", "Achats"),
    ("BQ", "Bank", "Banque"),
    ("OD", "Others", "Opérations diverses"),
)


def write_lists(books: Books) -> None:
    """Write every short list; one member of most is inactive and carries the suffix that tells so."""
    _write_trees(books)
    for key, term in _TERMS:
        books.add("Term", {"Active": True} | term, at=books.moment(LIST_AGE), key=key)
    for key, name, kind in _METHODS:
        fields = {"Name": name, "Active": True, "Type": kind}
        books.add("PaymentMethod", fields, at=books.moment(LIST_AGE), key=key)
    for key in ("Household", "Club", "Trade \\ reseller"):
        fields = {"Name": key, "Active": True, "FullyQualifiedName": key}
        books.add("CustomerType", fields, at=books.moment(LIST_AGE), key=key)
    for code, kind, description in _JOURNALS:
        fields = {"Name": code, "Type": kind, "Description": description, "Active": True}
        books.add("JournalCode", fields, at=books.moment(LIST_AGE), key=code)
    for currency in books.home.foreign():
        fields = {"Code": currency.code, "Name": currency.name, "Active": True}
        books.add("CompanyCurrency", fields, at=books.moment(LIST_AGE), key=currency.code)
    _retire(books)


def _write_trees(books: Books) -> None:
    for key, name, parent in _CLASSES:
        _branch(books, "Class", key, name, parent)
    for key, name, parent in _DEPARTMENTS:
        _branch(books, "Department", key, name, parent)
    books.named("Department", "harbour")["Address"] = {
        "Id": "901",
        "Line1": "Slip 4, Harbour Road",
        "City": books.home.city,
        "CountrySubDivisionCode": books.home.region,
        "PostalCode": books.home.post_code,
        "Country": books.home.country,
    }


def _branch(books: Books, entity: str, key: str, name: str, parent: str) -> None:
    fields: Record = {"Name": name, f"Sub{entity}": bool(parent), "FullyQualifiedName": name, "Active": True}
    if parent:
        above = books.named(entity, parent)
        fields["ParentRef"] = {"value": above["Id"]}
        fields["FullyQualifiedName"] = f"{above['FullyQualifiedName']}:{name}"
    books.add(entity, fields, at=books.moment(LIST_AGE), key=key)


def _retire(books: Books) -> None:
    for entity, name in (
        ("Class", "Pop-up 2019"),
        ("Department", "Old barn"),
        ("Term", "Net 90"),
        ("PaymentMethod", "Travellers cheque"),
    ):
        fields: Record = {"Name": name, "Active": True}
        if entity in ("Class", "Department"):
            fields |= {"FullyQualifiedName": name, f"Sub{entity}": False}
        if entity == "Term":
            fields |= {"Type": "STANDARD", "DueDays": 90, "DiscountDays": 0}
        retire(books, books.add(entity, fields, at=books.moment(LIST_AGE)), age=150)


def retire(books: Books, record: Record, *, age: int) -> None:
    """Make a list's member inactive as QuickBooks does: its names gain the suffix " (deleted)"."""
    record["Active"] = False
    for name in ("Name", "DisplayName", "FullyQualifiedName"):
        if name in record:
            record[name] += " (deleted)"
    books.touch(record, books.moment(age), edited=True)
