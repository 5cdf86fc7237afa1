"""Ctrl-C and SIGTERM end a sync in seconds, whatever it waits for: none of these waits would end by itself."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from counterfoil.cli.exits import ExitCode
from tests.doors.terminal import look, start
from tests.doors.test_cli_sync import Place, place  # noqa: F401 - a fixture
from tests.road.broken import holding

LONG = 100
"""Seconds that a process may take here; the waits are longer."""

STUBBORN = """
import time
from counterfoil.cli import stopping

def work(stop):
    with stop.calling(lambda: print("asked", flush=True)):
        print("working", flush=True)
        time.sleep(1000)

stopping.PATIENCE = {patience}
stopping.stoppable(work)
"""
"""Work that hangs where nothing can reach it, in a name look-up say."""


@pytest.fixture(autouse=True)
def _healthy(place: Place) -> Iterator[None]:  # noqa: F811
    yield
    place.sandbox.heal()


def hanging(place: Place) -> None:  # noqa: F811
    place.sandbox.fault(kind="slow", seconds=3 * LONG, times=100)


def waiting_to_ask_again(place: Place) -> None:  # noqa: F811
    place.sandbox.fault(kind="throttle", retry_after=290, times=100)


def refreshing(place: Place) -> None:  # noqa: F811
    place.sandbox.fault(kind="slow", seconds=3 * LONG, path="oauth2", times=100)
    place.sandbox.fault(kind="gateway", status=401, code="3200", times=100)


def under_way(place: Place) -> int:  # noqa: F811
    """How many calls hang in the sandbox already, left by earlier tests; it counts anew from here on."""
    place.sandbox.reset_counters()
    return int(place.sandbox.counters()["most_at_once"])


def until(process: "subprocess.Popen[str]", reached: Callable[[], object]) -> None:
    while not reached():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


@pytest.mark.parametrize("trouble", [hanging, waiting_to_ask_again, refreshing])
def test_ctrl_c_ends_a_sync_that_waits_and_the_next_one_completes_it(
    place: Place,  # noqa: F811
    trouble: Callable[[Place], None],
) -> None:
    trouble(place)
    left = under_way(place)
    process = start("sync", "acme", env=place.env)
    if trouble is not hanging:
        until(process, lambda: place.sandbox.counters()["calls"])
        place.sandbox.reset_counters()
    if trouble is not waiting_to_ask_again:
        until(process, lambda: place.sandbox.counters()["most_at_once"] > left)

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=LONG)
    place.sandbox.heal()

    assert process.returncode == ExitCode.INTERRUPTED
    assert "Nothing is lost" in err
    assert look("sync", "acme", env=place.env).code == 0


def test_sigterm_ends_a_sync_as_interrupted_with_a_document_that_says_so(place: Place) -> None:  # noqa: F811
    hanging(place)
    left = under_way(place)
    process = start("sync", "acme", "--json", env=place.env)
    until(process, lambda: place.sandbox.counters()["most_at_once"] > left)

    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=LONG)

    listed = look("syncs", "acme", "--json", env=place.env).document["syncs"]
    assert process.returncode == ExitCode.TERMINATED
    assert json.loads(out)["code"] == "sync.interrupted"
    assert listed[0]["state"] == "interrupted"


def test_ctrl_c_ends_a_sync_that_waits_for_a_file_in_other_hands(place: Place) -> None:  # noqa: F811
    with holding(place.warehouse):
        process = start("sync", "acme", env=place.env)
        assert process.stderr is not None
        assert "waiting until it closes the file" in process.stderr.readline()

        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG)

    assert process.returncode == ExitCode.INTERRUPTED
    assert "Nothing is lost" in err
    assert look("sync", "acme", env=place.env).code == 0


@contextmanager
def stubborn(patience: float) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", STUBBORN.format(patience=patience)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "asked\n"
        yield process
        process.kill()


def test_a_second_ctrl_c_ends_at_once_what_does_not_obey_the_first() -> None:
    with stubborn(10 * LONG) as process:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG)

        assert process.returncode == ExitCode.INTERRUPTED
        assert "Nothing is lost" in err


def test_what_never_obeys_is_ended_when_patience_is_over() -> None:
    with stubborn(0.2) as process:
        _, err = process.communicate(timeout=LONG)

        assert process.returncode == ExitCode.INTERRUPTED
        assert "Nothing is lost" in err
