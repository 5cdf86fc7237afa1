"""Intuit's limits are kept: 500 a minute, 10 a second, 10 at a time."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from counterfoil.quickbooks.access import Access
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.pace import Pace
from tests.quickbooks.clock import Clock
from tests.quickbooks.wire import Reply, Wire


def starts(pace: Pace, count: int) -> list[float]:
    moments = []
    for _ in range(count):
        with pace.turn() as moment:
            moments.append(moment)
    return moments


def most_within(seconds: float, moments: list[float]) -> int:
    return max(sum(first <= moment < first + seconds for moment in moments) for first in moments)


def test_twenty_callers_never_exceed_ten_at_once_nor_ten_a_second(wire: Wire, access: Access) -> None:
    wire.otherwise = Reply(takes=0.15)

    with Client(wire.url, "1", access) as cedar, ThreadPoolExecutor(20) as pool:
        list(pool.map(cedar.query, ["SELECT * FROM Invoice"] * 25))

    assert len(wire.asked) == 25
    assert wire.most_at_once <= 10
    assert most_within(1.0, [asked.at for asked in wire.asked]) <= 10


def test_eleven_slow_answers_are_never_under_way_together(wire: Wire, access: Access) -> None:
    wire.otherwise = Reply(takes=1.3)

    with Client(wire.url, "1", access) as cedar, ThreadPoolExecutor(20) as pool:
        list(pool.map(cedar.query, ["SELECT * FROM Invoice"] * 12))

    assert wire.most_at_once == 10


def test_a_minute_sees_no_more_than_five_hundred(clock: Clock) -> None:
    moments = starts(Pace(clock=clock, sleep=clock.sleep), 1200)

    assert most_within(60.0, moments) == 500
    assert most_within(1.0, moments) == 10


def test_the_first_ten_do_not_wait(clock: Clock) -> None:
    starts(Pace(clock=clock, sleep=clock.sleep), 10)

    assert clock.slept == []


def test_after_429_it_goes_on_at_half_the_rate_and_recovers_slowly(clock: Clock) -> None:
    pace = Pace(clock=clock, sleep=clock.sleep)
    (started,) = starts(pace, 1)
    pace.slow_down(started, None)

    moments = starts(pace, 4)
    for _ in range(500):
        pace.recover(clock())

    assert moments[0] == started + 2.0
    assert [round(later - earlier, 6) for earlier, later in pairwise(moments)] == [0.2] * 3
    assert most_within(1.0, starts(pace, 40)) == 10


def test_ten_requests_that_meet_one_limit_slow_it_down_once(clock: Clock) -> None:
    pace = Pace(clock=clock, sleep=clock.sleep)
    under_way = starts(pace, 10)

    pauses = [pace.slow_down(started, None) for started in under_way]

    assert pauses == [2.0] * 10


def test_a_longer_retry_after_of_a_request_under_way_is_still_obeyed(clock: Clock) -> None:
    pace = Pace(clock=clock, sleep=clock.sleep)
    first, second = starts(pace, 2)

    pace.slow_down(first, None)
    pause = pace.slow_down(second, 30.0)

    assert pause == 30.0


def test_an_answer_to_an_earlier_request_does_not_shorten_the_pauses(clock: Clock) -> None:
    pace = Pace(clock=clock, sleep=clock.sleep)
    first, second = starts(pace, 2)

    pace.slow_down(first, None)
    pace.recover(second)
    (third,) = starts(pace, 1)

    assert pace.slow_down(third, None) == 4.0


def test_no_pause_of_our_own_is_longer_than_a_minute(clock: Clock) -> None:
    pace = Pace(clock=clock, sleep=clock.sleep)

    pauses = [pace.slow_down(starts(pace, 1)[0], None) for _ in range(12)]

    assert max(pauses) == pauses[-1] == 60.0


def test_a_wait_can_be_broken_off_by_whoever_sleeps(clock: Clock) -> None:
    def cancelled(seconds: float) -> None:
        raise InterruptedError

    pace = Pace(clock=clock, sleep=cancelled)
    pace.slow_down(starts(pace, 1)[0], 60.0)

    for _ in range(20):  # more often than there are slots: none is lost
        with pytest.raises(InterruptedError):
            starts(pace, 1)
