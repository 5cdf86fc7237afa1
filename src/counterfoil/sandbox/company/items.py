"""What the firm sells, hires out and buys."""

from decimal import Decimal
from typing import Final, NamedTuple

from counterfoil.sandbox.company.books import LIST_AGE, Books
from counterfoil.sandbox.company.lists import retire
from counterfoil.sandbox.company.taxes import line_code
from counterfoil.sandbox.company.text import NAMES
from counterfoil.sandbox.company.wire import Record


class _Ware(NamedTuple):
    key: str
    name: str
    kind: str
    price: str
    cost: str
    income: str
    taxable: bool
    category: str


_ITEMS: Final = tuple(
    _Ware(*row)
    for row in (
        ("tyre", "Touring tyre 700×35", "Inventory", "38.50", "17.25", "parts", True, "spares"),
        ("tube", "Inner tube", "Inventory", "7.95", "2.10", "parts", True, "spares"),
        ("chain", "9-speed chain", "Inventory", "24.00", "10.40", "parts", True, "spares"),
        ("lamp", "Dynamo lamp", "Inventory", "64.90", "31.00", "parts", True, "spares"),
        ("bell", 'Brass bell "Ding"', "Inventory", "18.00", "6.50", "parts", True, "spares"),
        ("tourer", "Heron tourer", "Inventory", "1480.00", "815.00", "bikes", True, "whole bikes"),
        ("town bike", "Wren town bike", "Inventory", "690.00", "355.00", "bikes", True, "whole bikes"),
        ("service", "Full service", "Service", "85.00", "0", "repairs", False, ""),
        ("puncture", "Puncture repair", "Service", "15.00", "0", "repairs", False, ""),
        ("wheel", "Wheel build, per wheel", "Service", "60.00", "0", "wheels", False, ""),
        ("hour", "Workshop hour", "Service", "48.00", "0", "workshop", False, ""),
        ("hire", "Bicycle hire, per day", "Service", "22.00", "0", "hire", True, ""),
        ("oil", "Chain oil, 100 ml", "NonInventory", "6.40", "2.05", "parts", True, "spares"),
        ("cable", "Brake cable, per cm", "NonInventory", "0.005", "0.0012345", "parts", True, "spares"),
        ("spoke", "Spoke", "NonInventory", "0.9166667", "0.4083333", "parts", True, "spares"),
        ("grease", NAMES[7], "NonInventory", "11.30", "4.70", "parts", True, "spares"),
    )
)
SERIES_ITEMS: Final = tuple(ware.key for ware in _ITEMS if ware.key not in ("cable", "spoke"))
OPENING_MARGIN: Final = 500  # stock beyond what the bulk invoices sell, so that no count falls below nought


def write_items(books: Books) -> None:
    """Write categories, items, one bundle and one item that is no longer sold."""
    for key, name, parent in (
        ("goods", "Goods", ""),
        ("spares", "Spares", "goods"),
        ("whole bikes", "Whole bikes", ""),
    ):
        _write_category(books, key, name, parent)
    for ware in _ITEMS:
        _write_item(books, ware)
    _write_bundle(books)
    _dress(books)


def _write_category(books: Books, key: str, name: str, parent: str) -> None:
    fields: Record = {"Name": name, "Active": True, "FullyQualifiedName": name, "Type": "Category"}
    books.add("Item", fields | _place(books, name, parent), at=books.moment(LIST_AGE), key=key)


def _place(books: Books, name: str, parent: str) -> Record:
    if not parent:
        return {"FullyQualifiedName": name}
    above = books.named("Item", parent)
    return {
        "SubItem": True,
        "ParentRef": {"value": above["Id"], "name": above["Name"]},
        "Level": above.get("Level", 0) + 1,
        "FullyQualifiedName": f"{above['FullyQualifiedName']}:{name}",
    }


def _write_item(books: Books, ware: _Ware) -> None:
    fields = {
        "Name": ware.name,
        "Description": f"{ware.name}, from the spring list; fitted free of charge with a service",
        "Active": True,
        "Taxable": ware.taxable,
        "UnitPrice": Decimal(ware.price),
        "Type": ware.kind,
        "IncomeAccountRef": books.ref("Account", ware.income),
        "TrackQtyOnHand": ware.kind == "Inventory",
    } | _place(books, ware.name, ware.category)
    if ware.cost != "0":
        account = "goods" if ware.kind == "Inventory" else "tools"
        fields |= {"PurchaseDesc": f"{ware.name}, trade pack", "PurchaseCost": Decimal(ware.cost)}
        fields["ExpenseAccountRef"] = books.ref("Account", account)
    if ware.kind == "Inventory":
        fields |= {
            "AssetAccountRef": books.ref("Account", "inventory"),
            "QtyOnHand": Decimal(0),
            "InvStartDate": books.date(LIST_AGE),
            "Sku": f"00{len(books.all('Item'))}-{ware.key[:3].upper()}",
            "ReorderPoint": Decimal(10),
        }
    books.add("Item", fields, at=books.moment(LIST_AGE), key=ware.key)


def _write_bundle(books: Books) -> None:
    parts = [
        {"Qty": Decimal(quantity), "ItemRef": books.ref("Item", key) | {"type": "Inventory"}}
        for key, quantity in (("tyre", 2), ("tube", 2), ("hour", 1))
    ]
    fields = {
        "Name": "Winter set",
        "Description": "Two tyres, two tubes, fitted",
        "Active": True,
        "FullyQualifiedName": "Winter set",
        "Taxable": False,
        "Type": "Group",
        "PrintGroupedItems": True,
        "ItemGroupDetail": {"ItemGroupLine": parts},
    }
    books.add("Item", fields, at=books.moment(LIST_AGE), key="winter set")


def _dress(books: Books) -> None:
    """Fill the fields that only a few items use, and retire one."""
    books.named("Item", "tourer").update(
        ManPartNum="0815-HERON",
        PurchaseTaxIncluded=False,
        SalesTaxIncluded=False,
        SalesTaxCodeRef=line_code(books, taxable=True),
        PurchaseTaxCodeRef=line_code(books, taxable=False),
        TaxClassificationRef={
            "value": books.named("TaxClassification", "Bicycles")["Id"],
            "name": "Bicycles",
        },
        ClassRef=books.ref("Class", "shop"),
        AvgCost=Decimal("815.00"),
        QtyOnPurchaseOrder=Decimal(2),
        QtyOnSalesOrder=Decimal(0),
        CustomExtensions=[],
    )
    books.named("Item", "hire").update(
        ItemCategoryType="Service", ServiceType="Hire", DeferredRevenue=False, Source="Manual"
    )
    fields = {
        "Name": "Penny farthing ride",
        "FullyQualifiedName": "Penny farthing ride",
        "Active": True,
        "Taxable": False,
        "UnitPrice": Decimal(0),
        "Type": "Service",
        "IncomeAccountRef": books.ref("Account", "hire"),
        "TrackQtyOnHand": False,
    }
    retire(books, books.add("Item", fields, at=books.moment(LIST_AGE)), age=90)
