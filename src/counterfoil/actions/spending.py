"""What the month's metered calls come to: so far, by company, and by its end as schedules stand (Promise 10)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.budget import WARNS_AT, month_of
from counterfoil.model.cost import MONTH, calls_a_month, costs
from counterfoil.model.schedule import Schedule
from counterfoil.model.task import Clocks
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.report_catalog import calls_for
from counterfoil.store import calls, lines
from counterfoil.store.db import Database
from counterfoil.store.lines import Alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Metered calls of one month. `expected` at its end, if schedules stay and nothing much changes."""

    used: int
    expected: int
    allowance: int
    last_day: date

    @property
    def warns(self) -> bool:
        """Whether it is time to tell people: they are used up, or will be."""
        return self.used >= WARNS_AT * self.allowance or self.expected > self.allowance


def used(db: Database, now: datetime) -> int:
    """The metered calls of this month so far."""
    return calls.used(db, *month_of(now))


def by_company(db: Database, now: datetime, realm_ids: Collection[str]) -> Mapping[str, int]:
    """The metered calls of these companies in this month."""
    return calls.by_realm(db, *month_of(now), realm_ids)


def spending(around: Surroundings) -> Spending:
    """How this month stands, and where it leads."""
    now = around.now()
    end = month_of(now)[1]
    so_far = used(around.db, now)
    return Spending(
        used=so_far,
        expected=so_far + round(_a_month(around, now) * (_until(end, now) / MONTH)),
        allowance=around.monthly_calls,
        last_day=end - timedelta(days=1),
    )


def _a_month(around: Surroundings, now: datetime) -> int:
    """What all sources together take in 30 days."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return sum(
        some.count
        * (_cost(some.schedule, some.streams, around.clocks, today) + _reports(some, around.clocks, today))
        for some in lines.alike(around.db)
    )


@lru_cache(maxsize=4096)
def _cost(schedule: Schedule, streams: frozenset[str] | None, clocks: Clocks, today: datetime) -> int:
    """Kept for the day: the runs of a cron expression take milliseconds to count, and a page has a thousand."""
    chosen = [stream for stream in catalog().values() if streams is None or stream.name in streams]
    return calls_a_month(schedule, chosen, clocks, today)


def _reports(some: Alike, clocks: Clocks, today: datetime) -> int:
    if not some.reports:
        return 0
    calls = calls_for(some.reports, some.made.date(), today.date())
    return costs(some.schedule, (), clocks, today, calls).reports


def _until(end: date, now: datetime) -> timedelta:
    return datetime(end.year, end.month, end.day, tzinfo=now.tzinfo) - now
