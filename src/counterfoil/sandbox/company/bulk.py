"""The bulk run's part of the books: its plan, and what it adds to balances and stock."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from counterfoil.sandbox.company import lines
from counterfoil.sandbox.company.books import ZERO, Books, currency_ref, ref
from counterfoil.sandbox.company.items import SERIES_ITEMS
from counterfoil.sandbox.company.series import LineSet, Payer, Plan
from counterfoil.sandbox.company.taxes import tax_detail
from counterfoil.sandbox.company.wire import Record, encode

_MOST_LINES = 9
_SETS_PER_LENGTH = 64


@dataclass
class BulkTally:
    """How often each line set was sold and paid, and what each payer still owes; times in epoch seconds."""

    sold: Counter[int] = field(default_factory=Counter)
    paid: Counter[int] = field(default_factory=Counter)
    owed: dict[str, Decimal] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Bulk:
    """The plan of the series and the forms that its line sets stand for."""

    plan: Plan
    forms: tuple[Record, ...]

    def invoices(self) -> Iterator[tuple[int, Record]]:
        """Give each line set's place and an invoice made of it, fit for the posting rules."""
        return enumerate(self.forms)


def make_bulk(books: Books, *, seed: int, count: int) -> Bulk:
    """Prepare the series from the lists that stand in the books."""
    customers = [c for c in books.all("Customer") if _buys(books, c)]
    forms = tuple(_form(books, customers[0], number) for number in range(_MOST_LINES * _SETS_PER_LENGTH))
    plan = Plan(
        seed=seed,
        count=count,
        now=books.now,
        payers=tuple(_payer(books, customer) for customer in customers),
        line_sets=tuple(_line_set(form) for form in forms),
    )
    return Bulk(plan, forms)


def tally(plan: Plan) -> BulkTally:
    """Add up the whole run by one pass over its places."""
    result = BulkTally()
    payments = plan.payments()
    open_sets: Counter[tuple[int, int]] = Counter()
    last: dict[int, int] = {}
    for place in range(plan.count):
        payer, chosen = choice = plan.choice(place)
        last[payer] = place
        result.sold[chosen] += 1
        if place % 3 or place // 3 >= payments:
            open_sets[choice] += 1
        else:
            result.paid[chosen] += 1
    for (payer, chosen), times in open_sets.items():
        name = plan.payers[payer].record_id
        result.owed[name] = result.owed.get(name, ZERO) + times * plan.line_sets[chosen].total
    result.last = {plan.payers[payer].record_id: plan.created(place) for payer, place in last.items()}
    return result


def _buys(books: Books, customer: Record) -> bool:
    home = customer["CurrencyRef"]["value"] == books.home.currency.code
    return home and customer["Active"] and not customer["Job"]


def _form(books: Books, customer: Record, number: int) -> Record:
    """Make the `number`-th set: its length goes round from one to nine, its items round the list."""
    length, start = number % _MOST_LINES + 1, number // _MOST_LINES
    sold = [
        lines.sale(
            books, SERIES_ITEMS[(start * 5 + step * 3) % len(SERIES_ITEMS)], 1 + (start + step * step) % 6
        )
        for step in range(length)
    ]
    net = sum((line["Amount"] for line in sold), ZERO)
    details = [(line["SalesItemLineDetail"]["TaxCodeRef"]["value"], line["Amount"]) for line in sold]
    tax = tax_detail(books, details)
    return {
        "CustomerRef": ref(customer),
        "Line": lines.numbered([*sold, lines.subtotal(net)]),
        "TxnTaxDetail": tax,
        "TotalAmt": net + tax["TotalTax"],
    }


def _line_set(form: Record) -> LineSet:
    body = encode({"Line": form["Line"], "TxnTaxDetail": form["TxnTaxDetail"]})[1:-1]
    return LineSet(body, form["TotalAmt"])


def _payer(books: Books, customer: Record) -> Payer:
    shared: Record = {"CustomerRef": ref(customer), "CurrencyRef": currency_ref(books.home.currency)}
    on_invoice = shared | _header(books, customer)
    on_payment = shared | {
        "DepositToAccountRef": books.ref("Account", "checking"),
        "PaymentMethodRef": books.ref("PaymentMethod", "transfer"),
        "PrivateNote": "Paid in one go",
        "LinkedTxn": [],
    }
    return Payer(customer["Id"], encode(on_invoice)[1:-1], encode(on_payment)[1:-1])


def _header(books: Books, customer: Record) -> Record:
    fields: Record = {
        "BillAddr": customer["BillAddr"],
        "ShipAddr": customer["ShipAddr"],
        "FreeFormAddress": True,
        "BillEmail": customer["PrimaryEmailAddr"],
        "CustomerMemo": {
            "value": "Thank you for riding with us. Bring the bicycle back after 300 km for a free check."
        },
        "PrivateNote": f"Standing order of {customer['DisplayName']}",
        "SalesTermRef": books.ref("Term", "net 30"),
        "ClassRef": books.ref("Class", "web"),
        "DepartmentRef": books.ref("Department", "main"),
        "CustomField": _custom_fields(customer),
        "ShipFromAddr": {
            "Id": "950",
            "Line1": "1 Hollow Lane",
            "Line2": f"{books.home.city} {books.home.post_code}",
        },
        "ShipMethodRef": {"value": "Cargo bike", "name": "Cargo bike"},
        "TrackingNum": f"HL-000-{customer['Id']}",
        "BillEmailCc": {"Address": "archive@example.com"},
        "PrintStatus": "NotSet",
        "EmailStatus": "EmailSent",
        "DeliveryInfo": {"DeliveryType": "Email"},
        "ApplyTaxAfterDiscount": False,
    }
    switches = ("IPNPayment", "OnlinePayment", "OnlineCreditCardPayment", "OnlineACHPayment")
    fields |= {f"Allow{name}": False for name in switches}
    if books.home.global_tax:
        fields["GlobalTaxCalculation"] = "TaxExcluded"
    return fields


def _custom_fields(customer: Record) -> list[Record]:
    return [
        {
            "DefinitionId": "1",
            "Name": "Frame no.",
            "Type": "StringType",
            "StringValue": f"00{customer['Id']}-X",
        },
        {"DefinitionId": "2", "Name": "Mechanic", "Type": "StringType"},
        {"DefinitionId": "3", "Name": "Pickup", "Type": "StringType", "StringValue": "Saturday"},
        {
            "DefinitionId": "1000000004",
            "Name": "Saddle height",
            "Type": "NumberType",
            "NumberValue": Decimal("71.5"),
        },
        {"DefinitionId": "1000000006", "Name": "Keep old parts", "Type": "BooleanType", "BooleanValue": True},
    ]
