"""Choosing reports: one line of text, what is wrong with it, which windows it means and what they cost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.actions.rules import report_faults
from counterfoil.errors import SettingInvalid
from counterfoil.model.cost import costs
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.cursor import Cursor
from counterfoil.model.outcome import Mode
from counterfoil.model.report import NAMES
from counterfoil.model.report_choice import SPLITS, By, Choice, Method, chosen, parse
from counterfoil.model.report_cost import Calls
from counterfoil.model.schedule_text import parse as schedule
from counterfoil.model.source import Source
from counterfoil.model.task import Clocks, Scope, Task
from counterfoil.model.window import windows
from counterfoil.model.window_mark import Mark, asked_by
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.report_catalog import calls_for, reports
from counterfoil.sync.report_plan import Times, report_tasks

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
USUAL = Scope()

choices = st.builds(
    Choice,
    report=st.sampled_from(NAMES),
    method=st.sampled_from(Method),
    by=st.sampled_from(By),
    since=st.none() | st.dates(date(1980, 1, 1), date(2100, 1, 1)),
    columns=st.lists(st.sampled_from([*SPLITS, "tx_date", "memo"]), unique=True).map(tuple),
)


@given(choices)
def test_what_is_written_of_a_choice_is_read_again(choice: Choice) -> None:
    assert parse(str(choice)) == choice


@pytest.mark.parametrize(
    "text",
    ["", "Profit", "ProfitAndLoss accrual", "ProfitAndLoss method=", "ProfitAndLoss method=both method=cash",
     "ProfitAndLoss by=week", "ProfitAndLoss since=yesterday", "ProfitAndLoss since=1700-01-01",
     "GeneralLedger columns=a;b", "GeneralLedger columns=../x", "ProfitAndLoss color=red", "ProfitAndLoss x" * 400],
)  # fmt: skip
def test_what_says_nothing_is_refused_with_what_can_be_said(text: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        parse(text)

    assert caught.value.do
    assert len(str(caught.value)) < 1500


def test_a_report_is_named_once() -> None:
    with pytest.raises(SettingInvalid, match="ProfitAndLoss is named twice"):
        chosen(["ProfitAndLoss", "ProfitAndLoss method=cash"])


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ProfitAndLoss method=both by=year columns=Vendors", ""),
        ("GeneralLedger columns=tx_date,memo", ""),
        ("AgedReceivables method=cash", "one accounting method"),
        ("AccountList since=2024-01-01", "no periods"),
        ("ProfitAndLoss columns=memo", "parted by one of"),
        ("TrialBalance columns=memo", "columns of its own"),
    ],
)
def test_what_a_report_cannot_tell_is_not_asked_of_it(text: str, wrong: str) -> None:
    faults = report_faults(chosen([text]))

    assert bool(faults) is bool(wrong)
    assert wrong in " ".join(faults)


def test_every_report_of_the_words_has_its_traits_and_tables_of_its_own() -> None:
    tables = [table.name for stream in reports().values() for table in stream.table.family()]
    entities = {table.name for stream in catalog().values() for table in stream.table.family()}

    assert tuple(reports()) == NAMES
    assert len(set(tables)) == len(tables) == 3 * len(NAMES)
    assert not set(tables) & entities
    assert max(map(len, tables)) < 48, "PostgreSQL allows 63 characters, the prefix among them"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ProfitAndLoss since=2026-10-15", ["ProfitAndLoss|Accrual|2026-10", "ProfitAndLoss|Accrual|2026-11"]),
        ("ProfitAndLoss by=quarter method=cash since=2026-08-01",
         ["ProfitAndLoss|Cash|2026-Q3", "ProfitAndLoss|Cash|2026-Q4"]),
        ("BalanceSheet by=year method=both since=2026-01-01",
         ["BalanceSheet|Accrual|2026", "BalanceSheet|Cash|2026"]),
        ("AgedPayables since=2026-11-01", ["AgedPayables|2026-11"]),
        ("AccountList", ["AccountList"]),
        ("ProfitAndLoss since=2027-01-01", []),
    ],
)  # fmt: skip
def test_a_choice_means_these_windows(text: str, ids: list[str]) -> None:
    choice = parse(text)
    traits = reports()[choice.report].report
    assert traits is not None

    assert [window.id for window in windows(choice, traits, TODAY, TODAY)] == ids


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("ProfitAndLoss", Calls(first=4, open=1, closed=4)),  # 23 months; the last two are open
        ("ProfitAndLoss method=both", Calls(first=8, open=2, closed=8)),
        ("GeneralLedger", Calls(first=23, open=2, closed=21)),
        ("ProfitAndLoss columns=Customers", Calls(first=23, open=2, closed=21)),
        ("AgedReceivables", Calls(first=1, open=1, closed=0)),
        ("AccountList", Calls(first=1, open=1, closed=0)),
    ],
)
def test_a_choice_costs_so_many_calls(text: str, calls: Calls) -> None:
    assert calls_for(chosen([text]), TODAY, TODAY) == calls


def test_the_cost_of_a_schedule_holds_what_its_reports_take() -> None:
    calls = calls_for(chosen(["ProfitAndLoss"]), TODAY, TODAY)

    told = costs(schedule("every 15 minutes"), (), Clocks(), NOW, calls)
    daily = costs(schedule("every 24 hours"), (), Clocks(), NOW, calls)

    assert told.total == told.reports == 120 * 1 + 4 * 4
    assert daily.reports == 30 * 1 + 4 * 4


def test_everything_does_not_mean_reports() -> None:
    everything = source_with([])

    assert everything.reads("Invoice")
    assert not any(everything.reads(name) for name in NAMES)
    assert replace(everything, streams=frozenset(), reports=chosen(["CashFlow"])).reads("CashFlow")


def source_with(texts: list[str]) -> Source:
    company = Credential(id="c", name="c", realm_id="1", environment=Environment.SANDBOX, created_at=NOW)
    return Source(id="s", name="s", credential=company, created_at=NOW, reports=chosen(texts))


def planned(text: str, read_at: dict[str, datetime], scope: Scope = USUAL) -> Task | None:
    """What is due of a report whose windows were read at these moments."""
    source = source_with([text])
    marks = {id_: str(Mark(moment, asked_by(parse(text)), "d")) for id_, moment in read_at.items()}
    held = {source.reports[0].report: Cursor(stream="x", changed_since=NOW, versions=marks)} if marks else {}
    times = Times(clocks=Clocks(), now=NOW, scope=scope)
    return next(report_tasks(source, reports().values(), held, times), None)


TEXT = "ProfitAndLoss since=2026-08-01"
AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (f"ProfitAndLoss|Accrual|2026-{month:02}" for month in (8, 9, 10, 11))
EACH = (AUGUST, SEPTEMBER, OCTOBER, NOVEMBER)


def ids(task: Task | None) -> list[str]:
    return [window.id for window in task.windows] if task else []


@pytest.mark.parametrize(
    ("hours", "scope", "due"),
    [
        (1, USUAL, []),
        (7, USUAL, [OCTOBER, NOVEMBER]),
        (24 * 8, USUAL, list(EACH)),
        (1, Scope(streams=frozenset({"ProfitAndLoss"})), [OCTOBER, NOVEMBER]),
        (1, Scope(since=datetime(2026, 9, 10, tzinfo=UTC)), [SEPTEMBER, OCTOBER, NOVEMBER]),
        (1, Scope(full=True), list(EACH)),
        (-2, USUAL, list(EACH)),  # the clock was set back
    ],
)
def test_open_periods_are_due_by_one_clock_and_closed_ones_by_another(
    hours: int, scope: Scope, due: list[str]
) -> None:
    assert ids(planned(TEXT, dict.fromkeys(EACH, NOW - timedelta(hours=hours)), scope)) == due


def test_what_was_never_read_is_due_and_a_period_that_was_read_before_its_end_stays_open() -> None:
    moments = dict.fromkeys(EACH, NOW) | {AUGUST: datetime(2026, 8, 30, tzinfo=UTC)}
    del moments[NOVEMBER]

    assert ids(planned(TEXT, moments)) == [AUGUST, NOVEMBER]
    first = planned(TEXT, {})
    assert first is not None
    assert (first.mode, ids(first)) == (Mode.FULL, list(EACH))


def test_other_columns_mean_another_reading_and_a_later_beginning_fewer_windows() -> None:
    read = dict.fromkeys(EACH, NOW)
    later = planned("ProfitAndLoss since=2026-10-01", read)

    assert later is not None
    assert ids(later) == []
    assert later.wanted == frozenset({OCTOBER, NOVEMBER})
    source = source_with([f"{TEXT} columns=Customers"])
    marks = {id_: str(Mark(NOW, asked_by(parse(TEXT)), "d")) for id_ in EACH}
    held = {"ProfitAndLoss": Cursor(stream="x", changed_since=NOW, versions=marks)}
    times = Times(clocks=Clocks(), now=NOW, scope=USUAL)
    assert ids(next(report_tasks(source, reports().values(), held, times))) == list(EACH)
