"""Purchase forms: bills, vendor credits, purchase orders, expenses, and the lines they are made of."""

from decimal import Decimal
from typing import Any

from counterfoil.sandbox.company.books import ZERO, Books, cents, currency_ref, ref
from counterfoil.sandbox.company.chart import payable_of
from counterfoil.sandbox.company.forms import exchange
from counterfoil.sandbox.company.taxes import line_code, tax_detail
from counterfoil.sandbox.company.wire import Record


def expense(books: Books, account: str, amount: Decimal, *, bill_to: Record | None = None) -> Record:
    """A line that goes straight to an account, billable to a customer when one is given."""
    detail: Record = {
        "AccountRef": books.ref("Account", account),
        "BillableStatus": "Billable" if bill_to else "NotBillable",
        "TaxCodeRef": line_code(books, taxable=False),
        "ClassRef": books.ref("Class", "service"),
    }
    if bill_to:
        detail |= {
            "CustomerRef": ref(bill_to),
            "MarkupInfo": {"PercentBased": True, "Percent": Decimal("12.5")},
        }
    return {
        "Description": f"{detail['AccountRef']['name']}, as agreed",
        "Amount": amount,
        "LinkedTxn": [],
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": detail,
        "CustomExtensions": [],
    }


def bought(books: Books, key: str, quantity: int, *, bill_to: Record | None = None) -> Record:
    """A line of an item bought at its purchase cost."""
    item = books.named("Item", key)
    detail: Record = {
        "ItemRef": ref(item),
        "UnitPrice": item["PurchaseCost"],
        "Qty": Decimal(quantity),
        "BillableStatus": "Billable" if bill_to else "NotBillable",
        "TaxCodeRef": line_code(books, taxable=False),
        "ClassRef": books.ref("Class", "shop"),
    }
    if bill_to:
        detail["CustomerRef"] = ref(bill_to)
    return {
        "Description": item["PurchaseDesc"],
        "Amount": cents(item["PurchaseCost"] * quantity),
        "LinkedTxn": [],
        "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": detail,
        "CustomExtensions": [],
    }


def taxed(books: Books, line: Record) -> Record:
    """Make a line taxable where tax is paid on purchases, which is not so in the United States."""
    if books.home.global_tax:
        line[line["DetailType"]]["TaxCodeRef"] = line_code(books, taxable=True)
    return line


def write_purchase(
    books: Books, entity: str, vendor: Record, content: list[Record], *, age: int, **fields: Any
) -> Record:
    """Write a purchase form `age` days before now; `fields` are set on top of what the vendor brings."""
    record: Record = {
        "TxnDate": books.date(age),
        "DocNumber": f"{entity[0]}{len(books.all(entity)):04d}",
        "CurrencyRef": currency_ref(books.currency_of(vendor)),
        "LinkedTxn": [],
    } | _amounts(books, content)
    if entity == "Purchase":
        record |= {"EntityRef": ref(vendor) | {"type": "Vendor"}, "RemitToAddr": vendor["BillAddr"]}
    else:
        record |= {
            "VendorRef": ref(vendor),
            "VendorAddr": vendor["BillAddr"],
            "APAccountRef": payable_of(books, vendor),
        }
    if entity in ("Bill", "VendorCredit"):
        record["Balance"] = record["TotalAmt"]
    at = books.moment(age)
    filed = books.add(entity, record | _exchange(books, entity, vendor, record) | fields, at=at)
    books.touch(vendor, at, edited=False)
    return filed


def _exchange(books: Books, entity: str, vendor: Record, record: Record) -> Record:
    """Purchases show their rate, but of home amounts only a bill's balance."""
    shown = ("ExchangeRate", "HomeBalance") if entity == "Bill" else ("ExchangeRate",)
    return {name: value for name, value in exchange(books, vendor, record).items() if name in shown}


def _amounts(books: Books, content: list[Record]) -> Record:
    net = sum((line["Amount"] for line in content), ZERO)
    numbered = [{"Id": str(number), "LineNum": number} | line for number, line in enumerate(content, start=1)]
    if not books.home.global_tax:
        return {"Line": numbered, "TotalAmt": net}
    codes = [(line[line["DetailType"]]["TaxCodeRef"]["value"], line["Amount"]) for line in content]
    tax = tax_detail(books, codes)
    return {
        "Line": numbered,
        "TxnTaxDetail": tax,
        "TotalAmt": net + tax["TotalTax"],
        "GlobalTaxCalculation": "TaxExcluded",
    }
