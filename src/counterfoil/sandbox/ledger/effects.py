"""What a transaction does to the balances that other records carry: accounts, customers, vendors, stock."""

from collections import defaultdict
from decimal import Decimal

from counterfoil.sandbox.ledger.entries import entry, stock_moves
from counterfoil.sandbox.ledger.live import LiveChart
from counterfoil.sandbox.ledger.nouns import ZERO, Document
from counterfoil.sandbox.wire import Record

Effects = dict[Document, Decimal]  # (Account, Customer, Vendor or Item; id) -> by how much


def effects(chart: LiveChart, entity: str, record: Record) -> Effects:
    """By how much a record moves what; debits are positive in accounts, and what is owed in names.

    Accounts and names in another currency are counted in it; income and expense carry no balance.
    """
    moved: Effects = defaultdict(lambda: ZERO)
    found = entry(chart, entity, record)
    for one in found.postings if found else ():
        account = chart.show(one.account)
        if not account.in_profit:
            abroad = account.currency not in ("", chart.home)
            moved["Account", account.id] += one.foreign if abroad else one.amount
        name = one.name if one.name[1] or found is None else found.name
        if name[0] == "Customer" and account.kind == "Accounts Receivable":
            moved[name] += one.foreign
        elif name[0] == "Vendor" and account.kind == "Accounts Payable":
            moved[name] -= one.foreign
    for _, item, quantity in stock_moves(chart, entity, record):
        moved["Item", item] += quantity
    return {key: by for key, by in moved.items() if by}
