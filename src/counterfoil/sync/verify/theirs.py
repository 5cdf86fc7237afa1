"""Theirs: what QuickBooks' own reports say, asked for in as few calls as will do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from counterfoil.errors import Defect, FeatureNotInPlan, PoisonedPage, ReportTooLarge, RequestRefused
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.answer import count
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import select_count
from counterfoil.quickbooks.report import Report, Row, RowKind, date_of
from counterfoil.sync.verify.cells import is_total, money, place_of
from counterfoil.sync.verify.words import stream_of

FIRST_DAY = date(1970, 1, 1)
"""Earlier than any books: what is missing in the tables may be older than all that is there."""
LATER = timedelta(days=366 * 3)
"""Transactions may be dated ahead."""
ROWS_A_CALL = 110_000
"""With three columns QuickBooks answers 133,000 rows at most (reference, section 7)."""
NOTHING = Decimal(0)
LIST_COLUMNS = "tx_date,txn_type,subt_nat_amount"

REFUSALS = (FeatureNotInPlan, RequestRefused, ReportTooLarge, PoisonedPage, Defect)
"""What keeps one report from being read, and no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row of a list of transactions. `stream` is "" where the type's word is not known."""

    word: str
    stream: str
    id: str
    day: date | None
    amount: Decimal | None


