"""Reports that do not fit one answer: asked for in halves, and whole again."""

from collections.abc import Mapping

import pytest

from counterfoil.errors import ReportTooLarge
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.report import Report
from tests.quickbooks.books_of_reports import answering
from tests.quickbooks.wire import Reply, Wire

HALF_A_YEAR = {"start_date": "2026-01-01", "end_date": "2026-06-30"}


def rows(report: Report) -> list[tuple[str, list[str], list[tuple[str, str]]]]:
    """Cells without those that are empty at a row's end: some rows are shorter than others."""
    told = []
    for row in report.rows():
        cells = [(cell.text, cell.id) for cell in row.cells]
        while cells[-1:] == [("", "")]:
            cells.pop()
        told.append((str(row.kind), [step.title for step in row.path], cells))
    return told


@pytest.mark.parametrize("most_days", [100, 31, 30, 7, 1])
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("ProfitAndLoss", {"summarize_column_by": "Total"}),
        ("GeneralLedger", {}),
        ("ProfitAndLoss", {"summarize_column_by": "Month"}),
    ],
)
def test_halves_of_a_report_are_the_whole(
    acme: Client, wire: Wire, name: str, params: Mapping[str, str], most_days: int
) -> None:
    wire.otherwise = answering(10_000)
    whole = acme.report(name, {**HALF_A_YEAR, **params})
    wire.otherwise, wire.asked[:] = answering(most_days), []

    joined = acme.report(name, {**HALF_A_YEAR, **params})

    assert rows(joined) == rows(whole)
    assert [(each.start, each.end, each.place) for each in joined.columns] == [
        (each.start, each.end, each.place) for each in whole.columns
    ]
    assert (joined.start, joined.end, joined.name) == (whole.start, whole.end, whole.name)
    assert joined.calls == len(wire.asked) > 1
    assert not joined.cut


def test_what_takes_too_long_is_asked_for_in_halves_as_well(acme: Client, wire: Wire) -> None:
    wire.otherwise = answering(10_000)
    whole = acme.report("GeneralLedger", HALF_A_YEAR)
    before = acme.counters.metered
    wire.otherwise = answering(100, slowly=True)

    joined = acme.report("GeneralLedger", HALF_A_YEAR)

    assert rows(joined) == rows(whole)
    assert joined.calls == acme.counters.metered - before == 2


@pytest.mark.parametrize("slowly", [True, False])
def test_a_day_that_does_not_fit_is_told_and_not_left_out(acme: Client, wire: Wire, slowly: bool) -> None:
    wire.otherwise = answering(0, slowly=slowly)

    with pytest.raises(ReportTooLarge, match="2026-01-01") as caught:
        acme.report("ProfitAndLoss", {"start_date": "2026-01-01", "end_date": "2026-01-03"})

    assert caught.value.code == "quickbooks.report_too_large"


def test_balances_are_not_asked_for_half_a_month(acme: Client, wire: Wire) -> None:
    by_month = {"summarize_column_by": "Month"}
    wire.otherwise = answering(10_000)
    whole = acme.report("BalanceSheet", HALF_A_YEAR | by_month)
    wire.otherwise, wire.asked[:] = answering(31), []

    joined = acme.report("BalanceSheet", HALF_A_YEAR | by_month)

    assert [cells[1:7] for _, _, cells in rows(joined)] == [cells[1:7] for _, _, cells in rows(whole)]
    assert all(asked.params["start_date"].endswith("-01") for asked in wire.asked)
    wire.otherwise = answering(15)
    with pytest.raises(ReportTooLarge):
        acme.report("BalanceSheet", HALF_A_YEAR | by_month)


def test_the_accounting_method_is_always_said(acme: Client, wire: Wire) -> None:
    wire.otherwise = answering(10_000)

    acme.report("ProfitAndLoss", HALF_A_YEAR)
    acme.report("ProfitAndLoss", HALF_A_YEAR | {"accounting_method": "Cash"})

    assert [asked.params["accounting_method"] for asked in wire.asked] == ["Accrual", "Cash"]
    assert all("include" not in asked.params for asked in wire.asked)
    assert acme.counters.metered == 2


def test_trouble_that_passes_is_waited_for(acme: Client, wire: Wire) -> None:
    wire.otherwise = answering(10_000)
    wire.script = [Reply(504, b""), Reply(503, b"")]

    assert acme.report("BalanceSheet", HALF_A_YEAR).calls == 1
