"""Our general ledger is what QuickBooks posts: here, what the sandbox's own double entry says."""

from decimal import Decimal

import pytest

from tests.books.comparing import by_month, differences, ours, theirs
from tests.books.conftest import Library, Shelf


def test_every_posting_is_that_of_the_double_entry(library: Library, shelf: Shelf) -> None:
    expected, found = theirs(library.world.sandbox), ours(shelf)

    assert len(expected) > 4_000
    assert differences(expected, found) == {}
    assert differences(by_month(expected), by_month(found)) == {}


def test_every_type_of_transaction_is_in_it(shelf: Shelf) -> None:
    types = {name for (name,) in shelf.ask("SELECT DISTINCT transaction_type FROM {general_ledger}")}

    assert types == {
        "Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt", "Payment", "Bill", "VendorCredit", "BillPayment",
        "Purchase", "JournalEntry", "Deposit", "Transfer", "CreditCardPayment", "TaxPayment",
    }  # fmt: skip


def test_every_transaction_balances_and_every_posting_has_a_key_and_an_account(shelf: Shelf) -> None:
    assert (
        shelf.ask(
            "SELECT _realm_id, transaction_type, transaction_id FROM {general_ledger} "
            "GROUP BY 1, 2, 3 HAVING SUM(amount) <> 0 OR SUM(debit) <> SUM(credit) "
            "OR COUNT(*) <> COUNT(DISTINCT posting) OR MAX(posting_number) <> COUNT(*)"
        )
        == []
    )
    assert shelf.ask("SELECT * FROM {general_ledger} WHERE account_id IS NULL OR account_name IS NULL") == []


def test_a_balance_runs_to_the_sum_of_its_account(shelf: Shelf) -> None:
    last = shelf.ask(
        "SELECT _realm_id, account_id, running_balance FROM (SELECT g.*, ROW_NUMBER() OVER ("
        "PARTITION BY _realm_id, account_id ORDER BY transaction_date DESC, LENGTH(transaction_id) DESC, "
        "transaction_id DESC, transaction_type DESC, posting_number DESC) AS place FROM {general_ledger} AS g) AS l "
        "WHERE place = 1 ORDER BY 1, 2"
    )
    sums = "SELECT _realm_id, account_id, SUM(amount) FROM {general_ledger} GROUP BY 1, 2 ORDER BY 1, 2"

    assert last == shelf.ask(sums)


def test_stock_leaves_at_cost_and_says_how_that_is_known(shelf: Shelf) -> None:
    ways = shelf.ask(
        "SELECT cost_source, COUNT(*), SUM(amount) FROM {general_ledger} WHERE is_inventory_cost = TRUE GROUP BY 1"
    )

    assert [(way, total) for way, _, total in ways] == [("purchase cost", Decimal("0.00"))]
    assert (
        shelf.ask(
            "SELECT 1 FROM {general_ledger} WHERE is_inventory_cost = FALSE AND cost_source IS NOT NULL"
        )
        == []
    )


@pytest.mark.parametrize(
    "view",
    [
        "general_ledger",
        "trial_balance",
        "profit_and_loss",
        "balance_sheet",
        "cash_flow",
        "accounts_receivable_movement",
        "accounts_receivable_ageing",
        "accounts_payable_movement",
        "accounts_payable_ageing",
    ],
)
def test_both_warehouses_say_the_same(library: Library, view: str) -> None:
    said = [sorted(shelf.ask(f"SELECT * FROM {{{view}}}"), key=str) for shelf in library.shelves.values()]

    assert said[0]
    assert said[0] == said[1]
