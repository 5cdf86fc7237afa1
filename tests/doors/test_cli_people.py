"""People, keys, the trail and the secret key, at the command line."""

import re
from pathlib import Path

import pytest

from counterfoil.cli.exits import ExitCode
from tests.doors.terminal import Ended, environment, look

WORD = re.compile(r"cf[kl]_[A-Za-z0-9_-]{43}")


def said(home: Path, *arguments: str, key: str = "") -> Ended:
    return look(*arguments, env=environment(home) | ({"COUNTERFOIL_KEY": key} if key else {}))


def key_of(home: Path, role: str) -> str:
    made: str = said(home, "keys", "create", f"a {role}", "--role", role, "--json").document["key"]
    return made


def test_the_first_administrator_can_be_invited_from_the_server(tmp_path: Path) -> None:
    assert "counterfoil users invite EMAIL --role admin" in said(tmp_path, "users").err

    ended = said(tmp_path, "users", "invite", "Ada@Acme.example", "--role", "admin")

    assert ended.code == ExitCode.OK
    assert re.search(r"http://localhost:8080/welcome/cfl_[A-Za-z0-9_-]{43}", ended.out)
    (user,) = said(tmp_path, "users", "--json").document["users"]
    assert (user["email"], user["role"], user["state"]) == ("ada@acme.example", "admin", "invited")


def test_a_link_is_on_one_line_however_narrow_the_terminal(tmp_path: Path) -> None:
    env = environment(tmp_path) | {
        "COLUMNS": "40",
        "COUNTERFOIL_PUBLIC_URL": "https://books.acme.example/" + "x" * 60,
    }

    ended = look("users", "invite", "ada@acme.example", env=env)

    assert any(line.strip().startswith("https://") and WORD.search(line) for line in ended.out.splitlines())


def test_users_are_changed_and_removed_by_their_address(tmp_path: Path) -> None:
    said(tmp_path, "users", "invite", "vic@acme.example")

    assert (
        said(tmp_path, "users", "role", "vic@acme.example", "editor", "--json").document["role"] == "editor"
    )
    assert said(tmp_path, "users", "disable", "vic@acme.example", "--json").document["state"] == "disabled"
    assert said(tmp_path, "users", "enable", "vic@acme.example", "--json").document["state"] == "invited"
    assert WORD.search(said(tmp_path, "users", "link", "vic@acme.example").out)
    assert said(tmp_path, "users", "remove", "vic@acme.example").code == ExitCode.OK
    assert said(tmp_path, "users", "--json").document == {"users": []}


def test_a_role_that_does_not_exist_is_wrong_use(tmp_path: Path) -> None:
    ended = said(tmp_path, "users", "invite", "vic@acme.example", "--role", "boss")

    assert ended.code == ExitCode.WRONG_USE
    assert "viewer, editor or admin" in ended.err


def test_a_key_is_shown_once_and_lets_commands_in(tmp_path: Path) -> None:
    made = said(tmp_path, "keys", "create", "nightly", "--role", "admin", "--days", "30")
    found = WORD.search(made.out)
    assert found is not None
    listed = said(tmp_path, "keys", key=found.group())

    assert "nightly" in listed.out
    assert found.group() not in listed.out
    entry = said(tmp_path, "audit", "--noun", "key", "--json", key=found.group()).document["entries"][0]
    assert (entry["deed"], entry["actor"]["name"]) == ("created", "the command line")


@pytest.mark.parametrize(
    "command",
    [
        ("users",),
        ("users", "invite", "eve@evil.example", "--role", "admin"),
        ("users", "link", "ada@acme.example"),
        ("users", "role", "ada@acme.example", "viewer"),
        ("users", "disable", "ada@acme.example"),
        ("users", "enable", "ada@acme.example"),
        ("users", "remove", "ada@acme.example"),
        ("keys",),
        ("keys", "create", "mine", "--role", "admin"),
        ("keys", "revoke", "a viewer"),
        ("audit",),
        ("rotate-key",),
        ("rotate-key", "--drop-old"),
    ],
    ids=" ".join,
)
def test_an_editor_s_key_is_refused_what_only_an_administrator_may(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    said(tmp_path, "users", "invite", "ada@acme.example", "--role", "admin")
    editor = key_of(tmp_path, "editor")
    before = said(tmp_path, "audit", "--json").document

    ended = said(tmp_path, *command, "--json", key=editor)

    assert ended.code == ExitCode.NEEDS_PERSON
    assert ended.document["code"] == "forbidden"
    assert said(tmp_path, "audit", "--json").document == before


def test_what_a_key_does_is_told_under_its_name(tmp_path: Path) -> None:
    admin = key_of(tmp_path, "admin")
    said(tmp_path, "users", "invite", "ada@acme.example", key=admin)

    (entry,) = said(tmp_path, "audit", "--deed", "invited", "--json").document["entries"]

    assert entry["actor"] | {"id": ""} == {"kind": "key", "id": "", "name": "the key 'a admin'"}


@pytest.mark.parametrize(
    "command", [("sources",), ("users",), ("sync", "acme"), ("tables", "acme")], ids=" ".join
)
def test_a_wrong_key_opens_nothing_and_is_not_repeated(tmp_path: Path, command: tuple[str, ...]) -> None:
    wrong = "cfk_" + "x" * 43

    ended = said(tmp_path, *command, key=wrong)

    assert ended.code == ExitCode.NEEDS_PERSON
    assert "The key is wrong" in ended.err
    assert wrong not in ended.out + ended.err + (tmp_path / "counterfoil.log").read_text()


def test_a_revoked_key_opens_nothing_more(tmp_path: Path) -> None:
    viewer = key_of(tmp_path, "viewer")
    assert said(tmp_path, "sources", key=viewer).code == ExitCode.OK
    said(tmp_path, "keys", "revoke", "a viewer")

    assert said(tmp_path, "sources", key=viewer).code == ExitCode.NEEDS_PERSON


def test_the_trail_is_paged_from_the_newest(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        said(tmp_path, "keys", "create", name)

    first = said(tmp_path, "audit", "--limit", "2")
    rest = said(tmp_path, "audit", "--before", "2", "--json").document

    assert "counterfoil audit --before 2" in first.err
    assert [entry["thing"]["name"] for entry in rest["entries"]] == ["one"]


def test_the_secret_key_is_rotated_and_the_old_one_dropped(tmp_path: Path) -> None:
    said(tmp_path, "users")
    before = (tmp_path / "secret.key").read_text().split()

    rotated = said(tmp_path, "rotate-key")
    both = (tmp_path / "secret.key").read_text().split()
    dropped = said(tmp_path, "rotate-key", "--drop-old", "--json")

    assert both[1:] == before
    assert "rotate-key --drop-old" in rotated.err
    assert dropped.document == {"dropped": 1}
    assert (tmp_path / "secret.key").read_text().split() == both[:1]
    assert not any(key in rotated.out + rotated.err for key in both)
