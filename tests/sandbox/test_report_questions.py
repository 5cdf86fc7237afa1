"""What reports can be asked for: periods by name, columns, order, filters."""

from collections.abc import Iterator
from datetime import date

import pytest

from counterfoil.sandbox.reports.asked import macro_period
from counterfoil.sandbox.reports.spans import spans
from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import Caller
from tests.sandbox.made_up import NOW, made
from tests.sandbox.report_reading import amount, ask, keys, rows

TODAY = date(2026, 11, 22)
YEAR = {"start_date": "2026-01-01", "end_date": "2026-12-31"}


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with Sandbox(made(1, invoices=60), start=NOW) as running:
        yield Caller(running)


@pytest.mark.parametrize(
    ("macro", "first", "last"),
    [
        ("today", "2026-11-22", "2026-11-22"),
        ("Yesterday", "2026-11-21", "2026-11-21"),
        ("this week", "2026-11-22", "2026-11-28"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("This Month-to-date", "2026-11-01", "2026-11-22"),
        ("last calendar quarter", "2026-07-01", "2026-09-30"),
        ("this fiscal quarter", "2026-10-01", "2026-12-31"),
        ("this calendar year-to-date", "2026-01-01", "2026-11-22"),
        ("last fiscal year", "2025-04-01", "2026-03-31"),
        ("this fiscal year", "2026-04-01", "2027-03-31"),
        ("next month", "2026-12-01", "2026-12-31"),
        ("last year-to-date", "2025-01-01", "2025-11-22"),
        ("all", "1970-01-01", "2026-11-22"),
    ],
)
def test_a_period_has_a_name(macro: str, first: str, last: str) -> None:
    assert macro_period(macro, TODAY, 4) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("by", "titles"),
    [
        ("Total", ["Oct 30 - Nov 22, 2026"]),
        ("Month", ["Oct 30 - Oct 31, 2026", "Nov 1 - Nov 22, 2026"]),
        ("Week", ["Oct 30 - Oct 31, 2026", "Nov 1 - Nov 7, 2026", "Nov 8 - Nov 14, 2026", "Nov 15 - Nov 21, 2026",
                  "Nov 22 - Nov 22, 2026"]),
        ("Quarter", ["Oct 30 - Nov 22, 2026"]),
        ("Year", ["Oct 30 - Nov 22, 2026"]),
    ],
)  # fmt: skip
def test_columns_are_cut_at_the_period(by: str, titles: list[str]) -> None:
    assert [span.title for span in spans(date(2026, 10, 30), TODAY, by)] == titles


def test_a_day_each_and_whole_months_have_titles_of_their_own() -> None:
    assert [span.title for span in spans(date(2026, 2, 28), date(2026, 3, 1), "Days")] == [
        "Feb 28, 2026",
        "Mar 1, 2026",
    ]
    assert [span.title for span in spans(date(2026, 1, 1), date(2026, 2, 28), "Month")] == [
        "Jan 2026",
        "Feb 2026",
    ]
    assert [span.title for span in spans(date(2026, 1, 1), date(2026, 12, 31), "Quarter")][:2] == [
        "Jan - Mar, 2026",
        "Apr - Jun, 2026",
    ]


@pytest.mark.parametrize(
    "by", ["Customers", "Vendors", "Classes", "Departments", "Employees", "ProductsAndService"]
)
def test_columns_can_be_names(caller: Caller, by: str) -> None:
    report = ask(caller, "ProfitAndLoss", summarize_column_by=by, **YEAR)

    plain = ask(caller, "ProfitAndLoss", **YEAR)
    net, whole = list(rows(report))[-1][1], list(rows(plain))[-1][1]
    *parts, total = (amount(cell) for cell in net[1:])
    assert sum(parts) == total == amount(whole[-1])
    assert report["Header"]["SummarizeColumnsBy"] == by
    assert len(keys(report)) == len(net)


def test_a_filter_lets_through_what_it_names(caller: Caller) -> None:
    report = ask(caller, "GeneralLedger", customer="1", **YEAR)

    place = keys(report).index("name")
    named = {
        cells[place].get("id") for kind, cells, _ in rows(report) if kind == "data" and cells[1]["value"]
    }
    assert named == {"1"}


def test_a_type_of_transaction_can_be_chosen_and_the_order(caller: Caller) -> None:
    params = {"transaction_type": "Bill", "sort_by": "subt_nat_amount", "sort_order": "descend", **YEAR}
    report = ask(caller, "TransactionList", qzurl="true", **params)

    found = [cells for _, cells, _ in rows(report)]
    amounts = [amount(cells[-1]) for cells in found]
    assert {cells[1]["value"] for cells in found} == {"Bill"}
    assert amounts == sorted(amounts, reverse=True)
    assert all(cells[1]["href"].endswith(cells[1]["id"]) for cells in found)


def test_the_head_says_what_was_asked(caller: Caller) -> None:
    named = ask(caller, "ProfitAndLoss", date_macro="last month", accounting_method="Cash")["Header"]
    dated = ask(caller, "ProfitAndLoss", customer="1", **YEAR)["Header"]

    assert (named["DateMacro"], named["ReportBasis"]) == ("last month", "Cash")
    assert (named["StartPeriod"], named["EndPeriod"]) == ("2026-10-01", "2026-10-31")
    assert "DateMacro" not in dated
    assert (dated["Customer"], dated["ReportBasis"], dated["Currency"]) == ("1", "Accrual", "USD")


@pytest.mark.parametrize(
    "params",
    [{"start_date": "soon"}, {"end_date": "2026-02-30"}, {"report_date": "never"}, {"aging_period": "0"}],
)
def test_a_parameter_without_sense_is_refused(caller: Caller, params: dict[str, str]) -> None:
    name = "AgedReceivables" if params.keys() & {"report_date", "aging_period"} else "ProfitAndLoss"
    answer = caller.http.get(f"/reports/{name}", params=params)

    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"][0]["code"] == "2010"


def test_a_report_of_another_country_is_not_known_here(caller: Caller) -> None:
    for name in ("TaxSummary", "BAS", "FECReport", "TrialBalanceFR", "no/such", ""):
        assert caller.http.get(f"/reports/{name}").status_code == 400
