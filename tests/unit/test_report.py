"""Reports in every shape that QuickBooks is known to answer with."""

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import Defect
from counterfoil.quickbooks.report import Report, Row, RowKind, amount_of, read_report

SAMPLES = Path(os.environ.get("COUNTERFOIL_SAMPLES", Path(__file__).parents[3] / "shared" / "samples"))
REPORTS = sorted((SAMPLES / "reports").glob("*.json"))


def cells(*texts: str, id: str = "") -> list[dict[str, str]]:  # noqa: A002 - as it is on the wire
    first = {"value": texts[0]} | ({"id": id} if id else {})
    return [first, *({"value": text} for text in texts[1:])]


def report(rows: Any, columns: Any = None, **header: Any) -> Report:
    body = {
        "Header": {"ReportName": "ProfitAndLoss", "Currency": "USD", **header},
        "Columns": {"Column": columns if columns is not None else [account(), money("Total")]},
        "Rows": rows,
    }
    return read_report(json.dumps(body).encode())


def account() -> dict[str, Any]:
    return {"ColTitle": "", "ColType": "Account", "MetaData": [{"Name": "ColKey", "Value": "account"}]}


def money(title: str, **facts: str) -> dict[str, Any]:
    return {
        "ColTitle": title,
        "ColType": "Money",
        "MetaData": [{"Name": name, "Value": value} for name, value in facts.items()],
    }


def lines(read: Report) -> list[tuple[str, str, list[str], list[Decimal | None]]]:
    return [
        (row.kind, row.title, titles(row), [cell.amount for cell in row.cells[1:]]) for row in read.rows()
    ]


def titles(row: Row) -> list[str]:
    return [step.title for step in row.path]


@pytest.mark.skipif(not REPORTS, reason="the samples are not here")
@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_it_reads_every_sample(path: Path) -> None:
    read = read_report(path.read_bytes())
    wire = json.loads(path.read_bytes(), parse_float=str)

    told = list(read.rows())
    assert sum(len(row.cells) for row in told) == count_of(wire["Rows"], "value")
    assert sum(bool(cell.id) for row in told for cell in row.cells) == count_of(wire["Rows"], "id")
    assert not read.cut
    assert not read.is_empty
    assert read.start is not None
    assert any(cell.amount for row in told for cell in row.cells)


def count_of(value: Any, name: str) -> int:
    if isinstance(value, dict):
        return sum(count_of(inner, name) for inner in value.values()) + (name in value)
    return sum(count_of(inner, name) for inner in value) if isinstance(value, list) else 0


def test_a_parent_with_postings_of_its_own_is_a_header_that_carries_an_amount() -> None:
    child = {"type": "Data", "ColData": cells("Fountains", "10.00", id="48")}
    parent = {
        "type": "Section",
        "Header": {"ColData": cells("Landscaping", "2.50", id="45")},
        "Rows": {"Row": [child]},
        "Summary": {"ColData": cells("Total Landscaping", "12.50")},
    }
    income = {
        "type": "Section",
        "group": "Income",
        "Header": {"ColData": cells("Income", "")},
        "Rows": {"Row": [parent]},
        "Summary": {"ColData": cells("Total Income", "12.50")},
    }

    read = report({"Row": [income]})

    assert lines(read) == [
        (RowKind.HEADER, "Income", [], [None]),
        (RowKind.HEADER, "Landscaping", ["Income"], [Decimal("2.50")]),
        (RowKind.DATA, "Fountains", ["Income", "Landscaping"], [Decimal("10.00")]),
        (RowKind.SUMMARY, "Total Landscaping", ["Income", "Landscaping"], [Decimal("12.50")]),
        (RowKind.SUMMARY, "Total Income", ["Income"], [Decimal("12.50")]),
    ]
    assert {row.group for row in read.rows()} == {"Income"}
    assert [row.place for row in read.rows()] == [0, 1, 2, 3, 4]


def test_nested_columns_know_the_titles_and_the_time_above_them() -> None:
    january = money("Jan 2026", StartDate="2026-01-01", EndDate="2026-01-31")
    january["Columns"] = {"Column": [money("Quantity", ColKey="quantity"), money("Amount", ColKey="amount")]}

    read = report({}, [account(), january, money("Total", ColKey="total")])

    assert [(column.name, column.key, column.start, column.end) for column in read.columns] == [
        ("", "account", None, None),
        ("Jan 2026 Quantity", "quantity", date(2026, 1, 1), date(2026, 1, 31)),
        ("Jan 2026 Amount", "amount", date(2026, 1, 1), date(2026, 1, 31)),
        ("Total", "total", None, None),
    ]
    assert [column.place for column in read.columns] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "rows",
    [
        None,
        {},
        {"Row": []},
        {"Row": [{"type": "Section", "group": "Income", "Summary": {"ColData": cells("Total Income", "")}}]},
    ],
)
def test_an_empty_report_is_empty_and_no_failure(rows: Any) -> None:
    read = report(rows, Option=[{"Name": "NoReportData", "Value": "true"}])

    assert read.is_empty
    assert not any(cell.amount for row in read.rows() for cell in row.cells)


