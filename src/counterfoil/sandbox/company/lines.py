"""The lines of sales forms, one function a kind."""

from collections.abc import Iterable
from decimal import Decimal

from counterfoil.sandbox.company.books import ZERO, Books, cents, ref
from counterfoil.sandbox.company.taxes import line_code
from counterfoil.sandbox.company.wire import Record
from counterfoil.sandbox.ledger.rules import SHIPPING_ITEM


def sale(books: Books, key: str, quantity: str | int, *, price: Decimal | None = None) -> Record:
    """An item sold: `key` names it, `price` is per piece in the form's currency and the list price by default."""
    item = books.named("Item", key)
    each = item["UnitPrice"] if price is None else price
    return {
        "Description": item["Description"],
        "Amount": cents(each * Decimal(quantity)),
        "LinkedTxn": [],
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {
            "ItemRef": ref(item),
            "ClassRef": books.ref("Class", "shop" if item["Type"] == "Inventory" else "service"),
            "UnitPrice": each,
            "Qty": Decimal(quantity),
            "ItemAccountRef": item["IncomeAccountRef"],
            "TaxCodeRef": line_code(books, taxable=item["Taxable"]),
        },
        "CustomExtensions": [],
    }


def bundle(books: Books, key: str, quantity: int) -> Record:
    """A bundle sold: its children stand inside, and its own amount repeats their sum."""
    item = books.named("Item", key)
    children: list[Record] = []
    for number, part in enumerate(item["ItemGroupDetail"]["ItemGroupLine"], start=1):
        member = books.records["Item"][part["ItemRef"]["value"]]
        child = sale(books, books.key_of("Item", member), str(part["Qty"] * quantity))
        children.append({"Id": str(900 + number), "LineNum": number} | child)
    return {
        "Description": item["Description"],
        "Amount": sum((child["Amount"] for child in children), ZERO),
        "DetailType": "GroupLineDetail",
        "GroupLineDetail": {"GroupItemRef": ref(item), "Quantity": Decimal(quantity), "Line": children},
    }


def remark(text: str) -> Record:
    """A line that only says something."""
    return {"Description": text, "DetailType": "DescriptionOnly", "DescriptionLineDetail": {}}


def discount(books: Books, *, percent: Decimal | None = None, amount: Decimal | None = None) -> Record:
    """A discount over the whole form, by percent (its amount is worked out by the form) or as a plain amount."""
    detail: Record = {
        "PercentBased": percent is not None,
        "DiscountAccountRef": books.ref("Account", "discounts"),
    }
    if percent is not None:
        detail["DiscountPercent"] = percent
    return {"Amount": amount or ZERO, "DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}


def shipping(amount: Decimal) -> Record:
    """A charge for shipping, written with the pseudo item that QuickBooks uses for it."""
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": SHIPPING_ITEM}, "TaxCodeRef": {"value": "NON"}},
    }


def subtotal(amount: Decimal) -> Record:
    """The sum of the lines above; it has no id and is never to be added in."""
    return {"Amount": amount, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}


def numbered(lines: Iterable[Record]) -> list[Record]:
    """Give the lines their ids and numbers, except those that have none."""
    bare = ("SubTotalLineDetail", "DiscountLineDetail")
    result = []
    number = 0
    for line in lines:
        if line["DetailType"] in bare:
            result.append(line)
            continue
        number += 1
        result.append({"Id": str(number), "LineNum": number} | line)
    return result
