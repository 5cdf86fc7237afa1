"""A client that is told to stop leaves at once, whatever it waits for: none of these answers ever comes in time."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from counterfoil.errors import Cancelled
from counterfoil.model.credential import Tokens
from counterfoil.quickbooks.access import Access, Safe
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.quickbooks.pace import AT_ONCE
from counterfoil.quickbooks.retry import Patience
from counterfoil.stop import Stop
from tests.quickbooks.safes import NOW
from tests.quickbooks.wire import GOOD, Asked, Reply, Wire

LONG = 60.0
"""Seconds that a test may take; each of these waits would be longer."""
PEOPLE = Cancelled("The sync was stopped.")


class Hanging:
    """A QuickBooks that says nothing until it is let go; `reached` tells that it was asked."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked = threading.Semaphore(0)
        self.released = threading.Event()

    def __call__(self, _: Asked) -> Reply:
        self.asked.release()
        self.released.wait(3 * LONG)
        return self.reply

    def reached(self) -> None:
        assert self.asked.acquire(timeout=LONG)


@pytest.fixture
def stop() -> Stop:
    return Stop()


@pytest.fixture
def hanging(wire: Wire) -> Iterator[Hanging]:
    wire.otherwise = hanging = Hanging(Reply())
    yield hanging
    hanging.released.set()


@pytest.fixture
def stoppable(wire: Wire, app: OAuthApp, safe: Safe, stop: Stop) -> Iterator[Client]:
    """A client whose pace and patience really wait."""
    access = Access(app, safe, now=lambda: NOW, stop=stop)
    with Client(wire.url, "4620816365", access, patience=Patience(first_wait=3 * LONG), stop=stop) as client:
        yield client


@pytest.fixture
def hands() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2 * AT_ONCE) as hands:
        yield hands


def cancelled(asking: Future[Any]) -> bool:
    return isinstance(asking.exception(LONG), Cancelled)


def test_an_answer_that_does_not_come_is_waited_for_no_longer(
    stoppable: Client, hanging: Hanging, stop: Stop, hands: ThreadPoolExecutor
) -> None:
    asking = hands.submit(stoppable.get, "companyinfo/1")
    hanging.reached()

    stop.ask(PEOPLE)

    assert cancelled(asking)
    assert not hanging.released.is_set()


def test_the_request_that_was_left_behind_ends_with_its_connection(
    stoppable: Client, hanging: Hanging, stop: Stop, hands: ThreadPoolExecutor
) -> None:
    asking = hands.submit(stoppable.get, "companyinfo/1")
    hanging.reached()
    stop.ask(PEOPLE)
    assert cancelled(asking)

    stoppable.close()

    for thread in [each for each in threading.enumerate() if each.name.startswith("wire")]:
        thread.join(LONG)
        assert not thread.is_alive()
    assert not hanging.released.is_set()


def test_those_who_wait_for_their_turn_leave_too_and_ask_nothing(
    stoppable: Client, hanging: Hanging, wire: Wire, stop: Stop, hands: ThreadPoolExecutor
) -> None:
    asking = [hands.submit(stoppable.get, "companyinfo/1") for _ in range(AT_ONCE + 5)]
    for _ in range(AT_ONCE):
        hanging.reached()

    stop.ask(PEOPLE)

    assert all(cancelled(one) for one in asking)
    assert len(wire.asked) == AT_ONCE


@pytest.mark.parametrize(
    "reply", [Reply(429, b"", {"Retry-After": "200"}), Reply(503, b"")], ids=["429", "503"]
)
def test_a_pause_before_asking_again_ends_at_once(
    stoppable: Client, wire: Wire, stop: Stop, hands: ThreadPoolExecutor, reply: Reply
) -> None:
    wire.otherwise = reply
    asking = hands.submit(stoppable.get, "companyinfo/1")
    while not stoppable.counters.retries:
        time.sleep(0.01)

    stop.ask(PEOPLE)

    assert cancelled(asking)
    assert len(wire.asked) == 1


def test_a_client_that_was_stopped_asks_nothing_more(stoppable: Client, wire: Wire, stop: Stop) -> None:
    stop.ask(PEOPLE)

    with pytest.raises(Cancelled, match="The sync was stopped"):
        stoppable.get("companyinfo/1")
    assert wire.asked == []


@pytest.fixture
def late(app: OAuthApp, safe: Safe, stop: Stop) -> Access:
    """Tokens that have to be refreshed before anything can be asked."""
    return Access(app, safe, now=lambda: NOW + timedelta(hours=2), stop=stop)


def test_a_refresh_whose_answer_is_about_to_come_is_waited_for_and_saved(
    late: Access,
    safe: Safe,
    hanging: Hanging,
    stop: Stop,
    hands: ThreadPoolExecutor,
    token_body: Callable[..., bytes],
) -> None:
    hanging.reply = Reply(body=token_body(1))
    asking = hands.submit(late.bearer)
    hanging.reached()

    stop.ask(PEOPLE)
    hanging.released.set()

    asking.exception(LONG)
    assert safe.load().access_token == "access-1"


def test_a_refresh_that_hangs_is_left_and_still_saved_when_its_answer_comes(
    late: Access,
    safe: Safe,
    hanging: Hanging,
    stop: Stop,
    hands: ThreadPoolExecutor,
    token_body: Callable[..., bytes],
) -> None:
    hanging.reply = Reply(body=token_body(1))
    asking = hands.submit(late.bearer)
    hanging.reached()

    stop.ask(PEOPLE)

    assert cancelled(asking)
    assert safe.load().access_token == "access-0"
    hanging.released.set()
    for thread in [each for each in threading.enumerate() if each.name.startswith("refresh")]:
        thread.join(LONG)
    assert safe.load().access_token == "access-1"


def test_tokens_that_came_are_saved_though_the_disk_fails_at_first_and_the_stop_was_asked(
    app: OAuthApp, wire: Wire, safe: Safe, stop: Stop, token_body: Callable[..., bytes]
) -> None:
    wire.otherwise = Reply(body=token_body(1))
    failures = [OSError("disk")]

    def save(tokens: Tokens) -> None:
        stop.ask(PEOPLE)
        if failures:
            raise failures.pop()
        safe.save(tokens)

    access = Access(app, replace(safe, save=save), now=lambda: NOW + timedelta(hours=2), stop=stop)

    assert access.bearer() == "access-1"
    assert safe.load().access_token == "access-1"


def test_no_refresh_is_begun_once_the_stop_was_asked(late: Access, wire: Wire, stop: Stop) -> None:
    stop.ask(PEOPLE)

    with pytest.raises(Cancelled):
        late.bearer()
    assert wire.asked == []


def test_a_client_that_nobody_stops_closes_its_connections(wire: Wire, access: Access) -> None:
    wire.otherwise = Reply(body=GOOD)
    with closing(Client(wire.url, "4620816365", access)) as client:
        client.get("companyinfo/1")

    assert client._http.is_closed
