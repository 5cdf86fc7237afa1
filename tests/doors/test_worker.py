"""`counterfoil worker` and `counterfoil move-to`, as people type them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import Server


def typed(home: Path, *arguments: str, url: str = "", given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COUNTERFOIL_HOME": str(home), "COUNTERFOIL_DATABASE_URL": url}
    return subprocess.run(
        [sys.executable, "-m", "counterfoil", *arguments],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_worker_on_sqlite_says_what_to_do_instead(tmp_path: Path) -> None:
    ended = typed(tmp_path, "worker")

    assert ended.returncode == 3
    assert "counterfoil move-to" in ended.stderr


def test_a_password_in_an_address_is_refused_on_the_command_line(tmp_path: Path) -> None:
    ended = typed(tmp_path, "move-to", "postgresql://me:hunter22@127.0.0.1:1/books")

    assert ended.returncode == 3
    assert "standard input" in ended.stderr
    assert "hunter22" not in ended.stderr + ended.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_is_moved_and_a_worker_runs_there_until_it_is_told_to_end(
    tmp_path: Path, postgres: Server, number: signal.Signals
) -> None:
    url = postgres.new_database()
    moved = typed(tmp_path, "move-to", "-", given=url + "\n")
    assert moved.returncode == 0, moved.stderr
    assert "The old database is as it was" in moved.stdout

    environment = {**os.environ, "COUNTERFOIL_HOME": str(tmp_path), "COUNTERFOIL_DATABASE_URL": url}
    with subprocess.Popen(
        [sys.executable, "-m", "counterfoil", "worker"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        said = worker.stdout.readline()
        while "Working on" not in said:
            said = worker.stdout.readline()
            assert said, "it ended"
        worker.send_signal(number)
        rest = worker.stdout.read()

    assert worker.returncode == 0
    assert "Stopped." in rest
