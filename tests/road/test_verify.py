"""Verify: what QuickBooks' reports say and what stands in the warehouse agree; what is wrong is found and healed."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from counterfoil.actions.sync_now import sync_now
from counterfoil.actions.syncs import Errand
from counterfoil.model.verification import ProofState, Verification, Verify, Why
from counterfoil.sandbox.server import choose_companies
from counterfoil.store import verifications
from counterfoil.sync.progress import SILENT
from tests.road.conftest import World


def verified(world: World, name: str = "acme", wish: Verify = Verify.HEAL) -> Verification:
    sync, _ = sync_now(world.around, name, SILENT, errand=Errand(verify=wish))
    found = [one for one in verifications.of(world.around.db, sync.source) if one.sync_id == sync.id]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    made = world(choose_companies(companies=1, invoices=40, seed=3, recorded=None))
    made.source()
    made.sync()
    return made


def test_a_company_that_was_synced_is_proved_to_the_cent(acme: World) -> None:
    proof = verified(acme)

    assert [one for one in proof.figures if one.difference] == []
    assert proof.discrepancies == ()
    assert proof.state is ProofState.AGREES
    assert proof.is_proof
    assert proof.difference == 0
    assert proof.transactions == 506
    assert proof.accounts > 30


ELSEWHERE = "(SELECT MIN(id) FROM quickbooks.account WHERE account_type = 'Bank')"
AMONG = "quickbooks.journal_entry_line SET {} WHERE journal_entry_id = '{{journal}}' AND index = 0"
DOUBLED = "SELECT * REPLACE (99 AS index) FROM quickbooks.invoice_line WHERE invoice_id = '{id}' LIMIT 1"
INVENTED = "SELECT * REPLACE ('987654' AS id) FROM quickbooks.payment LIMIT 1"

FAULTS = {
    "a missed delete": (
        "UPDATE quickbooks.invoice SET _deleted = FALSE WHERE id = '{gone}'",
        "gone",
        Why.EXTRA,
    ),
    "a doubled line": (f"INSERT INTO quickbooks.invoice_line BY NAME ({DOUBLED})", "id", Why.LINES),
    "a changed amount": (
        "UPDATE quickbooks.invoice SET total_amount = total_amount + 7 WHERE id = '{id}'",
        "id",
        Why.AMOUNT,
    ),
    "a changed line": (f"UPDATE {AMONG.format('amount = amount + 1')}", "journal", Why.AMOUNT),
    "a wrong account": (f"UPDATE {AMONG.format(f'account_id = {ELSEWHERE}')}", "journal", Why.ACCOUNT),
    "a wrong date": (
        "UPDATE quickbooks.bill SET transaction_date = '2019-02-03' WHERE id = '{bill}'",
        "bill",
        Why.DATE,
    ),
    "a record that QuickBooks never had": (
        f"INSERT INTO quickbooks.payment BY NAME ({INVENTED})",
        "never",
        Why.EXTRA,
    ),
    "a record that is marked deleted": (
        "UPDATE quickbooks.bill SET _deleted = TRUE WHERE id = '{bill}'",
        "bill",
        Why.MISSING,
    ),
    "an item whose cost is out of date": (
        "UPDATE quickbooks.item SET purchase_cost = purchase_cost + 1 WHERE id = '{item}'",
        "item",
        Why.AMOUNT,
    ),
    "a customer that is marked deleted": (
        "UPDATE quickbooks.customer SET _deleted = TRUE WHERE id = '{customer}'",
        "customer",
        Why.MISSING,
    ),
}
"""What was done behind our back, to whom, and why verify says that it is wrong."""

INVOICE = "SELECT invoice_id FROM invoice_line WHERE amount > 0 AND item_id IS NOT NULL ORDER BY 1 LIMIT 1"
SOLD = (
    "SELECT i.id FROM item AS i JOIN invoice_line AS l ON l.sales_item_item_id = i.id "
    "WHERE i.type = 'Inventory' AND i.purchase_cost > 0 AND l.sales_item_quantity > 0 ORDER BY 1 LIMIT 1"
)
ENTRIES = f"FROM journal_entry_line WHERE account_id <> {ELSEWHERE} AND index = 0"
JOURNAL = f"SELECT journal_entry_id {ENTRIES} ORDER BY 1 LIMIT 1"


def victims(world: World) -> dict[str, str]:
    def first(sql: str) -> str:
        return str(world.ask(sql)[0][0])

    return {
        "id": first(INVOICE),
        "journal": first(JOURNAL),
        "bill": first("SELECT id FROM bill ORDER BY 1 LIMIT 1"),
        "customer": first("SELECT id FROM customer WHERE balance = 0 ORDER BY 1 LIMIT 1"),
        "item": first(SOLD),
        "never": "987654",
    }


def plant(world: World) -> dict[str, str]:
    """Sync a delete, and answer with the ids that each fault is about."""
    clerk = world.sandbox.books()
    gone = clerk.ids("Invoice")[-1]
    clerk.delete("Invoice", gone)
    world.sync()
    return victims(world) | {"gone": gone}


def test_faults_are_found_and_named_together_and_healed_all(acme: World) -> None:
    chosen = plant(acme)
    together = (
        "a missed delete",
        "a doubled line",
        "a wrong account",
        "a wrong date",
        "a customer that is marked deleted",
    )
    for name in together:
        acme.tell(FAULTS[name][0].format(**chosen))
    expected = {(chosen[FAULTS[name][1]], FAULTS[name][2]) for name in together}

    seen = verified(acme, wish=Verify.LOOK)
    healed = verified(acme)

    assert {(each.id, each.why) for each in seen.discrepancies} == expected
    assert (seen.state, seen.healed) == (ProofState.DIFFERS, 0)
    assert {(each.id, each.why, each.healed) for each in healed.discrepancies} == {
        (*each, True) for each in expected
    }
    assert (healed.state, healed.difference) == (ProofState.AGREES, Decimal(0))
    assert acme.sync()[0].totals.calls <= 2, "nothing was taken for stolen: the next sync reads changes alone"


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_each_planted_fault_is_found_named_and_healed(acme: World, name: str) -> None:
    sql, whom, why = FAULTS[name]
    chosen = plant(acme)
    verified(acme)
    acme.tell(sql.format(**chosen))

    seen, healed = verified(acme, wish=Verify.LOOK), verified(acme)

    assert seen.state is ProofState.DIFFERS
    assert [(each.id, each.why) for each in seen.discrepancies] == [(chosen[whom], why)]
    assert [(each.id, each.why, each.healed) for each in healed.discrepancies] == [(chosen[whom], why, True)]
    assert (healed.state, healed.difference) == (ProofState.AGREES, Decimal(0))
