"""What was bought: orders, bills and how they were paid, vendor credits, expenses, rebilled charges."""

from decimal import Decimal
from typing import Final

from counterfoil.sandbox.company.books import ZERO, Books, cents, currency_ref, ref
from counterfoil.sandbox.company.buying import bought, expense, taxed, write_purchase
from counterfoil.sandbox.company.chart import payable_of
from counterfoil.sandbox.company.forms import settle
from counterfoil.sandbox.company.oddities import LARGEST
from counterfoil.sandbox.company.receipts import link, name_value
from counterfoil.sandbox.company.text import MEMOS
from counterfoil.sandbox.company.wire import Record

_SPENT_ON: Final = ("rent", "power", "telephone", "insurance", "adverts", "tools", "meals", "freight")
_STOCK: Final = ("tyre", "tube", "chain", "lamp", "bell", "tourer", "town bike")


def write_purchases(books: Books) -> None:
    """Write the whole buying side."""
    vendors = [vendor for vendor in books.all("Vendor") if vendor["Active"]]
    _write_bills(books, vendors)
    _write_orders(books, vendors)
    _write_credits(books, vendors)
    _write_expenses(books, vendors)
    _write_charges(books)


def _is_home(books: Books, name: Record) -> bool:
    return bool(name["CurrencyRef"]["value"] == books.home.currency.code)


def _write_bills(books: Books, vendors: list[Record]) -> None:
    """Write four bills a vendor: paid by cheque, by card, in part, and never."""
    rider = books.named("Customer", "home 2")
    for number, vendor in enumerate(vendors * 4):
        age = 980 - number * 18
        line = expense(books, _SPENT_ON[number % 8], Decimal(40 + number * 3) + Decimal("0.37"))
        content = [taxed(books, line), expense(books, "tools", Decimal("9.99"), bill_to=rider)]
        if _is_home(books, vendor):
            content.append(
                bought(books, _STOCK[number % 7], 5 + number % 4, bill_to=rider if number % 5 == 0 else None)
            )
        fields: Record = {
            "DueDate": books.date(age - 30),
            "SalesTermRef": vendor["TermRef"],
            "PrivateNote": MEMOS[number % len(MEMOS)],
            "DepartmentRef": books.ref("Department", "main"),
        }
        bill = write_purchase(books, "Bill", vendor, content, age=age, **fields)
        if number % 4 != 3:
            share = bill["TotalAmt"] if number % 4 != 2 else cents(bill["TotalAmt"] / 3)
            pay(books, vendor, [(bill, share)], age=age - 6, by_card=number % 4 == 1)


def pay(
    books: Books, vendor: Record, paid: list[tuple[Record, Decimal]], *, age: int, by_card: bool
) -> Record:
    """Pay (bill, amount) pairs; the bill links the payment under the name of its kind, not as BillPayment."""
    at = books.moment(age)
    kind = "CreditCard" if by_card else "Check"
    fields: Record = {
        "VendorRef": ref(vendor),
        "APAccountRef": payable_of(books, vendor),
        "PayType": kind,
        "TotalAmt": sum((amount for _, amount in paid), ZERO),
        "DocNumber": str(len(books.all("BillPayment")) + 1),
        "TxnDate": books.date(age),
        "CurrencyRef": currency_ref(books.currency_of(vendor)),
        "PrivateNote": "Paid in the Friday run",
        "DepartmentRef": books.ref("Department", "main"),
        "Line": [
            {"Amount": part, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]} for bill, part in paid
        ],
    } | _means(books, vendor, by_card=by_card)
    if "ExchangeRate" in paid[0][0]:
        fields["ExchangeRate"] = paid[0][0]["ExchangeRate"]
    payment = books.add("BillPayment", fields, at=at)
    for bill, amount in paid:
        settle(bill, amount)
        link(books, bill, payment, f"BillPayment{kind}", at)
    books.touch(vendor, at, edited=False)
    return payment


def _means(books: Books, vendor: Record, *, by_card: bool) -> Record:
    if by_card:
        return {"CreditCardPayment": {"CCAccountRef": books.ref("Account", "card")}}
    detail = {"CheckNum": "000117", "Status": "Cleared", "BankName": "First Spoke Bank"}
    return {
        "CheckPayment": {
            "BankAccountRef": books.ref("Account", "checking"),
            "PrintStatus": "NeedToPrint",
            "CheckDetail": detail,
            "PayeeAddr": vendor["BillAddr"],
        }
    }


