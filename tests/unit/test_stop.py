"""A stop is asked once, and whoever waits hears of it."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from counterfoil.errors import Cancelled, Interrupted
from counterfoil.stop import Stop

LONG = 60.0
PEOPLE = Cancelled("Someone stopped it.", do="Nothing is lost.")


def test_it_raises_nothing_before_it_is_asked() -> None:
    stop = Stop()

    stop.check()
    stop.sleep(0)

    assert not stop.is_asked


def test_what_it_was_asked_with_first_is_raised() -> None:
    stop = Stop()

    stop.ask(Interrupted("The process ends.", do="Wait."))
    stop.ask(PEOPLE)

    with pytest.raises(Interrupted, match=r"The process ends. Wait."):
        stop.check()


def test_it_ends_a_sleep() -> None:
    stop = Stop()
    with ThreadPoolExecutor(1) as hand:
        sleeping = hand.submit(stop.sleep, 10 * LONG)
        stop.ask(PEOPLE)

        assert isinstance(sleeping.exception(LONG), Cancelled)


def test_a_deed_is_done_when_it_is_asked_and_at_once_when_it_was() -> None:
    stop, done = Stop(), list[str]()

    with stop.calling(lambda: done.append("over")):
        pass
    with stop.calling(lambda: done.append("early")):
        stop.ask(PEOPLE)
    with stop.calling(lambda: done.append("late")):
        pass

    assert done == ["early", "late"]


def test_a_result_that_never_comes_is_left() -> None:
    stop, never = Stop(), Future[None]()
    threading.Timer(0.05, stop.ask, (PEOPLE,)).start()

    with pytest.raises(Cancelled):
        stop.result(never)


def test_a_result_that_comes_within_the_grace_is_taken() -> None:
    stop, soon = Stop(), Future[str]()
    stop.ask(PEOPLE)
    threading.Timer(0.05, soon.set_result, ("an answer",)).start()

    assert stop.result(soon, grace=LONG) == "an answer"
