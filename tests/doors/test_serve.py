"""`counterfoil serve` as a process: what it says, what it answers, how it ends."""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from counterfoil.server.serving import settled

PATIENCE = 180.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(home: Path, port: int, *more: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "counterfoil", "serve", "--json", "--home", str(home)]
    environment = {**os.environ, "COUNTERFOIL_PUBLIC_URL": f"http://localhost:{port}"}
    process = subprocess.Popen(
        [*command, "--port", str(port), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def told_by(process: subprocess.Popen[str]) -> dict[str, str | None]:
    """The one document that it writes before it serves."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.startswith("}"):
            break
    told: dict[str, str | None] = json.loads(text)
    return told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_until_it_is_told_to_end_and_then_ends_well(tmp_path: Path, number: int) -> None:
    port = free_port()
    with serving(tmp_path, port) as process:
        told = told_by(process)
        answer = httpx2.get(f"http://127.0.0.1:{port}/api/v1/me", timeout=PATIENCE, trust_env=False)
        process.send_signal(number)
        said, log = process.communicate(timeout=PATIENCE)

    assert told["listens"] == f"127.0.0.1:{port}"
    assert answer.status_code == 401
    assert process.returncode == 0, log
    assert "Traceback" not in said + log


def test_the_first_administrator_comes_in_by_a_link_that_no_log_has(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port) as process:
        link = told_by(process)["set_up"]
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE)

    assert link is not None
    assert link.startswith(f"http://localhost:{port}/welcome/")
    assert link.rsplit("/", 1)[1] not in log


def test_listening_to_others_without_tls_is_warned_of(tmp_path: Path) -> None:
    with serving(tmp_path, free_port(), "--host", "0.0.0.0") as process:
        told = told_by(process)

    assert "clear text" in (told["warning"] or "")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        serving(tmp_path, taken.getsockname()[1]) as process,
    ):
        said, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 3
    assert json.loads(said)["code"] == "setting.invalid"


def test_a_full_round_of_the_garbage_collector_spares_what_stood_before() -> None:
    gc.collect()
    before = len(gc.get_objects())
    with settled():
        assert gc.get_freeze_count() > 0.9 * before
        assert len(gc.get_objects()) < 0.1 * before
    assert gc.get_freeze_count() == 0
