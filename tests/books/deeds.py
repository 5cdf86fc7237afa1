"""A random history of a company's books: every type of transaction is made, edited, paid, voided and deleted."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from tests.books.history import Keeper, Record

SALES = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")
BUYS = ("Bill", "Purchase", "VendorCredit")
OTHERS = ("Payment", "BillPayment", "JournalEntry", "Deposit", "Transfer", "CreditCardPayment", "TaxPayment")
POSTING = (*SALES, *BUYS, *OTHERS)
NAMES = ("Customer", "Vendor", "Item", "Class", "Account", "Department")
MERGED = ("Customer", "Vendor")
MADE_ALIKE = (*SALES, *BUYS, "JournalEntry", "Deposit", "Transfer", "CreditCardPayment")
WORKED_OUT = ("Id", "MetaData", "SyncToken", "LinkedTxn", "Balance", "HomeBalance", "RemainingCredit")
CENT = Decimal("0.01")


def live(keeper: Keeper, deeds: int) -> Counter[str]:
    """So many deeds, by chance; how many of each were really done."""
    done: Counter[str] = Counter()
    for _ in range(deeds):
        name = keeper.chance.choice(list(DEEDS))
        done[name] += DEEDS[name](keeper)
    return done


def another_day(keeper: Keeper) -> bool:
    """A date within three years: months move, and fiscal years."""
    if (found := keeper.some(POSTING)) is None:
        return False
    day = "PaymentDate" if found[0] == "TaxPayment" else "TxnDate"
    keeper.clerk.change(*found, {day: str(keeper.day())})
    return True


def another_amount(keeper: Keeper) -> bool:
    """One line more or less; both sides of a journal entry."""
    if (found := keeper.some((*SALES, *BUYS, "Deposit", "JournalEntry"))) is None:
        return False
    lines = _own_lines(keeper.clerk.get(*found))
    whole = [
        line for line in lines if Decimal(str(line.get("Amount") or 0)) > 0 and "GroupLineDetail" not in line
    ]
    if not whole or (found[0] == "JournalEntry" and len(whole) != 2):
        return False
    more = keeper.money()
    for line in whole if found[0] == "JournalEntry" else [keeper.chance.choice(whole)]:
        if not line.get("LinkedTxn"):
            line["Amount"] = Decimal(str(line["Amount"])) + more
    keeper.clerk.change(*found, {"Line": lines})
    return True


def another_account(keeper: Keeper) -> bool:
    """A line, or the money, goes to another account of the same type."""
    if (found := keeper.some((*BUYS, "JournalEntry", "Deposit", "SalesReceipt", "Payment"))) is None:
        return False
    record = keeper.clerk.get(*found)
    lines = _own_lines(record)
    changed: Record = {"Line": lines}
    if found[0] in ("SalesReceipt", "Payment"):
        changed = {"DepositToAccountRef": keeper.account(("Bank",))}
    for line in lines:
        for detail in ("AccountBasedExpenseLineDetail", "JournalEntryLineDetail", "DepositLineDetail"):
            if keeper.is_plain((line.get(detail) or {}).get("AccountRef")):
                line[detail]["AccountRef"] = keeper.account(("Expense", "Other Expense", "Income"))
    keeper.clerk.change(*found, changed)
    return True


def another_rate(keeper: Keeper) -> bool:
    """A rate of exchange is put right, on a document that may be paid already."""
    found = keeper.some(POSTING, lambda record: Decimal(str(record.get("ExchangeRate") or 1)) != 1)
    if found is None:
        return False
    rate = Decimal(str(keeper.clerk.get(*found)["ExchangeRate"]))
    new = (rate * Decimal(keeper.chance.randrange(90, 110)) / 100).quantize(Decimal("0.000001"))
    keeper.clerk.change(*found, {"ExchangeRate": new})
    return True


def fewer_lines(keeper: Keeper) -> bool:
    """A document loses a line."""
    if (found := keeper.some((*SALES, *BUYS))) is None:
        return False
    lines = _own_lines(keeper.clerk.get(*found))
    if len(lines) > 1:
        del lines[keeper.chance.randrange(len(lines))]
    keeper.clerk.change(*found, {"Line": lines})
    return True


def void(keeper: Keeper) -> bool:
    """Noughts are left."""
    if (found := keeper.some(POSTING)) is None:
        return False
    keeper.clerk.void(*found)
    return True


def delete(keeper: Keeper) -> bool:
    """Nothing is left, and what it paid is open again."""
    if (found := keeper.some(POSTING)) is None:
        return False
    keeper.clerk.delete(*found)
    return True


def alike(keeper: Keeper) -> bool:
    """A new record like one that is there, on another day."""
    if (found := keeper.some(MADE_ALIKE)) is None:
        return False
    like = {name: value for name, value in keeper.clerk.get(*found).items() if name not in WORKED_OUT}
    if found[0] == "Deposit" and any(line.get("LinkedTxn") for line in like["Line"]):
        return False
    keeper.clerk.create(found[0], like | {"TxnDate": str(keeper.day())})
    return True


def receive(keeper: Keeper) -> bool:
    """A customer pays an invoice: all, a part, too much, with a credit memo, at another rate."""
    found = keeper.some(("Invoice",), _is_open)
    if found is None:
        return False
    owed = keeper.clerk.get(*found)
    open_ = Decimal(str(owed["Balance"]))
    paid = keeper.chance.choice([open_, (open_ / 3).quantize(CENT)])
    lines = [_pays("Invoice", owed["Id"], paid)]
    taken = Decimal(0)
    credit = keeper.some(
        ("CreditMemo",),
        lambda one: _is_open(one) and _same(one, owed, "CustomerRef") and _same(one, owed, "CurrencyRef"),
    )
    if credit is not None:
        taken = min(Decimal(str(keeper.clerk.get(*credit)["Balance"])), paid)
        lines.append(_pays("CreditMemo", credit[1], taken))
    total = paid - taken + keeper.chance.choice([Decimal(0), Decimal(0), Decimal("12.34")])
    keeper.clerk.create("Payment", keeper.paying(owed, "CustomerRef") | {"TotalAmt": total, "Line": lines})
    return True


def pay(keeper: Keeper) -> bool:
    """A bill is paid by check or card, wholly or in part, with a vendor credit if there is one."""
    found = keeper.some(("Bill",), _is_open)
    if found is None:
        return False
    owed = keeper.clerk.get(*found)
    open_ = Decimal(str(owed["Balance"]))
    paid = keeper.chance.choice([open_, (open_ / 2).quantize(CENT)])
    lines, taken = [_pays("Bill", owed["Id"], paid)], Decimal(0)
    credit = keeper.some(
        ("VendorCredit",),
        lambda one: _is_open(one) and _same(one, owed, "VendorRef") and _same(one, owed, "CurrencyRef"),
    )
    if credit is not None:
        taken = min(Decimal(str(keeper.clerk.get(*credit)["Balance"])), paid)
        lines.append(_pays("VendorCredit", credit[1], taken))
    way = keeper.chance.choice(
        [
            {"PayType": "Check", "CheckPayment": {"BankAccountRef": keeper.account(("Bank",))}},
            {
                "PayType": "CreditCard",
                "CreditCardPayment": {"CCAccountRef": keeper.account(("Credit Card",))},
            },
        ]
    )
    told = keeper.paying(owed, "VendorRef") | way | {"TotalAmt": paid - taken, "Line": lines}
    keeper.clerk.create("BillPayment", told)
    return True


def prepay(keeper: Keeper) -> bool:
    """A customer pays before there is anything to pay."""
    if (found := keeper.some(("Customer",))) is None:
        return False
    paid = {"TotalAmt": keeper.money(), "TxnDate": str(keeper.day()), "Line": []}
    keeper.clerk.create("Payment", {"CustomerRef": {"value": found[1]}} | paid)
    return True


def rename(keeper: Keeper) -> bool:
    """A name becomes another."""
    if (found := keeper.some(NAMES)) is None:
        return False
    keeper.clerk.rename(*found, f"Renamed {next(keeper.fresh)} ' \" \u202e")
    return True


def hide(keeper: Keeper) -> bool:
    """A name is made inactive, or active again."""
    if (found := keeper.some(NAMES)) is None:
        return False
    keeper.clerk.change(*found, {"Active": not keeper.clerk.get(*found).get("Active", True)})
    return True


def merge(keeper: Keeper) -> bool:
    """Two names of one currency become one."""
    if (loser := keeper.some(MERGED)) is None:
        return False
    old = keeper.clerk.get(*loser)
    winner = keeper.some((loser[0],), lambda one: one["Id"] != loser[1] and _same(one, old, "CurrencyRef"))
    if winner is None:
        return False
    keeper.clerk.merge(loser[0], loser[1], winner[1])
    return True


def another_price(keeper: Keeper) -> bool:
    """What an item costs: all of its stock moves at it."""
    found = keeper.some(("Item",), lambda one: "PurchaseCost" in one)
    if found is None:
        return False
    keeper.clerk.change(*found, {"PurchaseCost": keeper.money()})
    return True


def _own_lines(record: Record) -> list[Record]:
    return [line for line in record.get("Line") or () if line.get("DetailType") != "SubTotalLineDetail"]


def _is_open(record: Record) -> bool:
    return Decimal(str(record.get("Balance") or 0)) > 0


def _same(one: Record, other: Record, field_: str) -> bool:
    return bool((one.get(field_) or {}).get("value") == (other.get(field_) or {}).get("value"))


def _pays(entity: str, id_: str, by: Decimal) -> Record:
    return {"Amount": by, "LinkedTxn": [{"TxnId": id_, "TxnType": entity}]}


DEEDS: dict[str, Callable[[Keeper], bool]] = {
    deed.__name__: deed
    for deed in (
        another_day, another_amount, another_account, another_rate, fewer_lines,
        void, delete, alike, receive, receive, pay, prepay,
        rename, hide, merge, another_price,
    )
}  # fmt: skip
