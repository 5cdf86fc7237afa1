"""One refresh at a time, on however many threads and in however many processes; saved before it is used."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.errors import ReconnectNeeded
from counterfoil.model.credential import Tokens
from counterfoil.quickbooks.access import Access, Safe
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.oauth import OAuthApp
from tests.quickbooks.clock import Clock
from tests.quickbooks.safes import NOW, file_safe
from tests.quickbooks.wire import Asked, Reply, Wire

PAST_ITS_END = "7200"


class Rotating:
    """A token end point that gives a new refresh token each time and no longer knows the one before."""

    def __init__(self, body: Callable[..., bytes]) -> None:
        self.given = 0
        self._body = body

    def __call__(self, asked: Asked) -> Reply:
        if f"refresh_token=refresh-{self.given}" not in asked.body.decode():
            return Reply(400, b'{"error":"invalid_grant"}')
        self.given += 1
        return Reply(body=self._body(self.given), takes=0.3)


@pytest.fixture
def intuit(wire: Wire, token_body: Callable[..., bytes]) -> Rotating:
    rotating = Rotating(token_body)
    wire.otherwise = rotating
    return rotating


def start(wire: Wire, folder: Path, *how: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.quickbooks.reader", wire.url, str(folder), PAST_ITS_END, *how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def test_three_processes_that_need_new_tokens_refresh_them_once(
    wire: Wire, intuit: Rotating, tokens: Tokens, tmp_path: Path
) -> None:
    file_safe(tmp_path).save(tokens)

    readers = [start(wire, tmp_path) for _ in range(3)]
    bearers = [reader.communicate(timeout=120)[0].strip() for reader in readers]

    assert bearers == ["access-1"] * 3
    assert intuit.given == 1


def test_a_process_killed_between_saving_and_using_loses_nothing(
    wire: Wire, intuit: Rotating, tokens: Tokens, tmp_path: Path
) -> None:
    file_safe(tmp_path).save(tokens)

    killed = start(wire, tmp_path, "die-after-saving")
    assert killed.communicate(timeout=120)[0] == ""
    bearer = start(wire, tmp_path).communicate(timeout=120)[0].strip()

    assert bearer == "access-1"
    assert intuit.given == 1


def test_tokens_are_saved_before_they_are_used(app: OAuthApp, intuit: Rotating, tokens: Tokens) -> None:
    def full_disk(tokens: Tokens) -> None:
        raise OSError("No space left on device")

    access = Access(app, Safe(lambda: tokens, full_disk, nullcontext), now=lambda: NOW + timedelta(hours=2))

    with pytest.raises(OSError, match="No space"):
        access.bearer()
    assert access._tokens is None


def test_what_could_not_be_saved_is_saved_later_and_not_fetched_anew(
    app: OAuthApp, clock: Clock, intuit: Rotating, tokens: Tokens
) -> None:
    kept, full = [tokens], [True]

    def save(tokens: Tokens) -> None:
        if full[0]:
            raise OSError("No space left on device")
        kept.append(tokens)

    access = Access(app, Safe(lambda: kept[-1], save, nullcontext), now=lambda: NOW + timedelta(hours=2))
    with pytest.raises(OSError, match="No space"):
        access.bearer()
    full[0] = False

    assert access.bearer() == kept[-1].access_token == "access-1"
    assert intuit.given == 1
    assert len(clock.slept) == app.patience.tries - 1


def test_a_save_that_fails_once_is_repeated(app: OAuthApp, intuit: Rotating, tokens: Tokens) -> None:
    kept, failures = [tokens], [OSError("The server closed the connection")]

    def save(tokens: Tokens) -> None:
        if failures:
            raise failures.pop()
        kept.append(tokens)

    access = Access(app, Safe(lambda: kept[-1], save, nullcontext), now=lambda: NOW + timedelta(hours=2))

    assert access.bearer() == kept[-1].access_token == "access-1"


def test_ctrl_c_between_answer_and_save_loses_nothing(
    wire: Wire, intuit: Rotating, tokens: Tokens, tmp_path: Path
) -> None:
    file_safe(tmp_path).save(tokens)

    stopped = start(wire, tmp_path, "stop-before-saving")
    assert stopped.communicate(timeout=120)[0] == ""
    assert stopped.returncode != 0

    assert file_safe(tmp_path).load().access_token == "access-1"


def test_ten_threads_that_learn_of_the_end_ask_intuit_once(
    app: OAuthApp, wire: Wire, safe: Safe, tokens: Tokens
) -> None:
    wire.otherwise = Reply(400, b'{"error":"invalid_grant"}', takes=0.1)
    access = Access(app, safe, now=lambda: NOW + timedelta(hours=2))

    with ThreadPoolExecutor(10) as pool:
        errors = [pool.submit(access.bearer).exception() for _ in range(10)]

    assert [type(error) for error in errors] == [ReconnectNeeded] * 10
    assert len(wire.asked) == 1


def test_a_stale_copy_looks_into_the_store_once_more_before_it_gives_up(
    app: OAuthApp, wire: Wire, tokens: Tokens
) -> None:
    stored = [tokens]
    reconnected = replace(tokens, access_token="of-new-consent", refresh_token="of-new-consent")

    def reconnect(_: Asked) -> Reply:
        stored.append(replace(reconnected, access_expires_at=NOW + timedelta(hours=3)))
        return Reply(400, b'{"error":"invalid_grant"}')

    wire.otherwise = reconnect
    safe = Safe(lambda: stored[-1], stored.append, nullcontext)

    assert Access(app, safe, now=lambda: NOW + timedelta(hours=2)).bearer() == "of-new-consent"


@pytest.mark.parametrize(("minutes", "refreshes"), [(0, 0), (56, 0), (58, 1), (61, 1)])
def test_a_token_is_replaced_shortly_before_its_end(
    access: Access, app: OAuthApp, safe: Safe, intuit: Rotating, minutes: int, refreshes: int
) -> None:
    late = Access(app, safe, now=lambda: NOW + timedelta(minutes=minutes))

    assert late.bearer() == f"access-{refreshes}"
    assert intuit.given == refreshes


def test_what_another_process_has_fetched_is_used(
    app: OAuthApp, intuit: Rotating, tokens: Tokens, tmp_path: Path
) -> None:
    ours, theirs = file_safe(tmp_path), file_safe(tmp_path)
    ours.save(tokens)
    access, other = (Access(app, safe, now=lambda: NOW) for safe in (ours, theirs))
    assert access.bearer() == other.bearer() == "access-0"

    other.reject("access-0")
    access.reject("access-0")

    assert access.bearer() == other.bearer() == "access-1"
    assert intuit.given == 1


def test_a_grant_that_is_gone_leaves_the_saved_tokens_alone(
    app: OAuthApp, wire: Wire, tokens: Tokens, tmp_path: Path
) -> None:
    safe = file_safe(tmp_path)
    safe.save(tokens)
    wire.otherwise = Reply(400, b'{"error":"invalid_grant"}')

    with pytest.raises(ReconnectNeeded):
        Access(app, safe, now=lambda: NOW + timedelta(hours=2)).bearer()

    assert safe.load() == tokens


def test_a_reader_that_reconnected_meanwhile_goes_on(
    app: OAuthApp, wire: Wire, tokens: Tokens, tmp_path: Path
) -> None:
    safe = file_safe(tmp_path)
    safe.save(tokens)
    wire.otherwise = Reply(400, b'{"error":"invalid_grant"}')
    now: list[datetime] = [NOW + timedelta(hours=2)]
    access = Access(app, safe, now=lambda: now[0])
    with pytest.raises(ReconnectNeeded):
        access.bearer()

    now[0] = NOW
    safe.save(tokens)

    assert access.bearer() == "access-0"


def test_what_another_process_saved_is_refreshed_when_it_has_ended_too(
    acme: Client, safe: Safe, tokens: Tokens, wire: Wire, token_body: Callable[..., bytes]
) -> None:
    acme.query("SELECT * FROM Invoice")
    safe.save(replace(tokens, access_token="also-ended"))
    wire.script = [Reply(401), Reply(401), Reply(body=token_body(1))]

    acme.query("SELECT * FROM Invoice")

    bearers = [asked.headers["authorization"] for asked in wire.asked if asked.path != "/token"]
    assert bearers[-3:] == ["Bearer access-0", "Bearer also-ended", "Bearer access-1"]
