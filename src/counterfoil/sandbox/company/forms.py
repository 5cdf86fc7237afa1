"""Sales forms: invoices, sales receipts, estimates, credit memos and refunds from a customer and its lines."""

from decimal import Decimal
from typing import Any, Final

from counterfoil.sandbox.company import lines
from counterfoil.sandbox.company.books import ZERO, Books, cents, currency_ref, ref
from counterfoil.sandbox.company.taxes import tax_detail
from counterfoil.sandbox.company.wire import Record
from counterfoil.sandbox.ledger.rules import SHIPPING_ITEM, lines_of

_OWED: Final = frozenset({"Invoice", "CreditMemo"})


def write_form(
    books: Books, entity: str, customer: Record, content: list[Record], *, age: int, **fields: Any
) -> Record:
    """Write a sales form `age` days before now; `fields` are set on top of what the customer brings."""
    after_discount = bool(fields.get("ApplyTaxAfterDiscount"))
    record = _header(books, entity, customer, age) | _amounts(books, content, after_discount=after_discount)
    if entity in _OWED:
        record["Balance"] = record["TotalAmt"]
    if entity == "CreditMemo":
        record["RemainingCredit"] = record["TotalAmt"]
    at = books.moment(age)
    filed = books.add(entity, record | exchange(books, customer, record) | fields, at=at)
    books.touch(customer, at, edited=False)
    _touch_stock(books, filed, at)
    return filed


def exchange(books: Books, name: Record, record: Record) -> Record:
    """Give the fields that a transaction with this customer or vendor has in a foreign currency; none at home."""
    currency = books.currency_of(name)
    if currency == books.home.currency:
        return {}
    rate = books.home.rate(currency)
    fields: Record = {"ExchangeRate": rate, "HomeTotalAmt": cents(record["TotalAmt"] * rate)}
    if "Balance" in record:
        fields["HomeBalance"] = cents(record["Balance"] * rate)
    return fields


def settle(record: Record, amount: Decimal) -> None:
    """Take a payment or a credit off what is open on a form."""
    record["Balance"] -= amount
    if "HomeBalance" in record:
        record["HomeBalance"] = cents(record["Balance"] * record["ExchangeRate"])
    if "RemainingCredit" in record:
        record["RemainingCredit"] = record["Balance"]


def _header(books: Books, entity: str, customer: Record, age: int) -> Record:
    fields: Record = {
        "CustomField": [],
        "DocNumber": str(1000 + len(books.all(entity))),
        "TxnDate": books.date(age),
        "CurrencyRef": currency_ref(books.currency_of(customer)),
        "CustomerRef": ref(customer),
        "BillAddr": _free_form(customer),
        "ShipAddr": customer["ShipAddr"],
        "FreeFormAddress": True,
        "PrintStatus": "NeedToPrint",
        "EmailStatus": "NotSet",
        "ApplyTaxAfterDiscount": False,
        "LinkedTxn": [],
    }
    if entity == "Invoice":
        fields |= {"SalesTermRef": customer["SalesTermRef"], "DueDate": books.date(age - 30)}
        switches = ("IPNPayment", "OnlinePayment", "OnlineCreditCardPayment", "OnlineACHPayment")
        fields |= {f"Allow{name}": False for name in switches}
    if books.home.global_tax:
        fields["GlobalTaxCalculation"] = "TaxExcluded"
    return fields


def _free_form(customer: Record) -> Record:
    """Write an address as a transaction does once it was edited there: lines without city and code."""
    address = customer["BillAddr"]
    place = f"{address['City']}, {address['CountrySubDivisionCode']}  {address['PostalCode']}"
    return {"Id": address["Id"], "Line1": customer["DisplayName"], "Line2": address["Line1"], "Line3": place}


def _amounts(books: Books, content: list[Record], *, after_discount: bool) -> Record:
    below = [line for line in content if _stands_below(line)]
    above = [line for line in content if not _stands_below(line)]
    net = sum((line.get("Amount", ZERO) for line in above), ZERO)
    for line in below:
        percent = line.get("DiscountLineDetail", {}).get("DiscountPercent")
        if percent is not None:
            line["Amount"] = cents(net * percent / 100)
    off = sum((line["Amount"] for line in below if "DiscountLineDetail" in line), ZERO)
    extra = sum((line["Amount"] for line in below if "DiscountLineDetail" not in line), ZERO)
    share = (net - off) / net if after_discount and net else Decimal(1)
    tax = tax_detail(books, [(code, cents(amount * share)) for code, amount in _taxed(above)])
    return {
        "Line": lines.numbered([*above, lines.subtotal(net), *below]),
        "TxnTaxDetail": tax,
        "TotalAmt": net - off + extra + tax["TotalTax"],
    }


def _taxed(content: list[Record]) -> list[tuple[str, Decimal]]:
    sold = [line for line in lines_of({"Line": content}) if "SalesItemLineDetail" in line]
    return [(line["SalesItemLineDetail"]["TaxCodeRef"]["value"], line["Amount"]) for line in sold]


def _stands_below(line: Record) -> bool:
    item = line.get("SalesItemLineDetail", {}).get("ItemRef", {}).get("value")
    return "DiscountLineDetail" in line or item == SHIPPING_ITEM


def _touch_stock(books: Books, form: Record, at: int) -> None:
    """A sale rewrites the inventory items on it, as seen on a live company; an estimate is left alone."""
    if "ExpirationDate" in form:
        return
    for line in lines_of(form):
        item = books.records["Item"].get(
            line.get("SalesItemLineDetail", {}).get("ItemRef", {}).get("value"), {}
        )
        if item.get("TrackQtyOnHand"):
            books.touch(item, at, edited=True)
