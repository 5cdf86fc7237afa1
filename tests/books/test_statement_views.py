"""The statements follow from the ledger, tie to each other, and say what QuickBooks says is open."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.books.conftest import Library, Shelf


def test_a_trial_balance_comes_to_nought_each_month(shelf: Shelf) -> None:
    assert (
        shelf.ask(
            "SELECT _realm_id, month_end, SUM(balance) FROM {trial_balance} GROUP BY 1, 2 "
            "HAVING SUM(balance) <> 0 OR SUM(debit) <> SUM(credit)"
        )
        == []
    )


def test_assets_equal_liabilities_and_equity_each_month(shelf: Shelf) -> None:
    months = shelf.ask(
        "SELECT _realm_id, month_end, SUM(CASE WHEN section = 'Assets' THEN amount ELSE 0 END), "
        "SUM(CASE WHEN section IN ('Liabilities', 'Equity') THEN amount ELSE 0 END) FROM {balance_sheet} GROUP BY 1, 2"
    )

    assert len(months) > 100
    assert [month for month in months if month[2] != month[3]] == []
    assert shelf.ask("SELECT * FROM {balance_sheet} WHERE section = 'No account found'") == []


def test_profit_ties_to_the_balance_sheet(shelf: Shelf) -> None:
    """Net income so far in the year, and what is retained of the years before, is the profit of all months."""
    profit: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for realm, month, amount in shelf.ask("SELECT _realm_id, month_end, net_income FROM {profit_and_loss}"):
        profit[realm, month.year] += amount  # every company's fiscal year begins in January
    ends = shelf.ask(
        "SELECT _realm_id, fiscal_year, amount FROM {balance_sheet} "
        "WHERE account_sub_type = 'NetIncome' AND EXTRACT(MONTH FROM month_end) = 12"
    )
    retained = {
        (realm, year): amount
        for realm, year, amount in shelf.ask(
            "SELECT _realm_id, fiscal_year, SUM(amount) FROM {balance_sheet} "
            "WHERE account_sub_type = 'RetainedEarnings' AND EXTRACT(MONTH FROM month_end) = 12 GROUP BY 1, 2"
        )
    }

    assert len(ends) >= 8
    for realm, year, amount in ends:
        before = sum(total for (whose, when), total in profit.items() if whose == realm and when < year)
        assert (amount, retained[realm, year]) == (profit[realm, year], before)


def test_cash_flows_to_what_the_bank_accounts_hold(shelf: Shelf) -> None:
    flows = shelf.ask(
        "SELECT _realm_id, month_end, SUM(CASE WHEN section_order <= 3 THEN amount ELSE 0 END), "
        "SUM(CASE WHEN section = 'Net change in cash' THEN amount ELSE 0 END), "
        "SUM(CASE WHEN section = 'Cash at end' THEN amount ELSE 0 END) FROM {cash_flow} GROUP BY 1, 2 ORDER BY 1, 2"
    )
    held = shelf.ask(
        "SELECT _realm_id, month_end, SUM(CASE WHEN account_type = 'Bank' OR account_sub_type = 'UndepositedFunds' "
        "THEN balance ELSE 0 END) FROM {trial_balance} GROUP BY 1, 2 ORDER BY 1, 2"
    )

    assert [(realm, month, end) for realm, month, _, _, end in flows] == held
    assert [flow for flow in flows if flow[2] != flow[3]] == []


def test_what_is_open_today_is_what_quickbooks_says_of_each_document(shelf: Shelf) -> None:
    for view in ("accounts_receivable_ageing", "accounts_payable_ageing"):
        other = shelf.ask(
            f"SELECT transaction_type, foreign_open_amount, reported_balance FROM {{{view}}} "
            "WHERE reported_balance IS NULL OR reported_balance <> foreign_open_amount"
        )
        assert {type_ for type_, _, reported in other if reported is None} <= {"JournalEntry"}
        assert [row for row in other if row[2] is not None] == []


def test_nothing_that_is_open_is_left_out(library: Library, shelf: Shelf) -> None:
    invoices = shelf.ask(
        "SELECT _realm_id, id, balance FROM {invoice} WHERE balance <> 0 AND _deleted = FALSE ORDER BY 1, 2"
    )
    aged = shelf.ask(
        "SELECT _realm_id, transaction_id, foreign_open_amount FROM {accounts_receivable_ageing} "
        "WHERE transaction_type = 'Invoice' ORDER BY 1, 2"
    )

    assert invoices == aged


def test_what_was_open_on_any_day_is_what_the_ledger_held(shelf: Shelf) -> None:
    for side, type_, sign in (("receivable", "Accounts Receivable", 1), ("payable", "Accounts Payable", -1)):
        for ago in (0, 100, 400):
            day = datetime.now(UTC).date() - timedelta(days=ago)
            aged = shelf.ask(
                f"SELECT _realm_id, account_id, currency, SUM(amount) FROM {{accounts_{side}_movement}} "
                "WHERE moved_on <= ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                day,
            )
            held = shelf.ask(
                f"SELECT _realm_id, account_id, currency, SUM({sign} * foreign_amount) FROM {{general_ledger}} "
                "WHERE account_type = ? AND transaction_date <= ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                type_,
                day,
            )
            assert held
            assert [row for row in aged if row[3]] == [row for row in held if row[3]]


def test_days_overdue_and_buckets_follow_from_the_day_it_is_due(shelf: Shelf) -> None:
    rows = shelf.ask("SELECT due_date, days_overdue, bucket FROM {accounts_receivable_ageing}")

    assert len({bucket for _, _, bucket in rows}) == 5
    for due, days, bucket in rows:
        late = max(0, (datetime.now(UTC).date() - due).days)
        assert abs(days - late) <= 1  # the day may change between the two
        edges = {"Current": (0, 0), "1 - 30": (1, 30), "31 - 60": (31, 60), "61 - 90": (61, 90)}
        low, high = edges.get(bucket, (91, 99_999))
        assert low <= days <= high


def test_a_foreign_account_has_its_balance_in_its_own_currency(shelf: Shelf) -> None:
    foreign = shelf.ask(
        "SELECT COUNT(*) FROM {trial_balance} WHERE account_currency <> currency "
        "AND account_type = 'Accounts Receivable' AND account_currency_balance <> balance AND balance <> 0"
    )
    home = "SELECT 1 FROM {trial_balance} WHERE account_currency = currency AND account_currency_balance <> balance"

    assert foreign[0][0] > 100
    assert shelf.ask(home) == []