@dataclass(slots=True, kw_only=True)
class Theirs:
    """What was told. Balances by day and account id, debits positive; ageing by name's id; counts by stream.

    `nameless` are balances of accounts without an id, by day and name; `partly` names ageing reports in which names
    have none: who is not told there may yet owe something. `left_out` says, sentence by sentence, what could not be
    told. None stands for a report that was not.
    """

    transactions: tuple[Listed, ...] | None = None
    balances: dict[date, dict[str, Decimal]] = field(default_factory=dict)
    nameless: dict[date, list[tuple[str, Decimal]]] = field(default_factory=dict)
    partly: set[str] = field(default_factory=set)
    receivable: dict[str, Decimal] | None = None
    payable: dict[str, Decimal] | None = None
    counts: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to ask for. `dated` are the days of the transactions in the tables, which tell how large answers will be."""

    today: date
    days: Sequence[date]
    fiscal_month: int
    dated: Sequence[date]
    lists: Sequence[Stream]
    balances: bool = True


def read_theirs(client: Client, wanted: Wanted) -> Theirs:
    """Read the reports. One that is refused is left out, and says so; raises what would end any other call too."""
    theirs = Theirs()
    try:
        theirs.transactions = tuple(_transactions(client, wanted, theirs))
    except REFUSALS as error:
        theirs.left_out.append(f"Transactions one by one: TransactionList could not be read. {error.what}")
    if wanted.balances:
        for day in wanted.days:
            _balances(client, wanted, day, theirs)
        theirs.receivable = _ageing(client, "AgedReceivables", wanted, theirs)
        theirs.payable = _ageing(client, "AgedPayables", wanted, theirs)
    for stream in wanted.lists:
        _count(client, stream, theirs)
    return theirs


def stretches(dated: Sequence[date], today: date) -> Iterator[tuple[date, date]]:
    """Ranges that together are all times, each small enough for one answer."""
    days = sorted(dated)
    start = FIRST_DAY
    for place in range(ROWS_A_CALL, len(days), ROWS_A_CALL):
        cut = days[place]
        if cut > start:
            yield start, cut - timedelta(days=1)
            start = cut
    yield start, max(today, days[-1] if days else today) + LATER


def _transactions(client: Client, wanted: Wanted, theirs: Theirs) -> Iterator[Listed]:
    nameless = blank = 0
    seen: set[tuple[str, str]] = set()
    for start, end in stretches(wanted.dated, wanted.today):
        params = {"start_date": str(start), "end_date": str(end), "columns": LIST_COLUMNS}
        report = client.report("TransactionList", params)
        places = _places(report)
        for row in report.rows():
            if row.kind is not RowKind.DATA or is_total(row):
                continue
            listed = _listed(row, *places)
            if not listed.id:
                nameless += int(bool(listed.word))
            elif (listed.word, listed.id) not in seen:
                seen.add((listed.word, listed.id))
                blank += int(listed.day is None or listed.amount is None)
                yield listed
    if nameless:
        theirs.left_out.append(f"{nameless:,} rows of TransactionList do not say which transaction they are.")
    if blank:
        theirs.left_out.append(f"{blank:,} rows of TransactionList lack a day or an amount.")


Places = tuple[int, int | None, int | None, int | None]


def _places(report: Report) -> Places:
    kind = place_of(report, "kind")
    if kind is None and not report.is_empty and any(row.kind is RowKind.DATA for row in report.rows()):
        raise Defect("It does not say of which type transactions are.")
    return kind or 0, place_of(report, "day"), place_of(report, "amount"), place_of(report, "number")


def _listed(row: Row, kind: int, day: int | None, amount: int | None, number: int | None) -> Listed:
    """A row. Its id stands beside the type, at times beside its day or number."""
    words = [
        row.cells[place] for place in (kind, day, number) if place is not None and place < len(row.cells)
    ]
    word = row.cells[kind].text if kind < len(row.cells) else ""
    return Listed(
        word=word,
        stream=stream_of(word),
        id=next((cell.id for cell in words if cell.id), ""),
        day=date_of(row.cells[day].text) if day is not None and day < len(row.cells) else None,
        amount=money(row, amount),
    )


def _balances(client: Client, wanted: Wanted, day: date, theirs: Theirs) -> None:
    params = {
        "start_date": str(fiscal_start(day, wanted.fiscal_month)),
        "end_date": str(day),
        "accounting_method": "Accrual",
    }
    held: dict[str, Decimal] = {}
    nameless: list[tuple[str, Decimal]] = []
    try:
        for id_, name, amount in _accounts(client.report("TrialBalance", params)):
            if id_:
                held[id_] = held.get(id_, NOTHING) + amount
                theirs.names.setdefault(id_, name)
            elif amount:
                nameless.append((name, amount))
    except REFUSALS as error:
        theirs.left_out.append(f"Balances of {day}: TrialBalance could not be read. {error.what}")
        return
    theirs.balances[day], theirs.nameless[day] = held, nameless


def _accounts(report: Report) -> Iterator[tuple[str, str, Decimal]]:
    """Id, name and balance of each account of a trial balance. Where columns are not called so, two hold amounts."""
    debit, credit = place_of(report, "debit"), place_of(report, "credit")
    own = place_of(report, "account") or 0
    if debit is None or credit is None:
        sides = [column.place for column in report.columns if column.place != own]
        if len(sides) != 2 and not report.is_empty:
            raise Defect("It does not say which column holds debits, and which credits.")
        debit, credit = (*sides, 1, 2)[:2]
    for row in report.rows():
        if is_total(row) or own >= len(row.cells):
            continue
        cell, amounts = row.cells[own], (money(row, debit), money(row, credit))
        if cell.id or (cell.text and any(amount is not None for amount in amounts)):
            yield cell.id, cell.text, (amounts[0] or NOTHING) - (amounts[1] or NOTHING)


def fiscal_start(day: date, first_month: int) -> date:
    """The first day of the fiscal year that a day lies in."""
    return date(day.year - (day.month < first_month), first_month, 1)


def _ageing(client: Client, name: str, wanted: Wanted, theirs: Theirs) -> dict[str, Decimal] | None:
    owed: dict[str, Decimal] = {}
    nameless = 0
    try:
        report = client.report(name, {"report_date": str(wanted.today), "aging_method": "Report_Date"})
        total = place_of(report, "total")
        for row in report.rows():
            amount = None if is_total(row) or len(row.cells) < 2 else money(row, _last(row, total))
            if amount is not None and row.id:
                owed[row.id] = owed.get(row.id, NOTHING) + amount
                theirs.names.setdefault(f"{name}:{row.id}", row.title)
            nameless += int(bool(amount) and not row.id)
    except REFUSALS as error:
        theirs.left_out.append(f"{name} could not be read. {error.what}")
        return None
    if nameless:
        theirs.partly.add(name)
        theirs.left_out.append(f"{nameless:,} rows of {name} do not say whom they are about.")
    return owed


def _last(row: Row, total: int | None) -> int:
    return len(row.cells) - 1 if total is None else total


def _count(client: Client, stream: Stream, theirs: Theirs) -> None:
    try:
        theirs.counts[stream.name] = count(client.query(select_count(stream)))
    except REFUSALS:
        return  # the company has no such list
