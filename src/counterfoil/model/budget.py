"""A budget: what of a month's metered calls is used, and how long the rest has to last (Promise 10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

FREE_TIER = 500_000
"""Metered calls a month, for all companies of one Intuit app, before it blocks them (reference, section 5)."""
WARNS_AT = 0.8
SLOWEST = 24.0
"""An hourly schedule becomes a daily one at most."""

DAY = timedelta(days=1)


def month_of(moment: datetime) -> tuple[date, date]:
    """The first day of a moment's month and that of the next, in UTC; Intuit does not say where its month ends."""
    first = moment.astimezone(UTC).date().replace(day=1)
    return first, (first + 31 * DAY).replace(day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How one month's calls stand `at` a moment (aware, UTC): the companies of this store share one Intuit app.

    `days` are the metered calls of this month's days that had any, `allowance` how many the month has. `companies`
    are the metered calls by realm_id, where somebody asked for them: of a thousand companies that is much.
    """

    at: datetime
    allowance: int
    days: Mapping[date, int] = field(default_factory=dict)
    companies: Mapping[str, int] = field(default_factory=dict)

    @property
    def used(self) -> int:
        """Metered calls of all companies so far."""
        return sum(self.days.values())

    @property
    def left(self) -> int:
        """Metered calls that the allowance still holds; 0 once it is used up."""
        return max(0, self.allowance - self.used)

    @property
    def share(self) -> float:
        """The part of the allowance that is used: 0.8 is 80 %; above 1 when more was asked than allowed."""
        return self.used / self.allowance

    @property
    def warns(self) -> bool:
        """Whether it is time to tell people."""
        return self.used >= WARNS_AT * self.allowance

    @property
    def time_left(self) -> float:
        """The part of the month that is still to come, from 1 to 0."""
        first, end = map(_midnight, month_of(self.at))
        return (end - self.at) / (end - first)

    @property
    def projected(self) -> int:
        """Metered calls at the month's end, at the pace since its first call.

        A day at least is taken for the pace: a first sync that reads everything does not go on so.
        """
        if not self.days:
            return 0
        began = _midnight(min(self.days))
        ahead = _midnight(month_of(self.at)[1]) - self.at
        return self.used + round(self.used * (ahead / max(self.at - began, DAY)))

    @property
    def by_company(self) -> Mapping[str, int]:
        """Metered calls by realm_id, the greatest first."""
        return dict(sorted(self.companies.items(), key=lambda item: (-item[1], item[0])))

    @property
    def by_day(self) -> Mapping[date, int]:
        """Metered calls of each day of the month up to now, 0 where there were none."""
        first, today = month_of(self.at)[0], self.at.astimezone(UTC).date()
        days = [first + number * DAY for number in range((today - first).days + 1)]
        return {day: self.days.get(day, 0) for day in days}


def slow_down(budget: Budget) -> float:
    """By how much a schedule should be stretched, so that the calls that are left last the month.

    1 until the warning. Then the time that is left over the calls that are left, both as parts of their whole:
    syncs grow rarer as the allowance runs out, however often they ran, and reach its end only at SLOWEST. None
    is ever stopped: Intuit may still answer, or charge, and books that nobody reads are worse than either.
    """
    if not budget.warns:
        return 1.0
    calls_left = budget.left / budget.allowance
    if calls_left <= 0:
        return SLOWEST
    return min(SLOWEST, max(1.0, budget.time_left / calls_left))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
