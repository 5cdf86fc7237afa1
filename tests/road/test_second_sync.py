"""The second sync: nothing changed, much changed, the warehouse gone, the warehouse held by someone else."""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.model.outcome import StreamState
from counterfoil.model.sync import SyncState
from counterfoil.sandbox.injection import Kind
from counterfoil.sandbox.server import choose_companies
from counterfoil.store import credentials
from counterfoil.sync.progress import Watch

EVERYTHING = "SELECT * EXCLUDE (_synced_at, _sync_id) FROM {} ORDER BY ALL"


@pytest.fixture
def acme(world: Callable[..., Any]) -> Any:
    made = world(choose_companies(companies=1, invoices=40, seed=5, recorded=None))
    made.source(streams=["Invoice", "Customer", "Payment", "Account"])
    made.sync()
    return made


def test_changes_of_every_sort_arrive(acme: Any) -> None:
    clerk = acme.sandbox.books()
    ids = clerk.ids("Invoice")
    customer = clerk.ids("Customer")[0]
    paid = next(i for i in ids if Decimal(str(clerk.get("Invoice", i).get("Balance", 0))) > 0)
    voided, deleted, shorter = [i for i in ids if i != paid and len(clerk.get("Invoice", i)["Line"]) > 2][:3]
    lines = clerk.get("Invoice", shorter)["Line"]
    clerk.pay(paid)
    clerk.void("Invoice", voided)
    clerk.delete("Invoice", deleted)
    clerk.change("Invoice", shorter, {"Line": lines[:1]})
    clerk.change("Customer", customer, {"DisplayName": "Renamed ✓"})
    clerk.deactivate("Customer", clerk.ids("Customer")[1])

    acme.sync()

    assert acme.ask("SELECT balance, _deleted FROM invoice WHERE id = ?", paid) == [(0, False)]
    assert acme.ask("SELECT total_amount, _deleted FROM invoice WHERE id = ?", voided) == [(0, False)]
    assert acme.ask("SELECT _deleted FROM invoice WHERE id = ?", deleted) == [(True,)]
    assert acme.ask("SELECT DISTINCT _deleted FROM invoice_line WHERE invoice_id = ?", deleted) == [(True,)]
    now = len(clerk.get("Invoice", shorter)["Line"])
    assert now < len(lines)
    assert acme.ask("SELECT count(*) FROM invoice_line WHERE invoice_id = ?", shorter) == [(now,)]
    assert acme.ask("SELECT display_name FROM customer WHERE id = ?", customer) == [("Renamed ✓",)]
    assert acme.ask("SELECT active, _deleted FROM customer WHERE id = ?", clerk.ids("Customer")[1]) == [
        (False, False)
    ]


def test_a_warehouse_file_that_was_deleted_is_built_anew(acme: Any) -> None:
    before = acme.ask(EVERYTHING.format("invoice_line"))
    acme.warehouse.unlink()

    acme.sync()

    assert before
    assert acme.ask(EVERYTHING.format("invoice_line")) == before


def test_a_table_that_was_dropped_is_built_anew(acme: Any) -> None:
    before = acme.ask(EVERYTHING.format("invoice"))
    acme.tell("DROP TABLE quickbooks.invoice")

    acme.sync()

    assert acme.ask(EVERYTHING.format("invoice")) == before


def test_it_waits_for_whoever_holds_the_file_and_says_who(acme: Any) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb; c = duckdb.connect({str(acme.warehouse)!r}); print('held', flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    said: list[str] = []

    def hear(sentence: str) -> None:
        said.append(sentence)
        threading.Timer(1.0, lambda: holder.communicate("\n")).start()

    sync, _ = acme.sync(watch=Watch(progress=lambda _: None, say=hear))

    assert sync.state is SyncState.SUCCEEDED
    assert len(said) == 1
    assert f"process {holder.pid}" in said[0]


def test_a_company_that_refuses_one_entity_still_brings_the_others(acme: Any) -> None:
    acme.sandbox.fault(entity="Payment", status=403, code="5020", times=50)

    _, outcomes = acme.sync()

    states = {outcome.stream: outcome.state for outcome in outcomes}
    assert states == {
        "Account": StreamState.LANDED,
        "Customer": StreamState.LANDED,
        "Invoice": StreamState.LANDED,
        "Payment": StreamState.SKIPPED,
    }
    assert acme.ask("SELECT count(*) > 0 FROM payment WHERE NOT _deleted") == [(True,)]


def test_tokens_that_turned_over_meanwhile_are_kept(acme: Any) -> None:
    acme.sandbox.advance(timedelta(hours=25))
    before = credentials.tokens(acme.around.db, "cred_acme")

    acme.sync()
    acme.sync()

    after = credentials.tokens(acme.around.db, "cred_acme")
    assert before is not None
    assert after is not None
    assert after.refresh_token != before.refresh_token


@pytest.mark.parametrize(("status", "kind"), [(404, "fault"), (500, "fault"), (200, "truncate")])
def test_a_company_whose_plan_is_not_told_is_synced_all_the_same(
    world: Callable[..., Any], status: int, kind: str
) -> None:
    acme = world(choose_companies(companies=1, invoices=0, seed=5, recorded=None))
    acme.source(streams=["Entitlements", "Term"])
    acme.sandbox.fault(path="manage", kind=Kind(kind), status=status, times=9)

    sync, outcomes = acme.sync()

    assert sync.state is SyncState.SUCCEEDED
    assert {outcome.stream: outcome.state for outcome in outcomes} == {
        "Entitlements": StreamState.INCOMPLETE,
        "Term": StreamState.LANDED,
    }
    acme.sandbox.reset_counters()
    acme.sync()
    assert acme.sandbox.counters()["calls"] == 1
