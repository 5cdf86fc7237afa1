"""What was sold: estimates, invoices, sales receipts, credit memos, refunds, and how they were paid."""

from decimal import Decimal
from typing import Final

from counterfoil.sandbox.company import lines
from counterfoil.sandbox.company.books import Books, cents, ref
from counterfoil.sandbox.company.forms import write_form
from counterfoil.sandbox.company.oddities import write_oddities
from counterfoil.sandbox.company.receipts import bank, direct_line, receive, set_off
from counterfoil.sandbox.company.text import MEMOS
from counterfoil.sandbox.company.wire import Record

_WARES: Final = (
    "tyre",
    "tube",
    "chain",
    "lamp",
    "bell",
    "service",
    "puncture",
    "wheel",
    "hour",
    "hire",
    "oil",
)


def write_sales(books: Books) -> None:
    """Write the whole selling side, oldest first as far as one thing leads to another."""
    customers = [customer for customer in books.all("Customer") if customer["Active"]]
    _write_invoices(books, customers)
    _write_estimates(books, customers)
    _write_receipts(books, customers)
    _write_credits(books, customers)
    _bank_the_rest(books)
    write_oddities(books)


def _goods(books: Books, customer: Record, number: int) -> list[Record]:
    """Give one to six lines, priced in the customer's currency."""
    rate = books.home.rate(books.currency_of(customer))
    content = []
    for step in range(number % 6 + 1):
        key = _WARES[(number + step * 5) % len(_WARES)]
        price = books.named("Item", key)["UnitPrice"]
        quantity = books.rng.randrange(1, 5)
        content.append(lines.sale(books, key, quantity, price=None if rate == 1 else cents(price / rate)))
    return content


def _write_invoices(books: Books, customers: list[Record]) -> None:
    """Write two invoices a customer; pay the first in full, or in part, with more than was due, or never."""
    for number, customer in enumerate(customers * 2):
        age = 1_000 - number * 12
        fields = {"CustomerMemo": {"value": "Ride well!"}, "PrivateNote": MEMOS[number % len(MEMOS)]}
        invoice = write_form(books, "Invoice", customer, _goods(books, customer, number), age=age, **fields)
        total = invoice["TotalAmt"]
        match number % 4:
            case 0:
                receive(books, customer, [(invoice, total)], age=age - 9)
            case 1:
                receive(books, customer, [(invoice, cents(total / 3))], age=age - 5)
                receive(books, customer, [(invoice, cents(total / 3))], age=age - 8)
            case 2:
                receive(books, customer, [(invoice, total)], age=age - 2, more=Decimal("12.50"))


def _write_estimates(books: Books, customers: list[Record]) -> None:
    """Write estimates; half became invoices, of which half were paid and banked."""
    for number, customer in enumerate(customers[2::3]):
        age = 600 - number * 20
        content = _goods(books, customer, number + 3)
        status = ("Closed", "Pending", "Accepted", "Rejected")[number % 4]
        fields: Record = {
            "TxnStatus": status,
            "ExpirationDate": books.date(age - 60),
            "EmailStatus": "EmailSent",
        }
        if status in ("Closed", "Accepted"):
            fields |= {"AcceptedBy": customer["GivenName"], "AcceptedDate": books.date(age - 2)}
        estimate = write_form(books, "Estimate", customer, content, age=age, **fields)
        if status == "Closed":
            _invoice_estimate(books, customer, estimate, number + 3, age - 4)


def _invoice_estimate(books: Books, customer: Record, estimate: Record, number: int, age: int) -> None:
    back = {"TxnId": estimate["Id"], "TxnType": "Estimate"}
    content = [line | {"LinkedTxn": [back]} for line in _goods(books, customer, number)]
    invoice = write_form(books, "Invoice", customer, content, age=age, LinkedTxn=[back])
    at = books.created(invoice)
    # Measured: the estimate's time moves with the invoice made of it, its version does not.
    estimate["LinkedTxn"].append({"TxnId": invoice["Id"], "TxnType": "Invoice"})
    books.touch(estimate, at, edited=False)
    payment = receive(books, customer, [(invoice, invoice["TotalAmt"])], age=age - 12)
    direct = direct_line(books, 1, "hire", Decimal("44.00"), customer)
    bank(books, [("Payment", payment)], [direct], age=age - 13, back=Decimal("20.00"))


def _write_receipts(books: Books, customers: list[Record]) -> None:
    """Write sales paid on the spot, and refunds of some."""
    for number, customer in enumerate(customers[1::2]):
        at_home = customer["CurrencyRef"]["value"] == books.home.currency.code
        fields = {
            "DepositToAccountRef": books.ref(
                "Account", "undeposited" if number % 2 and at_home else "checking"
            ),
            "PaymentMethodRef": books.ref("PaymentMethod", ("cash", "visa", "cheque")[number % 3]),
            "PaymentRefNum": f"000{number}",
            "DepartmentRef": books.ref("Department", "harbour"),
        }
        content = _goods(books, customer, number)
        write_form(books, "SalesReceipt", customer, content, age=500 - 7 * number, **fields)
        if number % 3 == 0:
            refund = _goods(books, customer, 0)
            write_form(books, "RefundReceipt", customer, refund, age=495 - 7 * number, **fields)


def _write_credits(books: Books, customers: list[Record]) -> None:
    """Write credit memos; every other one is set against an open invoice of its customer."""
    for number, customer in enumerate(customers[::3]):
        age = 300 - number * 6
        fields = {"CustomerMemo": {"value": "Sorry for the wait."}, "ClassRef": books.ref("Class", "returns")}
        credit = write_form(books, "CreditMemo", customer, _goods(books, customer, 1), age=age, **fields)
        theirs = [i for i in books.all("Invoice") if i["CustomerRef"] == ref(customer) and i["Balance"] > 0]
        if number % 2 and theirs:
            set_off(books, customer, theirs[0], credit, age=age - 3)
            credit["InvoiceRef"] = {"value": theirs[0]["Id"]}


def _bank_the_rest(books: Books) -> None:
    """Bank most payments and receipts that lie in undeposited funds, some with interest or cash back."""
    home = books.home.currency.code
    lying = [("Payment", p) for p in books.all("Payment") if not p["LinkedTxn"] and p["TotalAmt"]]
    undeposited = books.ref("Account", "undeposited")
    lying += [
        ("SalesReceipt", r) for r in books.all("SalesReceipt") if r["DepositToAccountRef"] == undeposited
    ]
    lying = [(kind, record) for kind, record in lying if record["CurrencyRef"]["value"] == home]
    for start in range(0, len(lying) - 6, 4):
        direct = [direct_line(books, 1, "interest", Decimal("0.07"))] if start % 8 else []
        bank(books, lying[start : start + 4], direct, age=170 - start, back=Decimal(start))
