"""Sources, schedules, export: as people and scripts meet them at the command line."""

from pathlib import Path

import pytest

from counterfoil.cli.exits import ExitCode
from tests.doors.terminal import Ended, environment, look

BOOKS = """\
version: 1
credentials: [{{name: acme, realm_id: 1, environment: sandbox}}]
destinations: [{{name: duck, kind: duckdb, options: {{path: {folder}/books.duckdb}}}}]
sources: [{{name: books, credential: acme, schedule: "{schedule}", destinations: [duck]}}]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one source that runs every 15 minutes."""
    ask(tmp_path, "apply", configuration(tmp_path, "every 15 minutes"))
    return tmp_path


def configuration(folder: Path, schedule: str) -> str:
    file = folder / "books.yaml"
    file.write_text(BOOKS.format(folder=folder, schedule=schedule), encoding="utf-8")
    return str(file)


def ask(home: Path, *words: str) -> Ended:
    ended = look(*words, env=environment(home / "home"))
    assert ended.code == ExitCode.OK, ended.out + ended.err
    return ended


def test_a_source_is_made_changed_paused_and_removed(home: Path) -> None:
    made = ask(
        home,
        *("sources", "create", "more", "--credential", "acme", "--to", "duck.finance"),
        *("--stream", "Invoice", "--prefix", "m_", "--schedule", "hourly", "--json"),
    ).document
    edited = ask(home, "sources", "edit", "more", "--prefix", "x_", "--rename", "rest", "--json").document
    paused = ask(home, "sources", "pause", "rest", "--json").document
    resumed = ask(home, "sources", "resume", "rest", "--json").document
    ask(home, "sources", "remove", "rest")

    assert made["destinations"] == [{"name": "duck", "kind": "duckdb", "dataset": "finance"}]
    assert (made["streams"], made["schedule"]) == (["Invoice"], "every 1 hour from 00:00 UTC")
    assert (edited["name"], edited["prefix"]) == ("rest", "x_")
    assert "m_invoice becomes x_invoice" in edited["consequences"][0]
    assert (paused["paused"], paused["next_run_at"]) == (True, None)
    assert resumed["next_run_at"].endswith(":00:00+00:00")
    listed = ask(home, "sources", "--json").document["sources"]
    assert [(source["name"], source["slowed"]) for source in listed] == [("books", "")]


def test_reports_are_chosen_changed_and_left_out_by_command(home: Path) -> None:
    wanted = "BalanceSheet method=both by=quarter since=2024-01-01"
    made = ask(
        home,
        *(
            "sources",
            "create",
            "told",
            "--credential",
            "acme",
            "--stream",
            "none",
            "--prefix",
            "t_",
            "--to",
            "duck",
        ),
        *("--report", "ProfitAndLoss", "--report", wanted, "--json"),
    ).document
    code = ask(home, "sources", "show", "told", "--as", "yaml").out
    edited = ask(
        home, "sources", "edit", "told", "--stream", "Invoice", "--report", "none", "--json"
    ).document

    assert (made["streams"], made["reports"]) == ([], [wanted, "ProfitAndLoss"])
    assert f"- {wanted}" in code
    assert (edited["streams"], edited["reports"]) == (["Invoice"], [])
    refused = look("sources", "edit", "told", "--report", "Profit", env=environment(home / "home"))
    assert refused.code == ExitCode.NEEDS_PERSON
    assert "There is no report" in " ".join(refused.err.split())


def test_a_dry_run_tells_what_it_means_and_keeps_nothing(home: Path) -> None:
    ended = ask(home, "sources", "edit", "books", "--stream", "Invoice", "--dry-run")

    assert "read no more. The tables stay" in " ".join(ended.out.split())
    assert "Nothing was saved." in ended.out
    assert ask(home, "sources", "--json").document["sources"][0]["streams"] is None