def test_an_old_answer_has_its_keys_where_others_have_types() -> None:
    columns = [
        {"ColTitle": "Date", "ColType": "tx_date"},
        {"ColTitle": "Amount", "ColType": "subt_nat_amount"},
    ]
    read = report({"Row": [{"ColData": cells("2026-01-05", ".50")}]}, columns)

    assert [column.key for column in read.columns] == ["tx_date", "subt_nat_amount"]
    assert next(read.rows()).cells[1].amount == Decimal("0.50")
    assert next(read.rows()).cells[0].amount is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1201.00", "1201.00"),
        (".00", "0.00"),
        ("-.07", "-0.07"),
        ("86.4", "86.4"),
        ("99999999999999999999999999.123456789", "99999999999999999999999999.123456789"),
        ("", None),
        ("0.08 %", None),
        ("--5", None),
        (".", None),
        ("NaN", None),
        ("1e5", None),
        ("Beginning Balance", None),
    ],
)
def test_amounts_are_exact_and_all_else_is_no_amount(text: str, number: str | None) -> None:
    assert amount_of(text) == (None if number is None else Decimal(number))


def test_a_number_that_is_a_name_stays_text() -> None:
    columns = [account(), {"ColTitle": "Num", "ColType": "String", "MetaData": []}, money("Amount")]
    row = next(report({"Row": [{"ColData": cells("4000", "1001", "7")}]}, columns).rows())

    assert [cell.amount for cell in row.cells] == [None, None, Decimal(7)]
    assert [cell.text for cell in row.cells] == ["4000", "1001", "7"]


CUT = "Unable to display more data. Please reduce the date range."


@pytest.mark.parametrize(
    "row",
    [
        {"ColData": [{"value": CUT}]},
        {"type": "Data", "ColData": cells(CUT, "", "")},
        {"type": "Section", "Header": {"ColData": cells(CUT)}},
        {"type": "Section", "Summary": {"ColData": [{"value": ""}, {"value": CUT}]}},
        {
            "type": "Section",
            "Header": {"ColData": cells("Income")},
            "Rows": {"Row": [{"ColData": cells(CUT)}]},
        },
    ],
)
def test_a_row_that_says_there_is_more_means_cut(row: Any) -> None:
    assert report({"Row": [{"ColData": cells("Sales", "1.00")}, row]}).cut


@pytest.mark.parametrize(
    "row",
    [
        {"ColData": cells("2026-01-05", CUT)},
        {"ColData": cells(CUT, "5.00")},
        {"ColData": cells(CUT, "", id="77")},
        {
            "type": "Section",
            "Header": {"ColData": cells(CUT)},
            "Rows": {"Row": [{"ColData": cells("a", "1")}]},
        },
    ],
)
def test_a_memo_or_a_name_with_these_words_does_not(row: Any) -> None:
    assert not report({"Row": [row]}).cut


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"QueryResponse":{}}', b'{"Header":[]}', b"\xff"])
def test_what_is_no_report_does_not_pass_for_an_empty_one(body: bytes) -> None:
    with pytest.raises(Defect):
        read_report(body)


def test_odd_shapes_are_read_for_what_they_hold() -> None:
    lone = {"ColData": {"value": 12.50, "unknown": [1]}, "later": {"a": 1}}
    read = report({"Row": lone}, [money("Amount")])

    assert [cell.amount for row in read.rows() for cell in row.cells] == [Decimal("12.50")]


def test_hostile_text_stays_text() -> None:
    name = "'; DROP TABLE x; -- <script> \x00 \u202e 名"
    body = json.dumps({"Header": {"ReportName": "X"}, "Rows": {"Row": [{"ColData": cells(name)}]}})

    assert next(read_report(body.encode()).rows()).title == name
    assert next(read_report(body.encode().replace(b"DROP", b"\\ud800")).rows()).title == name.replace(
        "DROP", "\ufffd"
    )


def test_sections_may_nest_as_deep_as_anybody_likes() -> None:
    deep: dict[str, Any] = {"ColData": cells("leaf", "1.00", id="9")}
    for level in range(60):
        deep = {"Header": {"ColData": cells(str(level))}, "Rows": {"Row": [deep]}}

    leaf = [row for row in report({"Row": [deep]}).rows() if row.kind is RowKind.DATA]

    assert [len(row.path) for row in leaf] == [60]
    with pytest.raises(Defect):
        read_report(b'{"Rows":' * 9000 + b"1" + b"}" * 9000)


@given(
    st.recursive(
        st.none() | st.text() | st.integers() | st.booleans(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "Row",
                        "Rows",
                        "ColData",
                        "Header",
                        "Summary",
                        "value",
                        "id",
                        "group",
                        "type",
                        "Column",
                        "Columns",
                        "MetaData",
                        "Name",
                        "Value",
                        "Option",
                        "ColTitle",
                        "ColType",
                    ]
                ),
                inner,
            )
        ),
        max_leaves=40,
    )
)
def test_whatever_stands_there_is_read_or_refused(junk: Any) -> None:
    read = report(junk, junk, Option=junk)

    assert all(isinstance(cell.text, str) for row in read.rows() for cell in row.cells)
