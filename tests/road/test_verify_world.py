"""Verify in a world that does not hold still: edits meanwhile, refusals, stops, a clock, several warehouses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from counterfoil.actions import syncs
from counterfoil.actions.alerts import look_round
from counterfoil.actions.perform import perform
from counterfoil.actions.sync_now import sync_now
from counterfoil.actions.syncs import Errand
from counterfoil.actions.verifications import last, verify_now
from counterfoil.errors import Cancelled
from counterfoil.model.alert import AlertKind, AlertState
from counterfoil.model.connection import Connection
from counterfoil.model.destination import Destination
from counterfoil.model.sync import SyncState
from counterfoil.model.verification import ProofState, Verify, Why
from counterfoil.sandbox.server import choose_companies
from counterfoil.stop import Stop
from counterfoil.store import alerts, connections, destinations, queue, verifications
from counterfoil.sync.progress import SILENT, Watch
from tests.contract.postgres_place import PostgresPlace
from tests.postgres import Server
from tests.road.conftest import NOW, World

FEW = ("Invoice", "Customer")


def made(world: Callable[..., World], streams: tuple[str, ...] | None = None) -> World:
    there = world(choose_companies(companies=1, invoices=10, seed=4, recorded=None))
    there.source(streams=streams)
    there.sync()
    return there


def test_what_is_edited_while_it_is_compared_is_no_difference(world: Callable[..., World]) -> None:
    acme = made(world)
    clerk = acme.sandbox.books()
    victim, edits = clerk.ids("Transfer")[0], list[str]()

    def edit(words: str) -> None:
        if "reports" in words and not edits:
            edits.append(words)
            clerk.change("Transfer", victim, {"Amount": 4321})

    (proof,) = verify_now(acme.around, "acme", Watch(progress=lambda _: None, say=edit))

    assert edits
    assert (proof.state, proof.discrepancies) == (ProofState.AGREES, ())
    assert acme.ask("SELECT amount FROM transfer WHERE id = ?", victim) == [(4321,)]


def test_a_source_of_few_streams_is_compared_as_far_as_it_goes_and_is_no_proof(
    world: Callable[..., World],
) -> None:
    acme = made(world, FEW)
    acme.tell(
        "DELETE FROM quickbooks.invoice_line WHERE invoice_id = (SELECT MIN(id) FROM quickbooks.invoice)"
    )
    acme.tell(
        "UPDATE quickbooks.invoice SET total_amount = 1 WHERE id = (SELECT MIN(id) FROM quickbooks.invoice)"
    )

    (proof,) = verify_now(acme.around, "acme", SILENT)

    assert proof.accounts == 0
    assert not proof.is_proof
    assert "Balances" in " ".join(proof.left_out)


def test_a_report_that_is_refused_is_left_out_and_says_so(world: Callable[..., World]) -> None:
    acme = made(world, FEW)
    acme.sandbox.fault(path="reports/TransactionList", status=400, code="5020", times=99)

    (proof,) = verify_now(acme.around, "acme", SILENT)

    assert proof.transactions == 0
    assert not proof.is_proof
    assert "TransactionList could not be read" in " ".join(proof.left_out)


def test_one_that_is_stopped_leaves_the_sync_as_it_landed(world: Callable[..., World]) -> None:
    acme, stop = made(world, FEW), Stop()

    def ask(words: str) -> None:
        if "reports" in words:
            stop.ask(Cancelled("Enough."))

    with pytest.raises(Cancelled):
        verify_now(acme.around, "acme", Watch(progress=lambda _: None, say=ask), stop=stop)

    assert syncs.latest(acme.around.db, "acme")[0].state is SyncState.SUCCEEDED
    assert last(acme.around.db, "acme") == ()


def test_workers_verify_once_a_day_and_not_while_calls_are_scarce(world: Callable[..., World]) -> None:
    acme = made(world, FEW)
    daily = replace(acme.around, verify_every=timedelta(days=1))

    def worked(around: object) -> int:
        asked = syncs.ask(acme.around, "acme")
        assert queue.claim(acme.around.db, "worker", acme.around.now(), sync_id=asked.id)
        perform(replace(daily, **around), asked.id, Stop())  # type: ignore[arg-type]
        return len(verifications.of(acme.around.db, asked.source))

    assert worked({"monthly_calls": 1}) == 0
    assert worked({"verify_every": None}) == 0
    assert worked({}) == 1
    assert worked({}) == 1, "not twice a day"
    assert worked({"now": lambda: acme.around.now() + timedelta(days=1)}) == 2


def test_people_hear_of_tables_that_differ_and_of_their_mending(world: Callable[..., World]) -> None:
    acme = made(world, FEW)
    acme.tell(
        "UPDATE quickbooks.invoice SET _deleted = TRUE WHERE id = (SELECT MIN(id) FROM quickbooks.invoice)"
    )

    def told() -> list[AlertState]:
        look_round(acme.around)
        return [
            alert.finding.state
            for alert in alerts.firing(acme.around.db)
            if alert.finding.kind is AlertKind.MISMATCH
        ]

    sync_now(acme.around, "acme", SILENT, errand=Errand(verify=Verify.LOOK))
    assert told() == [AlertState.URGENT]

    (mended,) = verify_now(acme.around, "acme", SILENT)
    assert (mended.state, mended.healed) == (ProofState.AGREES, 1)
    assert told() == []


@pytest.mark.slow
def test_each_warehouse_is_compared_by_itself(world: Callable[..., World], postgres: Server) -> None:
    acme, place = made(world), PostgresPlace(postgres)
    db = acme.around.db
    (own,) = connections.every(db)
    pond = Destination(id="pond", name="pond", kind="postgres", created_at=NOW, options=place.options)
    destinations.save(db, pond)
    connections.save(db, Connection(id="two", source=own.source, destination=pond, dataset="quickbooks"))
    acme.sync()
    with place.connected() as connection:
        connection.execute(
            "UPDATE quickbooks.bill_line SET amount = amount + 3 WHERE index = 0 AND bill_id = "
            "(SELECT MIN(id) FROM quickbooks.bill)"
        )

    seen = {one.destination: one for one in verify_now(acme.around, "acme", SILENT, heal=False)}
    healed = {one.destination: one for one in verify_now(acme.around, "acme", SILENT)}

    assert len({one.left_out for one in seen.values()}) == 1, "both could be compared alike"
    assert {name: one.state for name, one in seen.items()} == {
        "lake": ProofState.AGREES,
        "pond": ProofState.DIFFERS,
    }
    assert [(each.stream, each.why) for each in seen["pond"].discrepancies] == [("Bill", Why.AMOUNT)]
    assert [one.is_proof for one in healed.values()] == [True, True]
    assert healed["pond"].healed == 1