def _write_orders(books: Books, vendors: list[Record]) -> None:
    """Write purchase orders; every other one became a bill, and one is for the largest amount there is."""
    rider = books.named("Customer", "home 3")
    for number, vendor in enumerate(vendors * 2):
        age = 400 - number * 15
        content = [expense(books, "freight", Decimal("30.00"))]
        if _is_home(books, vendor):
            content.append(bought(books, _STOCK[number % 7], 4, bill_to=rider))
        order = write_purchase(books, "PurchaseOrder", vendor, content, age=age, **_order_fields(books, age))
        if number % 2 == 0:
            back = {"TxnId": order["Id"], "TxnType": "PurchaseOrder"}
            received = [line | {"LinkedTxn": [back]} for line in content]
            bill = write_purchase(books, "Bill", vendor, received, age=age - 7, LinkedTxn=[back])
            order["POStatus"] = "Closed"
            link(books, order, bill, "Bill", books.created(bill))
    vast = [expense(books, "tools", LARGEST)]
    write_purchase(books, "PurchaseOrder", vendors[0], vast, age=33, **_order_fields(books, 33))


def _order_fields(books: Books, age: int) -> Record:
    return {
        "POStatus": "Open",
        "EmailStatus": "NotSet",
        "PrintStatus": "PrintComplete",
        "POEmail": {"Address": "orders@example.com"},
        "ShipAddr": {"Id": "951", "Line1": "Hollow Lane", "Line2": f"{books.home.city}", "Lat": "INVALID"},
        "ShipTo": books.ref("Customer", "home 3"),
        "ShipMethodRef": {"value": "Barge", "name": "Barge"},
        "DueDate": books.date(age - 20),
        "ExpectedDate": books.date(age - 14),
        "ClassRef": books.ref("Class", "wholesale"),
        "SalesTermRef": books.ref("Term", "early"),
        "FOB": "Quay",
        "Memo": 'For the "spring" window',
        "CustomField": [{"DefinitionId": "1", "Name": "Crew", "Type": "StringType", "StringValue": "0042"}],
    }


def _write_credits(books: Books, vendors: list[Record]) -> None:
    for number, vendor in enumerate(vendors):
        content = [taxed(books, expense(books, _SPENT_ON[number % 8], Decimal("11.11")))]
        if _is_home(books, vendor):
            content.append(bought(books, "chain", 1))
        note = MEMOS[(number + 4) % len(MEMOS)]
        write_purchase(books, "VendorCredit", vendor, content, age=210 - number * 3, PrivateNote=note)


def _write_expenses(books: Books, vendors: list[Record]) -> None:
    """Write cash, cheque and card purchases, refunds on a card, and one that was voided."""
    for number in range(36):
        vendor = vendors[number % len(vendors)]
        kind, account, code = (
            ("Cash", "petty cash", "54"),
            ("Check", "checking", "3"),
            ("CreditCard", "card", "54"),
        )[number % 3]
        content = [taxed(books, expense(books, _SPENT_ON[number % 8], Decimal(5 * number) + Decimal("4.5")))]
        if number % 4 == 0 and _is_home(books, vendor):
            content.append(bought(books, "bell", 2, bill_to=books.named("Customer", "home 4")))
        fields: Record = {
            "AccountRef": books.ref("Account", account),
            "PaymentType": kind,
            "PaymentMethodRef": books.ref("PaymentMethod", "cash"),
            "PaymentRefNum": f"0{number}",
            "PrintStatus": "NotSet",
            "DepartmentRef": books.ref("Department", "van"),
            "PurchaseEx": {"any": [name_value("TxnType", code)]},
        }
        if kind == "CreditCard":
            fields["Credit"] = number % 9 == 2
        purchase = write_purchase(books, "Purchase", vendor, content, age=360 - 9 * number, **fields)
        if number == 34:
            _void(books, purchase, age=40)


def _void(books: Books, purchase: Record, *, age: int) -> None:
    purchase["TotalAmt"] = 0
    purchase["PrivateNote"] = "Voided - ordered twice"
    purchase.pop("TxnTaxDetail", None)
    for line in purchase["Line"]:
        line["Amount"] = 0
        if detail := line.get("ItemBasedExpenseLineDetail"):
            detail["Qty"] = 0
    books.touch(purchase, books.moment(age), edited=True)


def _write_charges(books: Books) -> None:
    """Write charges that wait to be billed on; they do not post."""
    rider = books.named("Customer", "home 2")
    for number in range(4):
        amount = Decimal("9.99") + number
        detail = {"ItemRef": books.ref("Item", "hour"), "UnitPrice": amount, "Qty": Decimal(1)}
        fields = {
            "CustomerRef": ref(rider),
            "TxnDate": books.date(70 - number),
            "CurrencyRef": currency_ref(books.home.currency),
            "Amount": amount,
            "HasBeenInvoiced": number == 0,
            "PrivateNote": MEMOS[number],
            "LinkedTxn": [],
            "Line": [
                {
                    "Id": "1",
                    "LineNum": 1,
                    "Description": "Tools, passed on",
                    "Amount": amount,
                    "DetailType": "ReimburseLineDetail",
                    "ReimburseLineDetail": detail,
                }
            ],
        }
        books.add("ReimburseCharge", fields, at=books.moment(70 - number))
