"""Which reading each stream gets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.model.ability import Ability, Told
from counterfoil.model.cursor import Cursor
from counterfoil.model.outcome import Mode
from counterfoil.model.task import Clocks, Scope
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sync.plan import make_plan, resting

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT_ONCE, YESTERDAY = NOW - HOUR, NOW - DAY
COVERED, NESTED, PAGED, UNPROVEN, WHOLE = "Invoice", "Customer", "TaxRate", "Attachable", "Preferences"


def ability(stream: str, told: Told | None = None, judged_at: datetime = NOW) -> Ability:
    return Ability(stream=stream, told=told, judged_at=judged_at)


def cursor(stream: str, since: datetime, compared: datetime) -> Cursor:
    return Cursor(stream=stream, changed_since=since, compared_at=compared)


def planned(
    stream: str,
    held: Cursor | None,
    known: Ability | None = None,
    scope: Scope = Scope(),  # noqa: B008 - it is frozen
) -> tuple[Mode, datetime | None, bool] | None:
    cursors = {stream: held} if held else {}
    abilities = {stream: known} if known else {}
    tasks = make_plan([catalog()[stream]], cursors, abilities, Clocks(), NOW, scope=scope)
    return (tasks[0].mode, tasks[0].since, tasks[0].covered) if tasks else None


@pytest.mark.parametrize(
    ("stream", "since", "compared", "told", "expected"),
    [
        (COVERED, AT_ONCE, YESTERDAY, None, (Mode.CHANGES, True)),
        (COVERED, NOW - 30 * DAY, YESTERDAY, None, (Mode.FULL, True)),
        (COVERED, AT_ONCE, AT_ONCE, Told.REFUSED, None),
        (COVERED, YESTERDAY, AT_ONCE, Told.REFUSED, (Mode.REFRESH, False)),
        (NESTED, AT_ONCE, AT_ONCE, None, (Mode.CHANGES, True)),
        (NESTED, AT_ONCE, YESTERDAY, None, (Mode.FULL, True)),
        (PAGED, AT_ONCE, AT_ONCE, None, None),
        (PAGED, YESTERDAY, AT_ONCE, None, (Mode.REFRESH, False)),
        (PAGED, AT_ONCE, YESTERDAY, None, (Mode.FULL, False)),
        (PAGED, AT_ONCE, AT_ONCE, Told.ALL, None),
        (UNPROVEN, AT_ONCE, AT_ONCE, None, None),
        (UNPROVEN, AT_ONCE, AT_ONCE, Told.NOTHING, None),
        (UNPROVEN, AT_ONCE, AT_ONCE, Told.ALL, (Mode.CHANGES, True)),
        (UNPROVEN, AT_ONCE, YESTERDAY, Told.ALL, (Mode.FULL, True)),
        (WHOLE, YESTERDAY, YESTERDAY, None, (Mode.FULL, False)),
        (WHOLE, AT_ONCE, AT_ONCE, Told.ALL, (Mode.CHANGES, True)),
    ],
)
def test_each_stream_is_read_the_cheapest_way_that_misses_nothing(
    stream: str, since: datetime, compared: datetime, told: Told | None, expected: tuple[Mode, bool] | None
) -> None:
    found = planned(stream, cursor(stream, since, compared), ability(stream, told))

    assert (found and (found[0], found[2])) == expected


def test_a_stream_that_was_never_loaded_is_read_in_full() -> None:
    assert planned(COVERED, None) == (Mode.FULL, None, True)


def test_that_change_data_capture_refuses_a_stream_is_believed_for_a_month() -> None:
    held = cursor(COVERED, AT_ONCE, AT_ONCE)

    assert planned(COVERED, held, ability(COVERED, Told.REFUSED, NOW - 29 * DAY)) is None
    assert planned(COVERED, held, ability(COVERED, Told.REFUSED, NOW - 30 * DAY)) is not None
    assert planned(COVERED, held, ability(COVERED, Told.REFUSED, NOW + 2 * DAY)) is not None


def test_who_asks_for_full_gets_everything_whatever_is_loaded() -> None:
    for stream in (COVERED, PAGED, WHOLE):
        found = planned(stream, cursor(stream, AT_ONCE, AT_ONCE), scope=Scope(full=True))
        assert found is not None
        assert found[:2] == (Mode.FULL, None)


def test_who_names_a_stream_waits_for_no_clock() -> None:
    named = Scope(streams=frozenset({PAGED, WHOLE}))

    assert planned(PAGED, cursor(PAGED, AT_ONCE, AT_ONCE), scope=named) == (Mode.REFRESH, AT_ONCE, False)
    assert planned(WHOLE, cursor(WHOLE, AT_ONCE, AT_ONCE), scope=named) == (Mode.FULL, None, False)


@pytest.mark.parametrize(
    ("stream", "since", "expected"),
    [
        (COVERED, NOW - 5 * DAY, (Mode.CHANGES, NOW - 5 * DAY)),
        (COVERED, NOW - 60 * DAY, (Mode.FULL, None)),  # LastUpdatedTime would not tell of deletes
        (COVERED, NOW, (Mode.CHANGES, AT_ONCE)),  # nothing between the cursor and now is left out
        (PAGED, NOW - 60 * DAY, (Mode.REFRESH, NOW - 60 * DAY)),
        (WHOLE, NOW - 5 * DAY, (Mode.FULL, None)),
    ],
)
def test_a_window_is_read_again_by_what_can_tell_all_of_it(
    stream: str, since: datetime, expected: tuple[Mode, datetime | None]
) -> None:
    found = planned(stream, cursor(stream, AT_ONCE, AT_ONCE), scope=Scope(since=since))

    assert found is not None
    assert found[:2] == expected


def test_a_stream_that_the_company_lacks_rests_until_the_clock_for_comparing() -> None:
    lacked = Ability(stream=COVERED, refused_at=NOW - DAY + HOUR)
    known = {COVERED: lacked, PAGED: ability(PAGED)}
    streams = [catalog()[COVERED], catalog()[PAGED], catalog()[NESTED]]

    assert resting(streams, known, Clocks(), NOW) == (lacked,)
    assert resting(streams, known, Clocks(), NOW + HOUR) == ()
    assert resting(streams, {COVERED: replace(lacked, refused_at=NOW + DAY)}, Clocks(), NOW) == ()
