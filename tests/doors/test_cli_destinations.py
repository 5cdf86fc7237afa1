"""Destinations as people and scripts meet them at the command line."""

from io import StringIO
from pathlib import Path

import pytest

from counterfoil.cli.exits import ExitCode
from counterfoil.destinations import KINDS
from tests.doors.terminal import Ended, environment, look
from tests.doors.test_export import VAULTED

NEVER_SHOWN = "hunter2 with a space "


@pytest.fixture(autouse=True)
def vaulted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind with a password, and somebody who sends one in."""
    monkeypatch.setitem(KINDS, "vaulted", VAULTED)
    monkeypatch.setattr("sys.stdin", StringIO(f"{NEVER_SHOWN}\n"))


def ask(home: Path, *words: str) -> Ended:
    ended = look(*words, env=environment(home))
    assert ended.code == ExitCode.OK, ended.out + ended.err
    assert NEVER_SHOWN.strip() not in ended.out + ended.err
    return ended


def test_a_secret_is_read_from_standard_input_and_never_shown(tmp_path: Path) -> None:
    made = ask(
        tmp_path,
        *("destinations", "create", "books", "--kind", "vaulted", "--option", "address=db"),
        *("--ask", "password", "--json"),
    )

    assert made.document["options"] == {"address": "db", "password": "${@password}"}
    assert "--ask password" in ask(tmp_path, "destinations", "show", "books", "--as", "cli").out
    assert "${BOOKS_PASSWORD}" in ask(tmp_path, "destinations", "show", "books", "--as", "yaml").out


def test_a_secret_on_the_command_line_is_refused(tmp_path: Path) -> None:
    ended = look(
        *("destinations", "create", "books", "--kind", "vaulted", "--option", "address=db"),
        *("--option", "password=hunter2"),
        env=environment(tmp_path),
    )

    assert ended.code == ExitCode.NEEDS_PERSON
    assert "everybody on this machine can read a command line" in " ".join(ended.err.split())
    assert "hunter2" not in ended.out + ended.err
    assert ask(tmp_path, "destinations", "--json").document == {"destinations": []}


def test_what_is_not_named_stays_when_a_destination_is_edited(tmp_path: Path) -> None:
    path = f"path={tmp_path}/a.duckdb"
    ask(
        tmp_path,
        *("destinations", "create", "a", "--kind", "duckdb", "--option", path),
        *("--option", "memory=1GB", "--option", "wait_seconds=5"),
    )

    edited = ask(
        tmp_path,
        *("destinations", "edit", "a", "--rename", "b", "--option", "memory=2GB"),
        *("--without", "wait_seconds", "--json"),
    ).document

    assert (edited["name"], edited["options"]) == (
        "b",
        {"path": f"{tmp_path}/a.duckdb", "memory": "2GB"},
    )


def test_proving_says_which_step_failed(tmp_path: Path) -> None:
    ask(tmp_path, *("destinations", "create", "a", "--kind", "duckdb", "--option", "path=/proc/no/a.duckdb"))

    ended = look("destinations", "prove", "a", "--json", env=environment(tmp_path))

    assert ended.code == ExitCode.NEEDS_PERSON
    assert ended.document["steps"][0]["proof"] == "failed"


def test_the_kinds_are_listed_with_what_they_want_to_know(tmp_path: Path) -> None:
    told = ask(tmp_path, "destinations", "kinds", "--json").document["kinds"]

    assert {"duckdb", "vaulted"} <= {kind["name"] for kind in told}
