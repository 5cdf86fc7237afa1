"""Promise 10's memory: what each company was asked, day by day."""

import multiprocessing
from datetime import date, timedelta
from pathlib import Path

from counterfoil.model.calls import Calls
from counterfoil.store import calls
from counterfoil.store.db import Database, open_database
from counterfoil.store.vault import Vault

ACME, CEDAR = "9130357849000001", "9130357849000003"
TODAY = date(2026, 11, 22)
FORK = multiprocessing.get_context("fork")


def one(day: date = TODAY, realm_id: str = ACME, *, metered: int = 1, calls: int = 1) -> Calls:
    return Calls(realm_id=realm_id, day=day, metered=metered, calls=calls)


def month(db: Database, realm_id: str | None = None) -> tuple[Calls, ...]:
    return calls.by_day(db, date(2026, 11, 1), date(2026, 12, 1), realm_id)


def test_a_day_grows_with_each_count(db: Database) -> None:
    calls.add(db, one(metered=40, calls=45))
    calls.add(db, one(metered=2, calls=3))

    assert month(db) == (one(metered=42, calls=48),)


def test_companies_and_days_are_counted_apart(db: Database) -> None:
    counted = (one(TODAY - timedelta(days=1)), one(TODAY), one(TODAY, CEDAR, metered=7))
    for each in counted:
        calls.add(db, each)

    assert month(db) == counted
    assert month(db, CEDAR) == counted[2:]


def test_a_month_ends_before_the_next_begins(db: Database) -> None:
    for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)):
        calls.add(db, one(day))

    assert [each.day for each in month(db)] == [date(2026, 11, 1), date(2026, 11, 30)]


def test_months_are_the_sums_of_their_days(db: Database) -> None:
    for day in (date(2025, 11, 3), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30)):
        calls.add(db, one(day, metered=5, calls=6))
    calls.add(db, one(TODAY, CEDAR))

    assert calls.by_month(db) == (
        one(date(2025, 11, 1), metered=5, calls=6),
        one(date(2026, 10, 1), metered=5, calls=6),
        one(date(2026, 11, 1), metered=10, calls=12),
        one(date(2026, 11, 1), CEDAR),
    )
    assert calls.by_month(db, CEDAR) == (one(date(2026, 11, 1), CEDAR),)


def test_a_count_that_is_not_kept_is_not_counted(db: Database) -> None:
    with db.transaction(keep=False) as together:
        calls.add(together, one())

    assert month(db) == ()


def test_processes_that_count_at_once_lose_nothing(
    db: Database, url: str, vault: Vault, tmp_path: Path
) -> None:
    db.close()  # a connection must not be shared with a fork
    processes = [FORK.Process(target=_count, args=(url, vault, tmp_path, 25)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)

    assert [process.exitcode for process in processes] == [0] * 4
    assert month(db) == (one(metered=100, calls=200),)


def _count(url: str, vault: Vault, folder: Path, times: int) -> None:
    db = open_database(url, vault=vault, locks=folder)
    for _ in range(times):
        calls.add(db, one(metered=1, calls=2))
    db.close()
