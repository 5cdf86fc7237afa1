"""Reports as tables: read window by window, replaced whole, and never read oftener than their clocks say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from counterfoil.actions.sync_now import sync_now
from counterfoil.actions.syncs import Errand
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState
from counterfoil.model.report_choice import chosen
from counterfoil.model.task import Clocks
from counterfoil.sandbox.company import companies
from counterfoil.store import sources
from counterfoil.sync.progress import SILENT, Progress, Stage, Watch
from tests.road.conftest import World

EVEN_NOW = timedelta(0)
OPEN = Clocks(reports=EVEN_NOW)
CLOSED = Clocks(reports=EVEN_NOW, closed_reports=EVEN_NOW)
FIRST = datetime.now(UTC).year - 1
LAST_MONTH = (datetime.now(UTC).date().replace(day=1) - timedelta(days=1)).replace(day=1)
BY_ID = "SELECT id FROM profit_and_loss_report_window WHERE NOT _deleted ORDER BY id"


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    """A small company with two currencies, whose source reads no entity."""
    return world(companies(1, seed=5, invoices=12, now=datetime.now(UTC)))


def read(world: World, clocks: Clocks | None = None, watch: Watch = SILENT) -> dict[str, StreamOutcome]:
    """One sync; its outcomes by stream, and as many calls as the sandbox counted."""
    world.sandbox.reset_counters()
    around = replace(world.around, clocks=clocks or world.around.clocks)
    _, outcomes = sync_now(around, "acme", watch)
    assert sum(outcome.calls for outcome in outcomes) == world.sandbox.counters()["metered"]
    return {outcome.stream: outcome for outcome in outcomes}


def months_so_far() -> int:
    return 12 + datetime.now(UTC).month


def test_a_report_lands_as_windows_cells_and_a_flat_table_that_adds_up(acme: World) -> None:
    acme.source(
        streams=[],
        reports=[
            "ProfitAndLoss method=both",
            "TrialBalance",
            f"GeneralLedger since={FIRST + 1}-01-01",
            "AccountList",
        ],
    )

    became = read(acme)

    assert {outcome.state for outcome in became.values()} == {StreamState.LANDED}
    assert became["ProfitAndLoss"].read == 2 * months_so_far()
    assert became["ProfitAndLoss"].calls == 2 * -(-months_so_far() // 6)
    assert became["TrialBalance"].calls == months_so_far()
    assert became["GeneralLedger"].calls == months_so_far() - 12
    sums = "SELECT window_id, sum(amount) FROM profit_and_loss_report WHERE row_group = 'Income' GROUP BY ALL"
    totals = """
        SELECT window_id, amount FROM profit_and_loss_report_cell
        WHERE row_kind = 'summary' AND row_group = 'Income' AND amount <> 0 AND row_title = 'Total Income'
    """
    flat = {window: total for window, total in acme.ask(sums) if total}
    assert flat == dict(acme.ask(totals))
    assert {window.split("|")[1] for window in flat} == {"Accrual", "Cash"}
    assert acme.ask("SELECT window_id FROM trial_balance_report GROUP BY ALL HAVING sum(amount) <> 0") == []
    ((line, day),) = acme.ask(
        "SELECT count(*), min(transaction_date) FROM general_ledger_report WHERE transaction_id IS NOT NULL"
    )
    assert line > 50
    assert day.year > FIRST
    assert acme.ask("SELECT account_id FROM general_ledger_report WHERE account_id IS NULL") == []
    ((accounts,),) = acme.ask("SELECT count(DISTINCT account_name) FROM account_list_report")
    assert accounts > 20


def test_an_idle_sync_asks_for_no_report_and_open_periods_have_a_clock_of_their_own(acme: World) -> None:
    acme.source(streams=[], reports=["ProfitAndLoss method=both", "TrialBalance"])
    read(acme)

    assert read(acme) == {}
    opened = read(acme, OPEN)

    assert {name: outcome.calls for name, outcome in opened.items()} == {
        "ProfitAndLoss": 2,
        "TrialBalance": 2,
    }
    assert [(outcome.mode, outcome.read, outcome.tables) for outcome in opened.values()] == [
        (Mode.REFRESH, 0, ())
    ] * 2, "nothing changed, so nothing is loaded, though fewer months were asked for at once"


def test_a_closed_period_that_somebody_changed_is_replaced_whole_by_its_slower_clock(acme: World) -> None:
    acme.source(streams=[], reports=["ProfitAndLoss"])
    read(acme)
    before = acme.ask("SELECT window_id, sum(amount) FROM profit_and_loss_report GROUP BY ALL")
    clerk = acme.sandbox.books()
    dates = {id_: clerk.get("Invoice", id_)["TxnDate"] for id_ in clerk.ids("Invoice")}
    old = next(id_ for id_, day in dates.items() if f"{FIRST}-01-01" <= day < f"{FIRST}-12-01")
    month = dates[old][:7]
    clerk.void("Invoice", old)

    assert read(acme, OPEN)["ProfitAndLoss"].read == 0
    changed = read(acme, CLOSED)["ProfitAndLoss"]

    assert changed.read >= 1
    after = acme.ask("SELECT window_id, sum(amount) FROM profit_and_loss_report GROUP BY ALL")
    assert f"ProfitAndLoss|Accrual|{month}" in {window for window, _ in set(before) ^ set(after)}
    assert (
        acme.ask("SELECT 1 FROM profit_and_loss_report GROUP BY window_id, index HAVING count(*) > 1") == []
    )
    assert read(acme, CLOSED)["ProfitAndLoss"].read == 0


@pytest.mark.parametrize(
    ("report", "table", "cells"),
    [
        (f"ProfitAndLoss since={FIRST}-07-01", "profit_and_loss_report", 150),
        (f"TransactionList since={FIRST + 1}-01-01", "transaction_list_report", 120),
    ],
)
def test_an_answer_that_is_cut_is_asked_for_in_halves(
    acme: World, report: str, table: str, cells: int
) -> None:
    acme.source(streams=[], reports=[report])
    (before,) = read(acme).values()
    whole = stripped(acme, table)
    acme.sandbox.world.most_cells = cells

    (halved,) = again(acme).values()

    assert halved.state is StreamState.LANDED
    assert halved.calls > before.calls
    assert stripped(acme, table) == whole


def test_a_window_that_cannot_be_had_is_named_and_the_others_land(acme: World) -> None:
    acme.source(streams=[], reports=[f"GeneralLedger since={LAST_MONTH}"])
    acme.sandbox.world.most_cells = 1
    became = read(acme)["GeneralLedger"]

    assert became.state is StreamState.INCOMPLETE
    assert became.code == "quickbooks.report_too_large"
    assert f"GeneralLedger|Accrual|{LAST_MONTH:%Y-%m}" in became.what
    assert read(acme) == {}, "it is not asked for again with every sync"


def test_a_sync_that_ends_in_the_middle_loses_and_doubles_nothing(acme: World) -> None:
    acme.source(streams=[], reports=["ProfitAndLoss"])

    def end(progress: Progress) -> None:
        if progress.stage is Stage.LOADING:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_now(acme.around, "acme", Watch(progress=end, say=lambda _: None))
    read(acme)
    loaded = stripped(acme, "profit_and_loss_report")
    again(acme)

    assert len(acme.ask(BY_ID)) == months_so_far()
    assert stripped(acme, "profit_and_loss_report") == loaded


def test_what_is_wanted_no_more_is_marked_deleted(acme: World) -> None:
    source = acme.source(streams=[], reports=[f"ProfitAndLoss since={FIRST}-01-01"])
    read(acme)
    moved = replace(source, reports=chosen([f"ProfitAndLoss since={FIRST}-12-15"]))
    sources.save(acme.around.db, moved)

    became = read(acme)["ProfitAndLoss"]

    assert became.calls == 0
    assert acme.ask(BY_ID)[0] == (f"ProfitAndLoss|Accrual|{FIRST}-12",)
    gone = """
        SELECT count(DISTINCT window_id), bool_and(_deleted) FROM profit_and_loss_report_cell WHERE period_start < ?
    """
    assert acme.ask(gone, f"{FIRST}-12-01") == [(11, True)]


def test_columns_can_be_parted_and_periods_be_longer(acme: World) -> None:
    acme.source(
        streams=[],
        reports=["ProfitAndLoss by=year columns=Customers", "BalanceSheet by=quarter", "AgedReceivables"],
    )

    became = read(acme)

    assert {outcome.state for outcome in became.values()} == {StreamState.LANDED}
    assert acme.ask(BY_ID) == [(f"ProfitAndLoss|Accrual|{year}",) for year in (FIRST, FIRST + 1)]
    parted = "SELECT count(DISTINCT column_title) FROM profit_and_loss_report"
    assert acme.ask(parted)[0][0] > 3
    ((quarter, end),) = acme.ask("SELECT id, period_end FROM balance_sheet_report_window ORDER BY id LIMIT 1")
    assert (quarter, str(end)) == (f"BalanceSheet|Accrual|{FIRST}-Q1", f"{FIRST}-03-31")
    ((day, count),) = acme.ask("SELECT max(period_end), count(*) FROM aged_receivables_report_window")
    assert (day, count) == (datetime.now(UTC).date(), 1)
    assert acme.ask("SELECT 1 FROM aged_receivables_report WHERE lower(column_title) = 'total'") == []


def test_a_period_without_books_is_empty_and_no_trouble(acme: World) -> None:
    acme.source(
        streams=[],
        reports=["ProfitAndLoss by=year since=2001-01-01", "TransactionList by=year since=2001-01-01"],
    )

    became = read(acme)

    assert {outcome.state for outcome in became.values()} == {StreamState.LANDED}
    assert len(acme.ask(BY_ID)) == FIRST + 2 - 2001
    assert acme.ask("SELECT 1 FROM profit_and_loss_report WHERE period_start = '2001-01-01'") == []
    assert acme.ask("SELECT 1 FROM transaction_list_report WHERE period_start = '2001-01-01'") == []
    ((lines,),) = acme.ask("SELECT count(*) FROM transaction_list_report")
    assert lines > 10


def again(world: World) -> dict[str, StreamOutcome]:
    """Read everything in full."""
    world.sandbox.reset_counters()
    _, outcomes = sync_now(world.around, "acme", SILENT, errand=Errand(full=True))
    return {outcome.stream: outcome for outcome in outcomes}


def stripped(world: World, table: str) -> list[dict[str, object]]:
    """All rows without what differs from sync to sync."""
    rows = world.everything([table])[table]
    plain = [
        {name: value for name, value in row.items() if name not in ("_synced_at", "_sync_id")} for row in rows
    ]
    return sorted(plain, key=lambda row: (row["window_id"], row["index"]))


def test_money_of_reports_is_exact(acme: World) -> None:
    acme.source(streams=[], reports=["BalanceSheet"])
    read(acme)

    pairs = acme.ask("SELECT value, amount FROM balance_sheet_report_cell WHERE amount IS NOT NULL")

    assert len(pairs) > 100
    assert all(Decimal(value) == amount for value, amount in pairs)
