"""Sales forms that try a reader: every kind of line and field, nought, voids, very small and very large numbers."""

from decimal import Decimal

from counterfoil.sandbox.company import lines
from counterfoil.sandbox.company.books import ZERO, Books
from counterfoil.sandbox.company.forms import write_form
from counterfoil.sandbox.company.receipts import receive
from counterfoil.sandbox.company.text import MEMOS
from counterfoil.sandbox.company.wire import Record
from counterfoil.sandbox.ledger.rules import lines_of

LARGEST = Decimal("99999999999.99")


def write_oddities(books: Books) -> None:
    """Write one of each."""
    customer = books.named("Customer", "home 1")
    _write_every_line(books, customer)
    _write_fraction(books)
    _write_custom_fields(books, customer)
    _write_extremes(books, customer)
    _write_voids(books, customer)
    if books.home.global_tax:
        _write_inclusive(books, customer)


def _write_every_line(books: Books, customer: Record) -> None:
    """Write each kind of line on each kind of form."""
    paid = {
        "DepositToAccountRef": books.ref("Account", "checking"),
        "PaymentMethodRef": books.ref("PaymentMethod", "mastercard"),
    }
    for place, entity in enumerate(("Invoice", "SalesReceipt", "Estimate", "CreditMemo", "RefundReceipt")):
        content = [
            lines.sale(books, "tyre", 2),
            lines.remark(MEMOS[place]),
            lines.bundle(books, "winter set", 2),
            lines.discount(books, percent=Decimal("7.5")),
            lines.shipping(Decimal("9.90")),
        ]
        fields: Record = {"ApplyTaxAfterDiscount": place % 2 == 0}
        if "Re" in entity:
            fields |= paid
        if entity == "Estimate":
            fields |= {"ExpirationDate": books.date(10), "TxnStatus": "Pending"}
        write_form(books, entity, customer, content, age=50 - place, **fields)


def _write_fraction(books: Books) -> None:
    """Write an invoice for a project, over a part of an hour, less a plain amount."""
    content = [lines.sale(books, "hour", "1.5"), lines.discount(books, amount=Decimal("8.00"))]
    write_form(books, "Invoice", books.named("Customer", "project"), content, age=44)


def _write_custom_fields(books: Books, customer: Record) -> None:
    """Write the three old custom fields, one of them empty, and nine of the newer, typed ones."""
    old: list[Record] = [
        {"DefinitionId": "1", "Name": "Frame no.", "Type": "StringType", "StringValue": "007"},
        {"DefinitionId": "2", "Name": "Mechanic", "Type": "StringType"},
        {"DefinitionId": "3", "Name": 'Pickup "slot"', "Type": "StringType", "StringValue": MEMOS[3]},
    ]
    new: list[Record] = []
    for number in range(9):
        shape: Record = (
            {"Type": "NumberType", "NumberValue": Decimal("12.3456789")},
            {"Type": "DateType", "DateValue": books.date(40)},
            {"Type": "BooleanType", "BooleanValue": number % 2 == 0},
        )[number % 3]
        new.append({"DefinitionId": str(1_000_000_004 + number), "Name": f"Field {number} 🚲"} | shape)
    for entity, fields in (("Invoice", old + new), ("Estimate", old), ("CreditMemo", new)):
        extra: Record = {"ExpirationDate": books.date(0)} if entity == "Estimate" else {}
        content = [lines.sale(books, "service", 1)]
        write_form(books, entity, customer, content, age=39, CustomField=fields, **extra)


def _write_extremes(books: Books, customer: Record) -> None:
    """Write nought, prices of half a cent, seven decimals, and the largest amount, which must not post."""
    write_form(books, "Invoice", customer, [lines.sale(books, "puncture", 1, price=ZERO)], age=30)
    small = [
        lines.sale(books, "cable", 1),
        lines.sale(books, "cable", 333),
        lines.sale(books, "spoke", "36.5"),
    ]
    write_form(books, "Invoice", customer, small, age=29)
    vast = [lines.sale(books, "hour", 1, price=LARGEST)]
    write_form(books, "Estimate", customer, vast, age=28, ExpirationDate=books.date(-30), TxnStatus="Pending")


def _write_voids(books: Books, customer: Record) -> None:
    """Void an invoice, a sales receipt and a payment, as the API shows it: amounts and quantities nought."""
    invoice = write_form(books, "Invoice", customer, [lines.sale(books, "bell", 2)], age=25)
    fields = {"DepositToAccountRef": books.ref("Account", "checking")}
    receipt = write_form(books, "SalesReceipt", customer, [lines.sale(books, "oil", 3)], age=24, **fields)
    payment = receive(books, customer, [], age=23, more=Decimal("1.00"))
    for record in (invoice, receipt, payment):
        void(books, record, age=20)


def void(books: Books, record: Record, *, age: int) -> None:
    """Void a sales form or a payment."""
    for field in ("TotalAmt", "Balance", "UnappliedAmt"):
        if field in record:
            record[field] = 0
    record["PrivateNote"] = "Voided"
    record.pop("TxnTaxDetail", None)
    for line in [*record["Line"], *lines_of(record)]:
        line["Amount"] = 0
        if detail := line.get("SalesItemLineDetail"):
            detail["Qty"] = 0
    books.touch(record, books.moment(age), edited=True)


def _write_inclusive(books: Books, customer: Record) -> None:
    """Write an invoice whose prices include the tax: lines carry both the net and the gross amount."""
    content = [lines.sale(books, "lamp", 2), lines.sale(books, "hour", 1)]
    form = write_form(books, "Invoice", customer, content, age=18, GlobalTaxCalculation="TaxInclusive")
    taxed = form["Line"][0]
    share = form["TxnTaxDetail"]["TotalTax"]
    taxed["SalesItemLineDetail"]["TaxInclusiveAmt"] = taxed["Amount"] + share
    form["Line"][1]["SalesItemLineDetail"]["TaxInclusiveAmt"] = form["Line"][1]["Amount"]
