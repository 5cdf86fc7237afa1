"""TransactionList and its kin: one row a transaction, or one a line of it, in order or by whom it was with."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from counterfoil.sandbox.ledger.entries import name_of
from counterfoil.sandbox.ledger.nouns import NOBODY, ZERO, Entry, Posting, cents, number, ref
from counterfoil.sandbox.ledger.rules import rate_of
from counterfoil.sandbox.places import Bounds
from counterfoil.sandbox.reports.asked import Asked
from counterfoil.sandbox.reports.detail import Line, Table, type_name
from counterfoil.sandbox.reports.page import Sheet, blanks, cell
from counterfoil.sandbox.reports.sums import entries_within
from counterfoil.sandbox.wire import Record, decode

_LIST: Final = "tx_date txn_type doc_num is_no_post name memo account_name other_account subt_nat_amount"
_SPLITS: Final = "tx_date txn_type doc_num is_no_post name memo account_name subt_nat_amount"
_NOT_POSTED: Final = ("Estimate", "PurchaseOrder", "ReimburseCharge")


def transaction_list(asked: Asked, sheet: Sheet) -> None:
    """Draw a row for each transaction, those that do not post among them."""
    table = Table(asked, _LIST)
    sheet.columns = table.columns()
    for line in table.sorted(_lines(asked)):
        sheet.data(sheet.rows, table.row(line), type="Data")


def transaction_splits(asked: Asked, sheet: Sheet) -> None:
    """Draw each transaction as a section of its postings."""
    table = Table(asked, _SPLITS)
    sheet.columns = table.columns()
    for found in _within(asked):
        if not found.postings:
            continue
        section, rows = sheet.section(sheet.rows, None)
        for one in found.postings:
            line = Line(found, one, asked, one.amount * _sign(asked, one.account))
            sheet.data(rows, table.row(line), type="Data")
        sheet.close(section, table.told(f"Total for {type_name(found)} {found.number}".strip()))


def by_customer(asked: Asked, sheet: Sheet) -> None:
    """Draw the transactions of each customer."""
    return _by_name(asked, sheet, "Customer")


def by_vendor(asked: Asked, sheet: Sheet) -> None:
    """Draw the transactions of each vendor."""
    return _by_name(asked, sheet, "Vendor")


def _by_name(asked: Asked, sheet: Sheet, kind: str) -> None:
    table = Table(asked, _LIST)
    sheet.columns = table.columns()
    theirs: dict[str, list[Line]] = defaultdict(list)
    for line in _lines(asked):
        if line.found.name[0] == kind:
            theirs[line.found.name[1]].append(line)
    for id_ in in_name_order(asked, kind, theirs):
        name = asked.names.of(kind, id_)
        section, rows = sheet.section(sheet.rows, [cell(name, id_), *blanks(len(table.keys) - 1)])
        for line in theirs[id_]:
            sheet.data(rows, table.row(line), type="Data")
        total = sum((line.amount for line in theirs[id_]), ZERO)
        sheet.close(section, table.told(f"Total for {name}", amount=total))


def in_name_order(asked: Asked, kind: str, ids: Iterable[str]) -> list[str]:
    """Ids in the order of what they are called."""
    return sorted(ids, key=lambda id_: (asked.names.of(kind, id_).casefold(), id_))


def _lines(asked: Asked) -> list[Line]:
    """One line a transaction, under the account that it is listed under; a voided one is there with nought."""
    lines = []
    for found in _within(asked):
        head = next((one for one in found.postings if one.account == found.account), None)
        amount = sum((one.amount for one in found.postings if one.account == found.account), ZERO)
        if found.entity == "JournalEntry" and head:
            amount = head.amount
        one = head or Posting(found.account, ZERO, ZERO)
        lines.append(Line(found, one, asked, amount * _sign(asked, found.account)))
    lines += [_unposted(asked, found) for found in _not_posted(asked)]
    return sorted(lines, key=lambda line: (line.found.date, len(line.found.id), line.found.id))


def _within(asked: Asked) -> list[Entry]:
    every = entries_within(_accrual(asked), *asked.period())
    return [found for found in every if _kept(asked, found)]


def _accrual(asked: Asked) -> Asked:
    """A list of transactions is the same on either basis."""
    if asked.basis == "Accrual":
        return asked
    plain = {**asked.params, "accounting_method": "Accrual"}
    return Asked(asked.name, plain, asked.ledger, asked.names, asked.books, asked.today)


def _kept(asked: Asked, found: Entry) -> bool:
    wanted = {word.lower().replace(" ", "") for word in asked.one_of("transaction_type")}
    if wanted and not wanted & {found.entity.lower(), type_name(found).lower().replace(" ", "")}:
        return False
    keeps: Callable[[Entry, Posting], bool] | None = asked.keeps()
    return keeps is None or any(keeps(found, one) for one in found.postings)


def _not_posted(asked: Asked) -> list[Entry]:
    start, end = asked.period()
    found = [one for entity in _NOT_POSTED for one in _drafts(asked, entity)]
    return [one for one in found if start <= one.date <= end and _kept(asked, one)]


def _drafts(asked: Asked, entity: str) -> list[Entry]:
    """Estimates and the like, as if they were entries that post nothing."""
    places = asked.books.select(entity, "created", Bounds())
    bodies = asked.books.bodies(entity, places.page(0, len(places)))
    return [draft(asked, entity, decode(body)) for body in bodies]


def draft(asked: Asked, entity: str, record: Record) -> Entry:
    """A transaction that does not post, as an entry without postings."""
    chart = asked.ledger.chart
    return Entry(
        entity=entity,
        id=str(record["Id"]),
        date=date.fromisoformat(str(record.get("TxnDate") or record["MetaData"]["CreateTime"])[:10]),
        number=str(record.get("DocNumber") or ""),
        name=name_of(record),
        memo=str(record.get("PrivateNote") or ""),
        class_id=ref(record, "ClassRef"),
        department_id=ref(record, "DepartmentRef"),
        currency=chart.currency(record),
        rate=rate_of(record),
        account=ref(record, "APAccountRef"),
        total=number(record.get("TotalAmt") or record.get("Amount")),
        due=None,
        links=(),
        kind="",
        postings=(),
    )


def _unposted(asked: Asked, found: Entry) -> Line:
    amount = cents(found.total * found.rate)
    return Line(found, Posting(found.account, ZERO, ZERO, name=NOBODY), asked, amount, posts=False)


def _sign(asked: Asked, account: str) -> int:
    return -1 if asked.ledger.chart.show(account).credit_side else 1
