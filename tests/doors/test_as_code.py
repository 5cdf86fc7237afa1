"""What is shown as commands and as a file makes the same again where there is nothing."""

from pathlib import Path
from typing import Any

import pytest

from counterfoil.cli.exits import ExitCode
from tests.doors.shell import words_of
from tests.doors.terminal import Ended, environment, look

NASTY = (
    'O\'Brien & Söhne "Ltd" $(touch owned) `touch owned`',
    "--credential",
    "a.b",
    "a.b.quickbooks",
    "株式 🎉 # no; touch owned | cat > owned",
)
COMPANIES = """\
version: 1
credentials:
  - {name: "-x 'acme'", realm_id: "0123", environment: sandbox}
"""


def ask(home: Path, *words: str) -> Ended:
    ended = look(*words, env=environment(home))
    assert ended.code == ExitCode.OK, ended.out + ended.err
    return ended


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A home in which a company is known, and nothing else."""
    file = tmp_path / "companies.yaml"
    file.write_text(COMPANIES, encoding="utf-8")
    ask(tmp_path / "empty", "apply", str(file))
    return tmp_path / "empty"


@pytest.fixture
def full(tmp_path: Path, empty: Path) -> Path:
    """A home with sources and destinations whose names mean something to shells and to YAML."""
    home = tmp_path / "full"
    ask(home, "apply", str(tmp_path / "companies.yaml"))
    for place, name in enumerate(NASTY):
        path = f"path={tmp_path}/{place} $HOME's.duckdb"
        ask(home, "destinations", "create", "--kind", "duckdb", "--option", path, "--", name)
        if place % 2:
            more = ("--currency", "USD") if place == 1 else ("--dataset", "group_books")
            ask(home, "companies", "install", *more, "--", name)
        ask(
            home,
            *("sources", "create", "--credential=-x 'acme'", "--to", f"{name}.quickbooks"),
            *(["--stream", "Invoice", "--stream", "Customer", "--paused"] if place % 2 else []),
            *("--prefix", f"p{place}_", "--schedule", "cron 0 6 * * 1-5 Europe/Berlin", "--", name),
        )
    return home


def standing(home: Path) -> list[dict[str, Any]]:
    """All sources and destinations, as people set them."""
    told = ask(home, "sources", "--json").document["sources"]
    told += ask(home, "destinations", "--json").document["destinations"]
    return [{key: each[key] for key in each if key not in ("version", "next_run_at")} for each in told]


def test_commands_make_the_same_again_whatever_things_are_called(
    full: Path, empty: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in NASTY:
        script = ask(full, "sources", "show", "--as", "cli", "--", name).out
        for words in words_of(script, folder):
            ask(empty, *words)

    assert standing(empty) == standing(full)


def test_files_make_the_same_again_whatever_things_are_called(
    full: Path, empty: Path, tmp_path: Path
) -> None:
    for place, name in enumerate(NASTY):
        file = tmp_path / f"{place}.yaml"
        file.write_text(ask(full, "sources", "show", "--as", "yaml", "--", name).out, encoding="utf-8")
        ask(empty, "apply", str(file))

    assert standing(empty) == standing(full)
