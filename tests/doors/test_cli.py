"""The command line by itself: how it speaks, how it ends, what its pages promise."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from counterfoil import logs
from counterfoil.cli import make_app
from counterfoil.cli.command import SHARED_FLAGS, Door, enter
from counterfoil.cli.exits import ExitCode, exit_of, exit_of_code
from counterfoil.cli.foreign import visible
from counterfoil.cli.reference import page
from counterfoil.cli.screen import Screen
from counterfoil.cli.tree import tree, walk
from counterfoil.errors import (
    CounterfoilError,
    Defect,
    NeedsPerson,
    QuickBooksDown,
    ReconnectNeeded,
    Transient,
)
from tests.doors.terminal import environment, look, run

DOCS = Path(__file__).parents[2] / "docs" / "reference"


def test_it_loads_nothing_heavy_before_a_command_needs_it() -> None:
    heavy = {"sqlalchemy", "duckdb", "pyarrow", "httpx2", "msgspec", "uvicorn", "cryptography"}
    code = "import sys; from counterfoil.cli import make_app; make_app(); print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert heavy.isdisjoint(loaded.split())


def test_it_says_its_version(tmp_path: Path) -> None:
    ended = look("--version", env=environment(tmp_path))

    assert (ended.code, ended.out.split()[0]) == (0, "Counterfoil")


def test_it_guesses_a_mistyped_command_and_ends_as_wrong_use(tmp_path: Path) -> None:
    ended = look("snc", env=environment(tmp_path))

    assert ended.code == ExitCode.WRONG_USE
    assert "Did you mean 'sync'" in ended.err
    assert "counterfoil --help" in ended.err


def test_it_tells_machines_of_wrong_use_in_json(tmp_path: Path) -> None:
    ended = look("sync", "--json", env=environment(tmp_path))

    assert ended.code == ExitCode.WRONG_USE
    assert ended.document["code"] == "usage"
    assert "SOURCE" in ended.document["what"]
    assert "counterfoil sync --help" in ended.document["do"]


def test_it_tells_people_what_happened_and_what_to_do_without_a_traceback(tmp_path: Path) -> None:
    ended = run("sync", "nowhere", env=environment(tmp_path))

    assert ended.code == ExitCode.NEEDS_PERSON
    assert "There is no source named 'nowhere'." in ended.err
    assert "counterfoil sources list" in ended.err
    assert "Traceback" not in ended.err


def test_it_keeps_its_home_and_its_log_from_others(tmp_path: Path) -> None:
    home = tmp_path / "home"

    look("sources", "--home", str(home), env=environment(tmp_path / "another"))

    assert home.stat().st_mode & 0o077 == 0
    assert (home / "counterfoil.log").stat().st_mode & 0o077 == 0
    assert not (tmp_path / "another").exists()


def test_it_lists_without_the_word_list_and_offers_a_first_step(tmp_path: Path) -> None:
    ended = look("syncs", env=environment(tmp_path))

    assert ended.code == 0
    assert "Nothing ran yet." in ended.out
    assert "counterfoil sync SOURCE" in ended.err


def test_it_explains_where_client_id_and_secret_come_from(tmp_path: Path) -> None:
    ended = look("connect", "acme", env=environment(tmp_path))

    assert ended.code == ExitCode.NEEDS_PERSON
    assert "developer.intuit.com" in ended.err
    assert "http://127.0.0.1:8790/callback" in ended.err
    assert "COUNTERFOIL_QUICKBOOKS_CLIENT_ID" in ended.err


def test_it_reports_a_defect_with_its_log_and_without_secrets(tmp_path: Path) -> None:
    err = StringIO()
    door = Door(Screen(as_json=False, out=StringIO(), err=err), home=str(tmp_path))
    logs.keep_secret("hunter2hunter2")

    def deed() -> None:
        door.settings()
        raise ValueError("token=hunter2hunter2")

    code = enter(door, deed)

    written = (tmp_path / "counterfoil.log").read_text()
    assert code == ExitCode.DEFECT
    assert "counterfoil.log" in "".join(err.getvalue().split("\n")).replace(" ", "")
    assert "Traceback" in written
    assert "hunter2" not in written + err.getvalue()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NeedsPerson("x"), ExitCode.NEEDS_PERSON),
        (ReconnectNeeded("x"), ExitCode.NEEDS_PERSON),
        (Transient("x"), ExitCode.TRY_LATER),
        (QuickBooksDown("x"), ExitCode.TRY_LATER),
        (Defect("x"), ExitCode.DEFECT),
        (CounterfoilError("x"), ExitCode.DEFECT),
    ],
)
def test_the_exit_code_says_who_can_end_the_trouble(error: CounterfoilError, code: ExitCode) -> None:
    assert exit_of(error) is code
    assert exit_of_code(error.code) is code


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ünïcode & 株式会社", "Ünïcode & 株式会社"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("gro\u202egnip", "gro\\u202egnip"),
        ("a\r\nb\tc", "a b c"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
    ],
)
def test_text_from_the_books_cannot_act_on_the_terminal(typed: str, shown: str) -> None:
    assert visible(typed) == shown


def test_an_error_shows_hostile_text_harmlessly_on_both_outputs() -> None:
    out, err = StringIO(), StringIO()

    Screen(as_json=False, out=out, err=err).failed("x", "He said \x1b]0;owned\x07\u202e", "")
    Screen(as_json=True, out=out, err=err).failed("x", "He said \x1b]0;owned\x07\u202e", "")

    assert not {"\x1b", "\x07", "\u202e"} & set(out.getvalue() + err.getvalue())


def test_every_command_says_what_it_does_and_takes_the_shared_options() -> None:
    for command, _ in walk(tree(make_app())):
        assert command.help
        if not hasattr(command, "commands"):
            assert {flag for param in command.params for flag in param.opts} >= SHARED_FLAGS


def test_the_reference_page_is_what_the_commands_say() -> None:
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == page()


def test_the_page_of_exit_codes_names_every_one() -> None:
    text = (DOCS / "exit-codes.md").read_text(encoding="utf-8")

    assert [code for code in ExitCode if f"| {int(code)} |" not in text] == []
