"""What a report answers with: its shape, the row that tells of a cut, empty periods, columns, calls."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from counterfoil.sandbox.reports.page import CUT
from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import Caller, TinyCompany
from tests.sandbox.made_up import NOW, made
from tests.sandbox.report_reading import ask, group, keys, rows

SAMPLES = Path(__file__).parents[3] / "shared/samples/reports"


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    """A company, which tests only read."""
    with Sandbox(made(1, invoices=120), start=NOW) as running:
        yield running


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of real reports are not here")
@pytest.mark.parametrize(
    "name", ["ProfitAndLoss_report1__quickbooks-types", "TrialBalance__intuit-doc-via-go-test"]
)
def test_shapes_agree_with_the_samples(shop: Sandbox, name: str) -> None:
    sample = json.loads((SAMPLES / f"{name}.json").read_text(), parse_float=Decimal)
    mine = ask(Caller(shop), name.split("_", maxsplit=1)[0])

    assert set(mine["Header"]) == set(sample["Header"])
    assert {_shape(row) for *_, row in rows(sample)} <= {_shape(row) for *_, row in rows(mine)}
    assert _shape(mine["Columns"]["Column"][0]) == _shape(sample["Columns"]["Column"][0])
    assert all(isinstance(cell["value"], str) for _, cells, _ in rows(mine) for cell in cells)


def _shape(row: dict[str, Any]) -> frozenset[str]:
    return frozenset(row)


def test_a_report_beyond_the_cap_is_cut_with_a_row_that_says_so(shop: Sandbox) -> None:
    shop.world.most_cells = 200
    try:
        params = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
        cut = ask(Caller(shop), "GeneralLedger", **params)
        day = ask(Caller(shop), "GeneralLedger", start_date="2026-05-05", end_date="2026-05-05", account="1")
    finally:
        shop.world.most_cells = 400_000

    assert list(rows(cut))[-1][1] == [{"value": CUT}]
    assert sum(len(cells) for _, cells, _ in rows(cut)) <= 260
    assert CUT not in json.dumps(day)


def test_an_empty_report_takes_both_shapes(shop: Sandbox) -> None:
    params = {"start_date": "2001-01-01", "end_date": "2001-02-28"}
    whole = ask(Caller(shop), "ProfitAndLoss", **params)
    months = ask(Caller(shop), "ProfitAndLoss", summarize_column_by="Month", **params)

    assert months["Rows"] == {}
    assert [row.get("group") for *_, row in rows(whole) if "Rows" not in row][-1] == "NetIncome"
    for report in (whole, months):
        assert {"Name": "NoReportData", "Value": "true"} in report["Header"]["Option"]


def test_an_unknown_column_is_silently_blank_and_old_versions_name_columns_by_type(shop: Sandbox) -> None:
    params = {
        "start_date": "2026-06-01",
        "end_date": "2026-07-31",
        "columns": "tx_date,no_such_thing,debt_amt",
    }
    new = ask(Caller(shop), "JournalReport", minorversion="75", **params)
    old = ask(Caller(shop), "JournalReport", minorversion="52", **params)

    assert keys(new) == keys(old) == ["tx_date", "no_such_thing", "debt_amt"]
    assert {cells[1]["value"] for _, cells, _ in rows(new)} == {""}


def test_reports_count_as_metered_calls_and_meet_faults(shop: Sandbox) -> None:
    asker = Caller(shop)
    shop.reset_counters()
    shop.fault(path="reports/BalanceSheet", status=504)

    assert asker.http.get("/reports/BalanceSheet").status_code == 504
    assert asker.http.get("/reports/BalanceSheet").status_code == 200
    assert asker.http.get("/reports/NoSuchReport").status_code == 400
    assert asker.http.get("/reports/TrialBalance", params={"end_date": "yesterday"}).status_code == 400
    assert shop.counters()["metered"] == 1


def test_books_without_a_chart_to_speak_of_balance_too() -> None:
    with Sandbox([TinyCompany()], start=NOW) as sandbox:
        sandbox.books().pay("1", 30)
        sandbox.advance(timedelta(days=1))
        for basis in ("Accrual", "Cash"):
            report = ask(Caller(sandbox), "TrialBalance", accounting_method=basis)
            debit, credit = group(report, "GrandTotal")
            assert debit == credit > 0