def test_a_destination_comes_and_goes(home: Path) -> None:
    ask(home, "sources", "connect", "books", "duck.second")
    left = ask(home, "sources", "disconnect", "books", "duck.quickbooks", "--json").document

    assert [feed["dataset"] for feed in left["destinations"]] == ["second"]


@pytest.mark.parametrize("asked", ["every 15 minutes", "books"])
def test_the_next_runs_can_be_asked_for_by_schedule_and_by_source(home: Path, asked: str) -> None:
    told = ask(home, "sources", "next", asked, "--count", "3", "--json").document

    assert told["schedule"] == "every 15 minutes from 00:00 UTC"
    assert len(told["next"]) == 3
    assert told["calls_a_month"] > 2880


def test_the_next_runs_are_shown_on_the_clocks_of_the_zone_too(tmp_path: Path) -> None:
    ended = ask(tmp_path, "sources", "next", "daily at 06:00 Europe/Berlin")

    assert "Every day at 06:00 Europe/Berlin" in ended.out
    assert ended.out.count(" 06:00 CE") == 5


def test_what_is_no_schedule_is_told_with_those_there_are(tmp_path: Path) -> None:
    ended = look("sources", "next", "7 minutes", env=environment(tmp_path))

    assert ended.code == ExitCode.NEEDS_PERSON
    assert "7 minutes are no frequency; choose 5, 10, 15 or 30 minutes" in " ".join(ended.err.split())


def test_a_plan_is_shown_field_by_field(home: Path) -> None:
    ended = ask(home, "apply", configuration(home, "every 30 minutes"), "--dry-run")

    assert "~" in ended.out
    told = " ".join(ended.out.split())
    assert "schedule every 15 minutes from 00:00 UTC → every 30 minutes from 00:00 UTC" in told
    assert "Would change 1 of 4; nothing was saved." in told


def test_an_export_is_read_by_apply(home: Path, tmp_path: Path) -> None:
    ended = ask(home, "export")
    file = tmp_path / "export.yaml"
    file.write_text(ended.out, encoding="utf-8")

    changes = ask(home, "apply", str(file), "--json").document["changes"]

    assert {change["did"] for change in changes} == {"unchanged"}
    assert ask(home, "export", "--json").document == {"configuration": ended.out}


def test_what_is_needed_is_not_removed_and_the_rest_is(home: Path) -> None:
    needed = [
        look(noun, "remove", name, env=environment(home / "home"))
        for noun, name in (("destinations", "duck"), ("credentials", "acme"))
    ]
    for words in (
        ("sources", "remove", "books"),
        ("destinations", "remove", "duck"),
        ("credentials", "remove", "acme"),
    ):
        ask(home, *words)

    assert [ended.code for ended in needed] == [ExitCode.NEEDS_PERSON] * 2
    assert all("books" in ended.err for ended in needed)
    assert "sources:" not in ask(home, "export").out


def test_disconnecting_a_company_names_the_sources_that_stand_still(home: Path) -> None:
    ended = ask(home, "credentials", "disconnect", "acme")

    assert "nothing new comes into books" in " ".join(ended.out.split())


def test_all_that_a_source_feeds_is_named_anew(home: Path) -> None:
    two = ask(
        home, "sources", "edit", "books", "--to", "duck.first", "--to", "duck.second", "--json"
    ).document
    none = ask(home, "sources", "edit", "books", "--to", "", "--json").document

    assert [feed["dataset"] for feed in two["destinations"]] == ["first", "second"]
    assert none["destinations"] == []


def test_reading_again_is_asked_of_the_service(home: Path) -> None:
    again = ask(home, "sources", "resync", "books", "--stream", "Invoice", "--json").document
    since = ask(home, "sources", "backfill", "books", "--since", "2026-01-02T03:04:05", "--json").document

    assert (again["state"], again["full"], again["streams"]) == ("waiting", True, ["Invoice"])
    assert since["since"] == "2026-01-02T03:04:05+00:00"
