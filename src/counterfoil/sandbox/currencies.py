"""The currency and the rate that a new transaction gets where its sender named none."""

from counterfoil.sandbox.books import CREATED, Books
from counterfoil.sandbox.places import Bounds
from counterfoil.sandbox.records import value_at
from counterfoil.sandbox.wire import Record, decode

_names = (("CustomerRef", "Customer"), ("VendorRef", "Vendor"), ("EntityRef", "Vendor"))


def give_currency(books: Books, record: Record) -> None:
    """Set the currency of whom the transaction is with, else the company's own; and a foreign one's newest rate."""
    home = books.keeper.chart().home
    if "CurrencyRef" not in record:
        record["CurrencyRef"] = _theirs(books, record) or _own(home)
    code = str(record["CurrencyRef"].get("value", ""))
    if code != home and "ExchangeRate" not in record and (rate := _rate(books, code)) is not None:
        record["ExchangeRate"] = rate


def _theirs(books: Books, record: Record) -> Record | None:
    for field, entity in _names:
        id_ = value_at(record, f"{field}.value")
        name = books.get(entity, str(id_)) if id_ else None
        if name and isinstance(name.get("CurrencyRef"), dict):
            return dict(name["CurrencyRef"])
    return None


def _own(home: str) -> Record:
    return {"value": home, "name": "United States Dollar"} if home == "USD" else {"value": home}


def _rate(books: Books, code: str) -> object:
    places = books.select("ExchangeRate", CREATED, Bounds())
    every = map(decode, books.bodies("ExchangeRate", places.page(0, len(places))))
    known = [
        (str(one.get("AsOfDate")), one.get("Rate")) for one in every if one.get("SourceCurrencyCode") == code
    ]
    return max(known, default=("", None), key=lambda one: one[0])[1]
