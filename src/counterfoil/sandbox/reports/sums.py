"""Adding up: what each account moved in each column of a statement."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from counterfoil.sandbox.ledger.nouns import ZERO, Entry
from counterfoil.sandbox.reports.asked import READERS, Asked, fiscal_start
from counterfoil.sandbox.reports.page import column
from counterfoil.sandbox.reports.spans import Span, spans
from counterfoil.sandbox.wire import Record

Sums = dict[str, list[Decimal]]  # by account id, one amount a column, debits positive
NOBODY_S = "Not Specified"


def columns_of(asked: Asked) -> tuple[list[Record], Sums]:
    """The columns of a statement over a period and what each account moved in each, the last one over all."""
    start, end = asked.period()
    total = column("Total", "Money", "total")
    if asked.summarized in READERS:
        drawn, sums = _by_name(asked, start, end)
        return [*drawn, total], _with_total(sums)
    cut = spans(start, end, asked.summarized)
    sums = by_span(asked, cut, entries_within(asked, start, end))
    if asked.summarized == "Total":
        return [total], sums
    return [*(span.column() for span in cut), total], _with_total(sums)


def entries_within(asked: Asked, start: date, end: date) -> list[Entry]:
    """The entries of a period; they stand in the order of their days."""
    every = asked.ledger.on(asked.basis)
    low = bisect_left(every, start, key=lambda found: found.date)
    return every[low : bisect_left(every, end + timedelta(days=1), key=lambda found: found.date)]


def by_span(asked: Asked, cut: Sequence[Span], entries: Sequence[Entry]) -> Sums:
    """What each account moved in each span; entries before the first count into it."""
    sums: Sums = {}
    ends = [span.end for span in cut]
    keeps = asked.keeps()
    width = len(cut)
    for found in entries:
        place = bisect_left(ends, found.date)
        for one in found.postings:
            if keeps and not keeps(found, one):
                continue
            row = sums.get(one.account)
            if row is None:
                row = sums[one.account] = [ZERO] * width
            row[place] += one.amount
    return sums


def _by_name(asked: Asked, start: date, end: date) -> tuple[list[Record], Sums]:
    kind, read = READERS[asked.summarized]
    keeps = asked.keeps()
    moved: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    seen: set[str] = set()
    for found in entries_within(asked, start, end):
        for one in found.postings:
            if keeps and not keeps(found, one):
                continue
            name = read(found, one)
            moved[one.account][name] += one.amount
            if asked.ledger.chart.show(one.account).in_profit:
                seen.add(name)
    order = sorted(seen, key=lambda id_: (not id_, asked.names.of(kind, id_).casefold(), id_))
    drawn = [
        column(
            asked.names.of(kind, id_) or NOBODY_S,
            "Money",
            id_ or "NOT_SPECIFIED",
            **({"ID": id_} if id_ else {}),
        )
        for id_ in order
    ]
    return drawn, {account: [row[name] for name in order] for account, row in moved.items()}


def _with_total(sums: Sums) -> Sums:
    return {account: [*row, sum(row, ZERO)] for account, row in sums.items()}


def profit_before(asked: Asked, days: Sequence[date]) -> list[tuple[Decimal, Decimal]]:
    """For each day: the profit of earlier fiscal years, and of the year up to and with that day."""
    by_day: dict[date, Decimal] = defaultdict(lambda: ZERO)
    chart = asked.ledger.chart
    in_profit: dict[str, bool] = {}
    for found in asked.ledger.on(asked.basis):
        for one in found.postings:
            counts = in_profit.get(one.account)
            if counts is None:
                counts = in_profit[one.account] = chart.show(one.account).in_profit
            if counts:
                by_day[found.date] -= one.amount
    result = []
    for day in days:
        start = fiscal_start(day, chart.fiscal_month)
        earlier = sum((by for at, by in by_day.items() if at < start), ZERO)
        result.append((earlier, sum((by for at, by in by_day.items() if start <= at <= day), ZERO)))
    return result


def added(rows: Sequence[Sequence[Decimal]], width: int) -> list[Decimal]:
    """Column by column."""
    return [sum((row[place] for row in rows), ZERO) for place in range(width)]


def natural(asked: Asked, account: str) -> int:
    """1 where debits make an account larger, -1 where credits do."""
    return -1 if asked.ledger.chart.show(account).credit_side else 1
