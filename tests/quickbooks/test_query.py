"""Statements say what was meant, whatever stands in a value."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import Defect
from counterfoil.quickbooks.catalog import stream
from counterfoil.quickbooks.query import literal, select, select_count

INVOICE = stream("Invoice")
CUSTOMER = stream("Customer")


def unquoted(text: str) -> str:
    """Read a quoted value as the server does: a backslash takes the next character as it is."""
    found = re.fullmatch(r"'((?:\\.|[^'\\])*)'", text, re.DOTALL)
    assert found, f"the value ends early or never: {text}"
    return re.sub(r"\\(.)", r"\1", found.group(1), flags=re.DOTALL)


@given(st.text())
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert unquoted(literal(text)) == text


@given(st.text(alphabet="'\\ ab"))
def test_quotes_and_backslashes_never_end_a_value(text: str) -> None:
    statement = select(INVOICE, where=[("DocNumber", "=", text)], limit=10)

    quoted = statement.removeprefix("SELECT * FROM Invoice WHERE DocNumber = ")
    assert unquoted(quoted.removesuffix(" STARTPOSITION 1 MAXRESULTS 10")) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_a_decimal_keeps_every_digit(amount: Decimal) -> None:
    assert Decimal(unquoted(literal(amount))) == amount
    assert "E" not in literal(amount)


def test_a_page_is_asked_for_in_full() -> None:
    since = datetime(2026, 5, 1, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=-7)))

    statement = select(
        INVOICE,
        where=[("MetaData.CreateTime", ">=", since), ("TxnDate", "<", date(2026, 6, 1))],
        order="MetaData.CreateTime ASC",
        start=1001,
        limit=500,
    )

    assert statement == (
        "SELECT * FROM Invoice WHERE MetaData.CreateTime >= '2026-05-01T12:00:00-07:00' "
        "AND TxnDate < '2026-06-01' ORDERBY MetaData.CreateTime ASC STARTPOSITION 1001 MAXRESULTS 500"
    )


def test_lists_are_asked_for_with_their_inactive_records() -> None:
    assert select(CUSTOMER) == (
        "SELECT * FROM Customer WHERE Active IN (true,false) STARTPOSITION 1 MAXRESULTS 1000"
    )
    assert select_count(CUSTOMER) == "SELECT count(*) FROM Customer WHERE Active IN (true,false)"


def test_transactions_are_asked_for_without_a_condition() -> None:
    assert select_count(INVOICE) == "SELECT count(*) FROM Invoice"


def test_a_condition_that_the_catalog_demands_is_added() -> None:
    statement = select(stream("ExchangeRate"))

    assert stream("ExchangeRate").where
    assert f"WHERE {stream('ExchangeRate').where} " in statement


def test_several_values_stand_in_a_list() -> None:
    assert "Id IN ('1','O\\'Hara')" in select(INVOICE, where=[("Id", "IN", ["1", "O'Hara"])])


def test_numbers_and_switches_are_written_plainly() -> None:
    assert [literal(True), literal(7), literal(Decimal("1E+2"))] == ["true", "'7'", "'100'"]


@pytest.mark.parametrize(
    "where",
    [
        ("Id", "=", ["1"]),
        ("Id", "IN", "1"),
        ("Id = '1' AND Balance", "=", "1"),
        ("Id", "!=", "1"),
        ("TxnDate", ">", datetime(2026, 1, 1)),  # noqa: DTZ001 - the offset is missing on purpose
        ("Id", "IN", []),
        ("Balance", ">", 1.5),
    ],
)
def test_what_cannot_be_said_is_our_mistake(where: tuple[str, str, str]) -> None:
    with pytest.raises(Defect):
        select(INVOICE, where=[where])


@pytest.mark.parametrize(
    ("order", "start", "limit"),
    [("Id; drop", 1, 10), ("Id SIDEWAYS", 1, 10), ("", 0, 10), ("", 1, 0), ("", 1, 1001)],
)
def test_a_page_that_cannot_be_is_our_mistake(order: str, start: int, limit: int) -> None:
    with pytest.raises(Defect):
        select(INVOICE, order=order, start=start, limit=limit)


def test_a_moment_keeps_its_offset() -> None:
    assert literal(datetime(2026, 1, 1, tzinfo=UTC)) == "'2026-01-01T00:00:00+00:00'"
