"""Line fields that few records use, filled in on one line of each kind. None of them moves an amount."""

from decimal import Decimal

from counterfoil.sandbox.company.books import ZERO, Books, ref
from counterfoil.sandbox.company.taxes import line_code
from counterfoil.sandbox.company.wire import Record


def write_rare_lines(books: Books) -> None:
    """Fill them in, on the first line of its kind that a form of each type has."""
    _write_sale(books)
    for entity, kind, fields in _details(books):
        _first(books, entity, kind)[kind].update(fields)
    first_order = _first(books, "PurchaseOrder", "AccountBasedExpenseLineDetail")
    first_order["Received"] = Decimal(1)


def _first(books: Books, entity: str, kind: str) -> Record:
    found: Record = next(line for record in books.all(entity) for line in record["Line"] if kind in line)
    return found


def _write_sale(books: Books) -> None:
    """Fill in an invoice's line: its costs, project, own dimension, service date, mark-up and discount."""
    line = _first(books, "Invoice", "SalesItemLineDetail")
    line |= {"CostAmount": Decimal("32.62"), "HomeCostAmount": Decimal("32.62")}
    line["ProjectRef"] = {"value": books.named("Customer", "project")["Id"]}
    line["CustomExtensions"] = [
        {"ExtensionType": "DIMENSION", "AssociatedValues": [{"Key": "1000000001", "Value": "000017"}]}
    ]
    line["SalesItemLineDetail"] |= {
        "ServiceDate": books.date(46),
        "DeferredRevenue": False,
        "DiscountRate": ZERO,
        "DiscountAmt": ZERO,
        "UnitCostPrice": Decimal("0.3333333"),
        "MarkupInfo": _mark_up(books),
        "TaxClassificationRef": ref(books.named("TaxClassification", "Repair labour")),
    }


def _mark_up(books: Books) -> Record:
    return {
        "PercentBased": True,
        "Percent": Decimal("12.5"),
        "Value": Decimal("0.0000001"),
        "MarkUpIncomeAccountRef": books.ref("Account", "rebilled"),
    }


def _details(books: Books) -> list[tuple[str, str, Record]]:
    untaxed = {"TaxCodeRef": line_code(books, taxable=False)}
    rate = {"TaxRateRef": {"value": books.named("TaxRate", "zero")["Id"]}}
    day = {"ServiceDate": books.date(45)}
    classed = {"ClassRef": books.ref("Class", "odd")}
    account = {"ItemAccountRef": books.ref("Account", "tools")}
    mark_up = {"MarkupInfo": _mark_up(books)}
    gross = {"TaxInclusiveAmt": Decimal("9.99")}
    tax = {"TaxAmount": ZERO, "TaxApplicableOn": "Purchase"}
    return [
        ("Invoice", "GroupLineDetail", day),
        ("Invoice", "DiscountLineDetail", day | classed | untaxed),
        ("Invoice", "DescriptionLineDetail", day | untaxed),
        ("Bill", "AccountBasedExpenseLineDetail", gross | {"TaxAmount": ZERO}),
        ("Bill", "ItemBasedExpenseLineDetail", gross | mark_up | account),
        ("JournalEntry", "JournalEntryLineDetail", untaxed | rate | tax | gross),
        ("Deposit", "DepositLineDetail", untaxed | {"TaxApplicableOn": "Sales"}),
        ("ReimburseCharge", "ReimburseLineDetail", classed | untaxed | mark_up | account),
        ("InventoryAdjustment", "ItemAdjustmentLineDetail", classed | {"SalesPrice": Decimal("7.95")}),
    ]
