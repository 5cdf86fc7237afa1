"""`counterfoil alerts` at the command line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sight.conftest import Hook, Service


@pytest.fixture
def home(migrated_file: Path, tmp_path: Path) -> Path:
    """A home folder with a store in which nothing happened yet."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    shutil.copy(migrated_file, folder / "counterfoil.db")
    return folder


def run(home: Path, *arguments: str, said: str = "", **variables: str) -> tuple[int, Any, str]:
    """The exit code, the document, and what standard error showed."""
    program = [sys.executable, "-m", "counterfoil", "alerts", *arguments, "--json", "--home", str(home)]
    done = subprocess.run(
        program,
        check=False,
        input=said,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **variables},
    )
    return done.returncode, json.loads(done.stdout), done.stderr


def test_a_channel_is_added_shown_tried_and_removed_and_its_address_stays_secret(
    home: Path, hook: Hook
) -> None:
    code, made, _ = run(home, "add", "ops", "--address-from", "OPS", "--kind", "budget", OPS=hook.url)
    assert code == 0
    assert "hunter2" not in json.dumps(made)
    (shown,) = run(home, "channels")[1]["channels"]
    assert (shown["name"], shown["address"], shown["kinds"]) == ("ops", "json://127.0.0.1/***", ["budget"])

    assert run(home, "test", "ops")[0] == 0
    assert len(hook.got) == 1
    assert run(home, "remove", "ops")[0] == 0
    assert run(home, "channels")[1] == {"channels": []}
    assert "hunter2" not in (home / "counterfoil.log").read_text()


def test_an_address_may_come_from_standard_input(home: Path, hook: Hook) -> None:
    assert run(home, "add", "ops", said=f"{hook.url}\n")[0] == 0

    assert run(home, "test", "ops")[0] == 0


def test_a_channel_that_does_not_take_the_message_fails_the_test(home: Path, hook: Hook) -> None:
    run(home, "add", "ops", said=f"{hook.url}\n")
    hook.broken = True
    code, told, _ = run(home, "test", "ops")

    assert code != 0
    assert told["code"] == "alert.not_sent"


@pytest.mark.parametrize(
    "arguments",
    [["--kind", "weather"], ["--address-from", "NOT_SET"], ["--quiet", "always"], ["--zone", "Mars"]],
)
def test_what_cannot_be_is_refused_with_what_to_do(home: Path, hook: Hook, arguments: list[str]) -> None:
    code, told, _ = run(home, "add", "ops", *arguments, said=f"{hook.url}\n")

    assert code != 0
    assert (told["code"], bool(told["do"])) == ("setting.invalid", True)


def test_what_is_wrong_is_listed(home: Path, service: Service, tmp_path: Path) -> None:
    service.sync(service.source(), "quickbooks.forbidden", what="Not allowed.")
    service.look()
    shutil.copy(tmp_path / "counterfoil.db", home / "counterfoil.db")
    for kept in tmp_path.glob("counterfoil.db-*"):
        shutil.copy(kept, home / kept.name)
    (alert,) = run(home, "list")[1]["alerts"]

    assert (alert["kind"], alert["name"], alert["state"]) == ("sync_failed", "acme", "urgent")
    assert "Not allowed." in alert["what"]


def test_nothing_wrong_is_said_as_such(home: Path) -> None:
    assert run(home, "list")[1] == {"alerts": []}
