"""Money that comes in: payments, credits set against invoices, deposits at the bank."""

from decimal import Decimal

from counterfoil.sandbox.company.books import ZERO, Books, currency_ref, ref
from counterfoil.sandbox.company.forms import exchange, settle
from counterfoil.sandbox.company.wire import Record


def receive(
    books: Books, customer: Record, paid: list[tuple[Record, Decimal]], *, age: int, more: Decimal = ZERO
) -> Record:
    """Receive a payment for (invoice, amount) pairs into undeposited funds; `more` stays unapplied."""
    total = sum((amount for _, amount in paid), more)
    links = [("Invoice", invoice, amount) for invoice, amount in paid]
    return _write_payment(books, customer, links, total=total, unapplied=more, age=age)


def set_off(books: Books, customer: Record, invoice: Record, credit: Record, *, age: int) -> Record:
    """Set a credit memo against an invoice: QuickBooks writes a payment of nought that links both."""
    amount = min(invoice["Balance"], credit["Balance"])
    links = [("Invoice", invoice, amount), ("CreditMemo", credit, amount)]
    payment = _write_payment(books, customer, links, total=ZERO, unapplied=ZERO, age=age)
    payment["PrivateNote"] = "Created by the books to link credits to charges."
    return payment


def _write_payment(
    books: Books,
    customer: Record,
    links: list[tuple[str, Record, Decimal]],
    *,
    total: Decimal,
    unapplied: Decimal,
    age: int,
) -> Record:
    at = books.moment(age)
    fields = {
        "CustomerRef": ref(customer),
        "CurrencyRef": currency_ref(books.currency_of(customer)),
        "TotalAmt": total,
        "UnappliedAmt": unapplied,
        "ProcessPayment": False,
        "TxnDate": books.date(age),
        "PaymentMethodRef": books.ref("PaymentMethod", "cheque"),
        "PaymentRefNum": f"00{age}",
        "LinkedTxn": [],
        "Line": [_payment_line(kind, form, amount) for kind, form, amount in links],
    }
    payment = books.add("Payment", fields, at=at)
    foreign = exchange(books, customer, payment)
    if foreign:
        payment["ExchangeRate"] = foreign["ExchangeRate"]
    for _, form, amount in links:
        settle(form, amount)
        link(books, form, payment, "Payment", at)
    books.touch(customer, at, edited=False)
    return payment


def _payment_line(kind: str, form: Record, amount: Decimal) -> Record:
    return {
        "Amount": amount,
        "LinkedTxn": [{"TxnId": form["Id"], "TxnType": kind}],
        "LineEx": {
            "any": [
                name_value("txnId", form["Id"]),
                name_value("txnOpenBalance", str(form["Balance"])),
                name_value("txnReferenceNumber", form["DocNumber"]),
            ]
        },
    }


def name_value(name: str, value: str) -> Record:
    """Give a name and a value the way QuickBooks lets its Java types show through."""
    return {
        "name": "{http://schema.intuit.com/finance/v3}NameValue",
        "declaredType": "com.intuit.schema.finance.v3.NameValue",
        "scope": "javax.xml.bind.JAXBElement$GlobalScope",
        "value": {"Name": name, "Value": value},
        "nil": False,
        "globalScope": True,
        "typeSubstituted": False,
    }


def link(books: Books, record: Record, other: Record, kind: str, at: int) -> None:
    """Note on a record that another transaction, of this type in links, touched it: a new version."""
    record.setdefault("LinkedTxn", []).append({"TxnId": other["Id"], "TxnType": kind})
    books.touch(record, at, edited=True)


def bank(
    books: Books, received: list[tuple[str, Record]], direct: list[Record], *, age: int, back: Decimal = ZERO
) -> Record:
    """Take (type, payment or receipt) to the bank, with direct lines, less the cash taken back."""
    at = books.moment(age)
    content = [_banked_line(kind, record) for kind, record in received] + direct
    fields = {
        "DepositToAccountRef": books.ref("Account", "checking"),
        "TotalAmt": sum((line["Amount"] for line in content), ZERO) - back,
        "TxnDate": books.date(age),
        "CurrencyRef": currency_ref(books.home.currency),
        "Line": content,
        "TxnTaxDetail": {},
        "DepartmentRef": books.ref("Department", "main"),
    }
    if back:
        memo = "Float for the till"
        fields["CashBack"] = {"AccountRef": books.ref("Account", "petty cash"), "Amount": back, "Memo": memo}
    deposit = books.add("Deposit", fields, at=at)
    for _, record in received:
        link(books, record, deposit, "Deposit", at)
    return deposit


def _banked_line(kind: str, record: Record) -> Record:
    line: Record = {
        "Amount": record["TotalAmt"],
        "LinkedTxn": [{"TxnId": record["Id"], "TxnType": kind, "TxnLineId": "0"}],
    }
    if kind == "SalesReceipt":
        line["DepositLineDetail"] = {"PaymentMethodRef": record["PaymentMethodRef"]}
    return line


def direct_line(
    books: Books, number: int, account: str, amount: Decimal, entity: Record | None = None
) -> Record:
    """Give a deposit's line that posts straight to an account."""
    detail: Record = {
        "AccountRef": books.ref("Account", account),
        "PaymentMethodRef": books.ref("PaymentMethod", "cash"),
        "ClassRef": books.ref("Class", "retail"),
        "CheckNum": f"00{number}",
        "TxnType": "Deposit",
    }
    if entity is not None:
        detail["Entity"] = ref(entity) | {"type": "CUSTOMER"}
    return {
        "Id": str(number),
        "LineNum": number,
        "Description": "Cash from the hire desk",
        "Amount": amount,
        "DetailType": "DepositLineDetail",
        "DepositLineDetail": detail,
        "CustomExtensions": [],
    }
