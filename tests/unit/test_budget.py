"""Promise 10: how a month's metered calls stand, and how schedules stretch when they run out."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.model.budget import FREE_TIER, SLOWEST, Budget, month_of, slow_down
from counterfoil.model.calls import Calls
from counterfoil.settings import read_settings

ACME, CEDAR = "1", "3"
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
"""Half of November is over at the midnight before."""


def calls(metered: int, day: int = 1, realm_id: str = ACME) -> Calls:
    return Calls(realm_id=realm_id, day=date(2026, 11, day), metered=metered, calls=metered)


def budget(*counted: Calls, at: datetime = NOON, allowance: int = 1000) -> Budget:
    days, companies = Counter[date](), Counter[str]()
    for one in counted:
        days[one.day] += one.metered
        companies[one.realm_id] += one.metered
    return Budget(at=at, allowance=allowance, days=days, companies=companies)


def test_all_companies_share_one_allowance() -> None:
    standing = budget(calls(100), calls(300, realm_id=CEDAR), calls(50, day=2))

    assert (standing.used, standing.left, standing.share) == (450, 550, 0.45)
    assert list(standing.by_company.items()) == [(CEDAR, 300), (ACME, 150)]


def test_days_without_calls_stand_in_the_row_of_days_up_to_today() -> None:
    standing = budget(calls(5, day=2), calls(7, day=2, realm_id=CEDAR))

    assert list(standing.by_day.items()) == [
        (date(2026, 11, day), 12 if day == 2 else 0) for day in range(1, 17)
    ]


@pytest.mark.parametrize(("used", "warns"), [(0, False), (799, False), (800, True), (1200, True)])
def test_it_warns_from_80_percent_on(used: int, warns: bool) -> None:
    assert budget(calls(used)).warns is warns


def test_what_was_used_beyond_the_allowance_leaves_nothing_and_no_debt() -> None:
    standing = budget(calls(1500))

    assert (standing.left, standing.share) == (0, 1.5)


@pytest.mark.parametrize(
    ("counted", "at", "projected"),
    [
        ((), NOON, 0),
        ((calls(310, day=1),), NOON, 600),  # 15.5 days gone, 14.5 to come
        ((calls(30, day=15),), NOON, 30 + 290),  # began a day and a half ago
        ((calls(100, day=16),), NOON, 100 + 1450),  # half a day counts as a whole one
        ((calls(100, day=30),), datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), 100),
    ],
)
def test_the_projection_goes_on_at_the_pace_since_the_first_call(
    counted: tuple[Calls, ...], at: datetime, projected: int
) -> None:
    assert budget(*counted, at=at).projected == projected


@pytest.mark.parametrize(
    ("at", "first", "end"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 1), date(2027, 1, 1)),
        (datetime(2028, 2, 29, tzinfo=UTC), date(2028, 2, 1), date(2028, 3, 1)),
        (datetime.fromisoformat("2026-12-01T01:00:00+02:00"), date(2026, 11, 1), date(2026, 12, 1)),
    ],
)
def test_months_are_those_of_utc(at: datetime, first: date, end: date) -> None:
    assert month_of(at) == (first, end)


@pytest.mark.parametrize(
    ("used", "day", "factor"),
    [
        (0, 1, 1.0),
        (799, 1, 1.0),  # however early in the month
        (800, 25, 1.0),  # a fifth of both is left
        (800, 16, 2.5),  # half of the month, a fifth of the calls
        (900, 16, 5.0),
        (990, 16, SLOWEST),
        (5000, 16, SLOWEST),  # never stopped
        (950, 30, 1.0),  # the rest is more than the last day needs
    ],
)
def test_schedules_stretch_as_calls_run_out_before_the_month_does(used: int, day: int, factor: float) -> None:
    midnight = datetime(2026, 11, day, tzinfo=UTC)

    assert slow_down(budget(calls(used), at=midnight)) == pytest.approx(factor)


@given(hourly=st.integers(1, 8))
def test_a_schedule_that_obeys_stays_within_the_allowance_until_it_is_at_its_slowest(hourly: int) -> None:
    """Unhindered it would use up to eight times the allowance of 720: one call an hour."""
    at, used, at_slowest, at_the_end = datetime(2026, 11, 1, tzinfo=UTC), 0, 0, 0
    while at < datetime(2026, 12, 1, tzinfo=UTC):
        factor = slow_down(budget(calls(used), at=at, allowance=720))
        used += 1
        at_slowest += factor == SLOWEST
        at_the_end += at.day >= 28
        at += timedelta(hours=1 / hourly) * factor

    assert used - at_slowest <= 720
    assert at_the_end > 0


def test_the_allowance_is_that_of_the_free_tier_unless_it_is_set() -> None:
    assert read_settings({}).monthly_calls == FREE_TIER
