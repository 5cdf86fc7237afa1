"""Theirs: what QuickBooks' own reports say, asked for in as few calls as will do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from counterfoil.errors import FeatureNotInPlan, PoisonedPage, ReportTooLarge, RequestRefused
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.answer import count
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import select_count
from counterfoil.quickbooks.report import Report, Row, RowKind, amount_of, date_of
from counterfoil.sync.verify.words import stream_of

FIRST_DAY = date(1970, 1, 1)
"""Earlier than any books: what is missing in the tables may be older than all that is there."""
LATER = timedelta(days=366 * 3)
"""Transactions may be dated ahead."""
ROWS_A_CALL = 110_000
"""With three columns QuickBooks answers 133,000 rows at most (reference, section 7)."""
LIST_COLUMNS = "tx_date,txn_type,subt_nat_amount"

REFUSALS = (FeatureNotInPlan, RequestRefused, ReportTooLarge, PoisonedPage)
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

    `left_out` says, sentence by sentence, what could not be told. None stands for a report that was not.
    """

    transactions: tuple[Listed, ...] | None = None
    balances: dict[date, dict[str, Decimal]] = field(default_factory=dict)
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


def cells_by_key(report: Report) -> Mapping[str, int]:
    """The place of each column by its key, whatever its order and its capitals."""
    return {column.key.lower(): column.place for column in report.columns}


def _transactions(client: Client, wanted: Wanted, theirs: Theirs) -> Iterator[Listed]:
    nameless = 0
    seen: set[tuple[str, str]] = set()
    for start, end in stretches(wanted.dated, wanted.today):
        params = {"start_date": str(start), "end_date": str(end), "columns": LIST_COLUMNS}
        report = client.report("TransactionList", params)
        places = cells_by_key(report)
        for row in report.rows():
            if row.kind is not RowKind.DATA:
                continue
            listed = _listed(row, places)
            if listed is None or not listed.id:
                nameless += int(listed is not None)
            elif (listed.word, listed.id) not in seen:
                seen.add((listed.word, listed.id))
                yield listed
    if nameless:
        theirs.left_out.append(f"{nameless:,} rows of TransactionList do not say which transaction they are.")


def _listed(row: Row, places: Mapping[str, int]) -> Listed | None:
    kind, day, amount = (places.get(key) for key in ("txn_type", "tx_date", "subt_nat_amount"))
    if kind is None or kind >= len(row.cells):
        return None
    cell = row.cells[kind]
    return Listed(
        word=cell.text,
        stream=stream_of(cell.text),
        id=cell.id,
        day=date_of(row.cells[day].text) if day is not None and day < len(row.cells) else None,
        amount=_number(row, amount),
    )


def _number(row: Row, place: int | None) -> Decimal | None:
    if place is None or place >= len(row.cells):
        return None
    return amount_of(row.cells[place].text.replace(",", ""))


def _balances(client: Client, wanted: Wanted, day: date, theirs: Theirs) -> None:
    params = {
        "start_date": str(fiscal_start(day, wanted.fiscal_month)),
        "end_date": str(day),
        "accounting_method": "Accrual",
    }
    try:
        report = client.report("TrialBalance", params)
    except REFUSALS as error:
        theirs.left_out.append(f"Balances of {day}: TrialBalance could not be read. {error.what}")
        return
    held: dict[str, Decimal] = {}
    for row in report.rows():
        amounts = [amount for place in (1, 2) if (amount := _number(row, place)) is not None]
        if row.kind is RowKind.SUMMARY or not row.title or len(row.cells) < 3 or not (amounts or row.id):
            continue
        key = row.id or row.title
        debit, credit = (_number(row, place) or Decimal(0) for place in (1, 2))
        held[key] = held.get(key, Decimal(0)) + debit - credit
        theirs.names.setdefault(key, row.title)
    theirs.balances[day] = held


def fiscal_start(day: date, first_month: int) -> date:
    """The first day of the fiscal year that a day lies in."""
    return date(day.year - (day.month < first_month), first_month, 1)


def _ageing(client: Client, name: str, wanted: Wanted, theirs: Theirs) -> dict[str, Decimal] | None:
    try:
        report = client.report(name, {"report_date": str(wanted.today), "aging_method": "Report_Date"})
    except REFUSALS as error:
        theirs.left_out.append(f"{name} could not be read. {error.what}")
        return None
    owed: dict[str, Decimal] = {}
    for row in report.rows():
        if row.kind is RowKind.SUMMARY or not row.id or len(row.cells) < 2:
            continue
        amount = _number(row, len(row.cells) - 1)
        if amount is not None:
            owed[row.id] = owed.get(row.id, Decimal(0)) + amount
            theirs.names.setdefault(f"{name}:{row.id}", row.title)
    return owed


def _count(client: Client, stream: Stream, theirs: Theirs) -> None:
    try:
        theirs.counts[stream.name] = count(client.query(select_count(stream)))
    except REFUSALS:
        return  # the company has no such list
