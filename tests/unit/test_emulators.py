"""Stand-ins for warehouses get an environment once, and leave no process behind."""

import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import emulators
from tests.emulators import MakingError, ServingError, environment, free_port, serving

IN_A_CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'http.server', *sys.argv[1:]])"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_an_environment_is_made_once_and_made_again_when_it_was_left_half(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Path] = []

    def make(folder: Path, _: Sequence[str]) -> None:
        folder.mkdir()
        made.append(folder)

    monkeypatch.setattr(emulators, "_make", make)

    python = environment("thing", ["a==1", "b"])
    assert environment("thing", ["b", "a==1"]) == python
    assert len(made) == 1

    assert environment("thing", ["a==2", "b"]) != python
    (python.parents[1] / "whole").unlink()
    environment("thing", ["a==1", "b"])
    assert len(made) == 3


def test_an_environment_that_cannot_be_made_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(MakingError, match="with a==1"):
        environment("thing", ["a==1"])


def test_a_server_and_its_children_are_gone_afterwards() -> None:
    port = free_port()

    with serving([sys.executable, "-c", IN_A_CHILD, str(port)], f"http://127.0.0.1:{port}/none"):
        socket.create_connection(("127.0.0.1", port)).close()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_server_that_ends_is_told_with_its_last_words() -> None:
    with (
        pytest.raises(ServingError, match="no licence"),
        serving([sys.executable, "-c", "raise SystemExit('no licence')"], free_port()),
    ):
        raise AssertionError("it never served")


def test_a_server_that_does_not_answer_in_time_is_ended() -> None:
    port = free_port()
    other = [sys.executable, "-m", "http.server", str(port)]

    with pytest.raises(ServingError), serving(other, free_port(), seconds=1):
        raise AssertionError("it never served")

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
