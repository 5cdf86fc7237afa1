"""What a schedule costs in metered calls, before anybody chooses it (Promise 10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from counterfoil.model.report_cost import Calls
from counterfoil.model.schedule import DAY, Basic, Manual, Schedule, next_runs
from counterfoil.model.stream import InCdc, Reading, Stream
from counterfoil.model.task import Clocks

MONTH = 30 * DAY
NO_REPORTS = Calls()
SAMPLE = 300
"""Runs of a cron expression that are counted; of one that runs oftener in a month, these tell the rest."""


def runs_a_month(schedule: Schedule, after: datetime) -> int:
    """About how often a schedule runs in the 30 days after a moment (aware); 0 when only asked."""
    if isinstance(schedule, Manual):
        return 0
    if isinstance(schedule, Basic):
        return MONTH // schedule.every
    runs = next_runs(schedule, after, SAMPLE)
    if runs[-1] - after > MONTH:
        return sum(run - after <= MONTH for run in runs)
    return round(SAMPLE * (MONTH / (runs[-1] - after)))


PAGE = 1000
"""Records in one answer of QuickBooks (reference, section 5)."""

MOST_WINDOWS, PAGES_A_WINDOW = 8, 3
"""How a large stream is read at once, as sync/pieces.py does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Metered calls in 30 days, by what they are for."""

    changes: int  # one of change data capture each run, for all streams that it covers
    apart: int  # streams that it does not cover
    compares: int  # full reads that find what it does not tell
    reports: int = 0

    @property
    def total(self) -> int:
        return self.changes + self.apart + self.compares + self.reports


def costs(
    schedule: Schedule,
    streams: Iterable[Stream],
    clocks: Clocks,
    after: datetime,
    reports: Calls = NO_REPORTS,
) -> Cost:
    """Metered calls in 30 days of a company in which nothing changes, with up to 1,000 records of each kind.

    Each run asks change data capture once for all streams that it covers. The two clocks tick in the first run
    after they are due, so they cannot tick oftener than runs come. What the guide to costs works out by hand.
    """
    chosen = tuple(stream for stream in streams if stream.report is None)
    runs = runs_a_month(schedule, after)
    every = (clocks.refresh, clocks.compare, clocks.reports, clocks.closed_reports)
    refreshes, compares, opens, closes = (min(runs, int(MONTH / clock)) for clock in every)
    covered = [stream for stream in chosen if stream.in_cdc is InCdc.YES]
    others = [stream for stream in chosen if stream.in_cdc is not InCdc.YES]
    # A comparison of what is not covered comes in place of a refresh; only a rarer refresh makes it cost more.
    apart = sum(
        _calls(stream) * (refreshes if stream.reading is not Reading.KEYSET else max(refreshes, compares))
        for stream in others
    )
    nested = sum(_calls(stream) for stream in covered if stream.nests)
    return Cost(
        changes=runs * bool(covered),
        apart=apart,
        compares=compares * nested,
        reports=opens * reports.open + closes * reports.closed,
    )


def calls_a_month(
    schedule: Schedule,
    streams: Iterable[Stream],
    clocks: Clocks,
    after: datetime,
    reports: Calls = NO_REPORTS,
) -> int:
    """The sum of what `costs` tells."""
    return costs(schedule, streams, clocks, after, reports).total


def calls_of_first(streams: Iterable[Stream], counts: Mapping[str, int]) -> int:
    """About what a first sync takes in metered calls, of as many records as were counted.

    From a full page on a stream is counted too, and read in windows of time that each end in a page of their own.
    """
    read = [(stream, counts.get(stream.name, 0)) for stream in streams]
    large = [count for stream, count in read if stream.reading is Reading.KEYSET and count >= PAGE]
    small = sum(
        _calls(stream) for stream, count in read if count < PAGE or stream.reading is not Reading.KEYSET
    )
    windows = sum(min(MOST_WINDOWS, max(1, (count - PAGE) // (PAGES_A_WINDOW * PAGE))) for count in large)
    return small + sum(ceil(count / PAGE) + 1 for count in large) + windows + bool(large)


def _calls(stream: Stream) -> int:
    """A read is two queries where some records lack `active`, or home and foreign currencies are asked apart."""
    return 2 if stream.some_lack_active or "{currency}" in stream.where else 1
