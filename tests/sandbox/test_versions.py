"""How versions and balances move when books change, as section 2.5 of the API reference measured it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from counterfoil.errors import NotFound
from counterfoil.sandbox.clerk import Clerk
from counterfoil.sandbox.opening import open_world
from counterfoil.sandbox.wire import Record
from counterfoil.sandbox.world import World
from tests.sandbox.acme import REALM, START, TinyCompany, at


@pytest.fixture
def world() -> World:
    return open_world([TinyCompany()], start=START)


@pytest.fixture
def clerk(world: World) -> Clerk:
    world.clock.advance(timedelta(hours=1))
    return Clerk(world.books[REALM], world.clock.now)


def updated(record: Record) -> str:
    return str(record["MetaData"]["LastUpdatedTime"])


def test_a_change_moves_token_and_time(world: World, clerk: Clerk) -> None:
    changed = clerk.change("Invoice", "1", {"PrivateNote": "hello"})

    assert (changed["SyncToken"], updated(changed)) == ("1", at(world.clock.now()))
    assert clerk.get("Invoice", "1") == changed


def test_paying_an_invoice_rewrites_it_at_the_payments_own_time(clerk: Clerk) -> None:
    payment = clerk.pay("2")

    invoice = clerk.get("Invoice", "2")
    assert invoice["Balance"] == 0
    assert invoice["SyncToken"] == "1"
    assert updated(invoice) == payment["MetaData"]["CreateTime"]
    assert invoice["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]


def test_paying_moves_the_balances_of_customer_and_account_but_not_their_tokens(
    world: World, clerk: Clerk
) -> None:
    clerk.pay("2", "50.10")

    for entity, field in (("Customer", "Balance"), ("Account", "CurrentBalance")):
        record = clerk.get(entity, "1")
        assert (record[field], record["SyncToken"], updated(record)) == (
            Decimal("-50.10"),
            "0",
            at(world.clock.now()),
        )


def test_deleting_a_payment_opens_the_invoice_again(clerk: Clerk) -> None:
    payment = clerk.pay("2")

    clerk.delete("Payment", payment["Id"])

    invoice = clerk.get("Invoice", "2")
    assert (invoice["Balance"], invoice["LinkedTxn"]) == (200, [])
    assert clerk.get("Customer", "1")["Balance"] == 0


def test_deleting_an_invoice_sets_its_payment_free(clerk: Clerk) -> None:
    payment = clerk.pay("2")

    clerk.delete("Invoice", "2")

    left = clerk.get("Payment", payment["Id"])
    assert (left["UnappliedAmt"], left["Line"], left["SyncToken"]) == (200, [], "1")


def test_a_void_leaves_noughts_and_a_note(clerk: Clerk) -> None:
    voided = clerk.void("Invoice", "3")

    assert (voided["TotalAmt"], voided["Balance"], voided["Line"][0]["Amount"]) == (0, 0, 0)
    assert voided["PrivateNote"].startswith("Voided")
    assert voided["SyncToken"] == "1"


def test_voiding_a_payment_opens_the_invoice_again(clerk: Clerk) -> None:
    payment = clerk.pay("2")

    clerk.void("Payment", payment["Id"])

    assert clerk.get("Invoice", "2")["Balance"] == 200


def test_a_deactivated_name_gains_a_suffix_and_loses_it_again(clerk: Clerk) -> None:
    gone = clerk.deactivate("Customer", "2")
    assert (gone["DisplayName"], gone["FullyQualifiedName"], gone["Active"]) == ("Birch (deleted)",) * 2 + (
        False,
    )

    assert clerk.change("Customer", "2", {"Active": True})["DisplayName"] == "Birch"


def test_a_new_invoice_is_totalled_and_owed(clerk: Clerk) -> None:
    line: Record = {"Amount": "12.30", "DetailType": "SalesItemLineDetail"}
    line["SalesItemLineDetail"] = {"ItemRef": {"value": "1"}, "Qty": 3}

    invoice = clerk.create("Invoice", {"CustomerRef": {"value": "3"}, "Line": [line]})

    assert (invoice["TotalAmt"], invoice["Balance"]) == (Decimal("12.30"), Decimal("12.30"))
    assert invoice["Line"][-1]["DetailType"] == "SubTotalLineDetail"
    assert clerk.get("Customer", "3")["Balance"] == Decimal("12.30")


def test_a_sale_rewrites_the_goods_it_takes(clerk: Clerk) -> None:
    line: Record = {"Amount": 1, "DetailType": "SalesItemLineDetail"}
    line["SalesItemLineDetail"] = {"ItemRef": {"value": "1"}, "Qty": 3}

    clerk.create("Invoice", {"CustomerRef": {"value": "3"}, "Line": [line]})

    item = clerk.get("Item", "1")
    assert (item["QtyOnHand"], item["SyncToken"]) == (97, "1")


def test_changing_the_lines_of_a_part_paid_invoice_keeps_what_is_paid(clerk: Clerk) -> None:
    clerk.pay("2", 50)

    changed = clerk.change("Invoice", "2", {"Line": [{"Amount": 300, "DetailType": "SalesItemLineDetail"}]})

    assert (changed["TotalAmt"], changed["Balance"]) == (300, 250)


def test_paying_a_bill_links_the_way_it_was_paid(clerk: Clerk) -> None:
    line = {"Amount": 40, "DetailType": "AccountBasedExpenseLineDetail"}
    bill = clerk.create("Bill", {"VendorRef": {"value": "1"}, "Line": [line]})
    assert clerk.get("Vendor", "1")["Balance"] == 40

    paid = {"Amount": 40, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}
    fields: Record = {"VendorRef": {"value": "1"}, "PayType": "Check", "TotalAmt": 40, "Line": [paid]}
    fields["CheckPayment"] = {"BankAccountRef": {"value": "2"}}
    clerk.create("BillPayment", fields)

    assert clerk.get("Bill", bill["Id"])["LinkedTxn"][0]["TxnType"] == "BillPaymentCheck"
    assert clerk.get("Vendor", "1")["Balance"] == 0
    assert clerk.get("Account", "2")["CurrentBalance"] == -40


def test_an_estimate_that_became_an_invoice_closes_without_a_new_token(clerk: Clerk) -> None:
    line: Record = {"Amount": 1, "DetailType": "SalesItemLineDetail"}
    estimate = clerk.create("Estimate", {"CustomerRef": {"value": "1"}, "Line": [line]})
    link = [{"TxnId": estimate["Id"], "TxnType": "Estimate"}]

    clerk.create("Invoice", {"CustomerRef": {"value": "1"}, "Line": [line], "LinkedTxn": link})

    closed = clerk.get("Estimate", estimate["Id"])
    assert (closed["TxnStatus"], closed["SyncToken"]) == ("Closed", "0")


def test_a_merge_hides_the_loser_and_points_its_transactions_at_the_winner(clerk: Clerk) -> None:
    clerk.merge("Customer", "1", "2")

    assert clerk.get("Customer", "1")["Active"] is False
    assert clerk.get("Invoice", "4")["CustomerRef"] == {"value": "2", "name": "Birch"}


def test_renaming_a_parent_renames_its_children_without_telling_their_time(clerk: Clerk) -> None:
    child = clerk.create("Customer", {"DisplayName": "Shed", "ParentRef": {"value": "2"}, "Job": True})
    assert child["FullyQualifiedName"] == "Birch:Shed"

    clerk.rename("Customer", "2", "Beech")

    renamed = clerk.get("Customer", child["Id"])
    assert renamed["FullyQualifiedName"] == "Beech:Shed"
    assert renamed["MetaData"] == child["MetaData"]


def test_transactions_of_all_types_share_one_sequence_of_ids(clerk: Clerk) -> None:
    payment = clerk.pay("1")
    bill = clerk.create("Bill", {"VendorRef": {"value": "1"}, "Line": []})

    assert (payment["Id"], bill["Id"]) == ("6", "7")
    assert clerk.create("Vendor", {"DisplayName": "Fir"})["Id"] == "2"


def test_an_id_is_never_given_twice(clerk: Clerk) -> None:
    clerk.delete("Invoice", "5")

    assert clerk.pay("1")["Id"] == "6"


def test_the_clerk_knows_what_is_not_there(clerk: Clerk) -> None:
    with pytest.raises(NotFound):
        clerk.get("Invoice", "99")
    with pytest.raises(NotFound):
        clerk.get("Nonsense", "1")
