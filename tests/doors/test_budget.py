"""`counterfoil budget`: the month as people and machines see it."""

import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.cli.exits import ExitCode
from counterfoil.model.calls import Calls
from counterfoil.model.credential import Credential, Environment
from counterfoil.sandbox.company import companies
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import calls, credentials
from counterfoil.store.db import Database, open_database
from counterfoil.store.vault import Vault
from tests.doors.terminal import connect, environment, look, start

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MANY = "Account, Bill, Class, Customer, Deposit, Employee, Estimate, Invoice, Item, Payment, Term, Vendor"
ACME = "9130357849000001"

FILE = """\
version: 1
destinations: [{{name: lake, kind: duckdb, options: {{path: {path}}}}}]
sources:
  - {{name: acme, credential: acme, streams: [{streams}], destinations: [{{name: lake, dataset: books}}]}}
"""


@pytest.fixture
def home(tmp_path: Path, migrated_file: Path) -> Path:
    """A home folder with a store in which nothing happened yet."""
    (tmp_path / "counterfoil.db").write_bytes(migrated_file.read_bytes())
    return tmp_path


@pytest.fixture
def remembered(home: Path) -> Iterator[Database]:
    db = open_database(f"sqlite:///{home}/counterfoil.db", vault=Vault([bytes(32)]), locks=home / "locks")
    yield db
    db.close()


@pytest.fixture
def today() -> datetime:
    """Now, and no midnight before the test is over."""
    now = datetime.now(UTC)
    if (now + timedelta(minutes=1)).date() != now.date():
        time.sleep(60)
    return datetime.now(UTC)


def spend(db: Database, day: datetime, metered: int, realm_id: str = ACME) -> None:
    calls.add(db, Calls(realm_id=realm_id, day=day.date(), metered=metered, calls=metered))


def test_a_month_without_calls_is_told_as_such(home: Path) -> None:
    ended = look("budget", env=environment(home))

    assert ended.code == 0
    assert "0 of 500,000 this month, 0.0 %" in ended.out


def test_machines_get_the_month_by_company_and_by_day(
    home: Path, remembered: Database, today: datetime
) -> None:
    spend(remembered, today, 300)
    spend(remembered, today, 100, realm_id="9130357849000003")

    document = look("budget", "--json", env=environment(home)).document

    assert (document["used"], document["left"], document["share"]) == (400, 499_600, 0.0008)
    assert (document["month"], document["warns"], document["slow_down"]) == (f"{today:%Y-%m}", False, 1.0)
    assert [company["metered"] for company in document["companies"]] == [300, 100]
    assert document["days"][-1] == {"day": today.date().isoformat(), "metered": 400}
    assert len(document["days"]) == today.day


def test_people_get_the_companies_a_column_a_day_and_the_months_before(
    home: Path, remembered: Database, today: datetime
) -> None:
    before = today.replace(day=1) - timedelta(days=1)
    spend(remembered, today, 320)
    spend(remembered, before, 77_000)

    ended = look("budget", env=environment(home))

    assert "320 of 500,000 this month, 0.1 %" in ended.out
    assert ACME in ended.out
    assert "not connected any more" in ended.out
    assert "█" in ended.out
    assert f"Before: {before:%B %Y} 77,000" in ended.out
    assert max(len(line.rstrip()) for line in ended.out.splitlines()) <= 80


def test_a_month_that_runs_out_is_told_with_what_to_do(
    home: Path, remembered: Database, today: datetime
) -> None:
    spend(remembered, today, 81)

    ended = look("budget", env=environment(home) | {"COUNTERFOIL_MONTHLY_CALLS": "100"})

    assert ended.code == 0
    assert "81 of 100 this month, 81.0 %" in ended.out
    assert "COUNTERFOIL_MONTHLY_CALLS" in ended.err


def test_a_month_that_is_used_up_is_told_as_such(home: Path, remembered: Database, today: datetime) -> None:
    spend(remembered, today, 101)

    ended = look("budget", env=environment(home) | {"COUNTERFOIL_MONTHLY_CALLS": "100"})

    assert "101 of 100 this month, 101.0 %" in ended.out
    assert "It is used up. Syncs still ask" in ended.out


def test_a_company_name_cannot_act_on_the_terminal(home: Path, remembered: Database, today: datetime) -> None:
    credential = Credential(
        id="cred_acme",
        name="acme",
        realm_id=ACME,
        environment=Environment.PRODUCTION,
        created_at=today,
        company_name="\x1b]0;owned\x07[red]Acme",
    )
    credentials.save(remembered, credential)
    spend(remembered, today, 1)

    shown = look("budget", env=environment(home))

    assert "[red]Acme" in shown.out
    assert "\x1b" not in shown.out


def test_the_end_of_a_sync_tells_what_the_month_has_come_to(home: Path) -> None:
    with Sandbox(companies(1, seed=3, invoices=5, now=NOW)) as sandbox:
        env = environment(home, sandbox) | {"COUNTERFOIL_MONTHLY_CALLS": "1000"}
        _prepare(home, env, sandbox, "CompanyInfo, Term")
        shown = look("sync", "acme", env=env)
        document = look("sync", "acme", "--json", env=env).document
        used = sandbox.counters()["metered"]

    first = used - document["totals"]["calls"] - 2
    assert f"{first} metered by Intuit" in shown.out
    assert f"{first + 2} of 1,000 this month" in shown.out
    assert document["month"]["used"] == used


def test_a_sync_that_is_killed_has_been_counted_but_for_its_last_calls(home: Path) -> None:
    with Sandbox(companies(1, seed=3, invoices=5, now=NOW)) as sandbox:
        env = environment(home, sandbox)
        _prepare(home, env, sandbox, MANY)
        sandbox.fault(kind="slow", seconds=20, entity="Vendor", times=10)
        process = start("sync", "acme", env=env)
        _wait_until_counted(env, 2 + 1)  # connecting took two
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        charged = sandbox.counters()["metered"]
        sandbox.heal()
        counted = _used(env)
        again = look("sync", "acme", "--json", env=env)
        listed = look("syncs", "--json", env=env).document["syncs"]

    assert 2 < counted <= charged
    assert again.code == ExitCode.OK
    assert listed[1]["state"] == "interrupted"
    assert listed[1]["calls"] == counted - 2


def _prepare(home: Path, env: dict[str, str], sandbox: Sandbox, streams: str) -> None:
    file = home / "acme.yaml"
    file.write_text(FILE.format(path=home / "lake.duckdb", streams=streams))
    connect("acme", "--environment", "sandbox", env=env, realm=sandbox.realms[0])
    assert look("apply", str(file), env=env).code == 0


def _wait_until_counted(env: dict[str, str], metered: int) -> None:
    end = time.monotonic() + 30
    while _used(env) < metered and time.monotonic() < end:
        time.sleep(0.1)


def _used(env: dict[str, str]) -> int:
    used: int = look("budget", "--json", env=env).document["used"]
    return used
