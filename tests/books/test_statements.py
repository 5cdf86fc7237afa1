"""Statements are made of rows: sums are sums of what is shown, accounts stand below their parents."""

from datetime import date
from decimal import Decimal

import pytest

from counterfoil.books.statements.ageing import MOST, Open, ageing
from counterfoil.books.statements.balance import Held, balance_sheet
from counterfoil.books.statements.cash import Flow, cash_flow
from counterfoil.books.statements.income import Earned, profit_and_loss
from counterfoil.books.statements.tree import entries
from counterfoil.model.months import Month, Span, fiscal_year, month_named
from counterfoil.model.statement import Account, Line, Statement

D = Decimal
JAN, FEB = date(2026, 1, 31), date(2026, 2, 28)
SPAN = Span(first=Month(year=2026, number=1), last=Month(year=2026, number=2))
ACCOUNTS = {
    "1": Account(id="1", name="Sales"),
    "2": Account(id="2", name="Repairs", parent="1"),
    "3": Account(id="3", name="Rent", number="6000"),
    "4": Account(id="4", name="Stock"),
}


def told(statement: Statement) -> list[tuple[str, ...]]:
    """Each line as it is read: its kind, label and numbers."""
    return [
        (
            str(line.kind),
            "  " * line.depth + line.label,
            *map(str, line.cells),
            *([str(line.total)] if line.total is not None else []),
        )
        for line in statement.lines
    ]


def earned(month: date, order: int, account: str | None, amount: str, *foreign: str) -> Earned:
    currency, other = foreign or ("USD", amount)
    return Earned(
        month_end=month,
        section_order=order,
        account_id=account,
        currency=currency,
        amount=D(amount),
        foreign_amount=D(other),
    )


ROWS = [
    earned(JAN, 1, "1", "100.00"),
    earned(JAN, 1, "2", "20.00"),
    earned(FEB, 1, "2", "5.50", "EUR", "5.00"),
    earned(JAN, 2, "4", "30.00"),
    earned(FEB, 3, "3", "40.00"),
    earned(FEB, 3, None, "1.00"),
    earned(date(2025, 12, 31), 1, "1", "999.00"),
]


def test_profit_and_loss_sums_accounts_below_their_parents_and_says_what_is_left() -> None:
    statement = profit_and_loss(ROWS, SPAN, ACCOUNTS, home="USD")

    assert told(statement) == [
        ("group", "Income"),
        ("entry", "  Sales", "100.00", "0.00", "100.00"),
        ("entry", "    Repairs", "20.00", "5.50", "25.50"),
        ("sum", "  Total Sales", "120.00", "5.50", "125.50"),
        ("sum", "Total income", "120.00", "5.50", "125.50"),
        ("group", "Cost of goods sold"),
        ("entry", "  Stock", "30.00", "0.00", "30.00"),
        ("sum", "Total cost of goods sold", "30.00", "0.00", "30.00"),
        ("result", "Gross profit", "90.00", "5.50", "95.50"),
        ("group", "Expenses"),
        ("entry", "  Rent", "0.00", "40.00", "40.00"),
        ("entry", "  No account found", "0.00", "1.00", "1.00"),
        ("sum", "Total expenses", "0.00", "41.00", "41.00"),
        ("result", "Net operating income", "90.00", "-35.50", "54.50"),
        ("result", "Net income", "90.00", "-35.50", "54.50"),
    ]
    assert statement.currencies == ("EUR", "USD")


def test_only_what_is_in_another_currency_is_shown_in_that_one() -> None:
    statement = profit_and_loss(ROWS, SPAN, ACCOUNTS, home="USD", currency="EUR")

    assert told(statement)[-1] == ("result", "Net income", "0.00", "5.00", "5.00")
    assert statement.currency == "EUR"


def test_accounts_in_a_circle_or_too_deep_are_shown_once() -> None:
    circle = {"a": Account(id="a", name="A", parent="b"), "b": Account(id="b", name="B", parent="a")}
    deep = {str(n): Account(id=str(n), name=f"Deep {n}", parent=str(n - 1)) for n in range(1, 3_000)}
    sums: dict[str | None, list[D]] = {"a": [D(1)], "b": [D(2)], "2999": [D(3)], "gone": [D(4)]}

    lines = entries(sums, circle | deep, depth=0)

    assert sorted((line.label, line.cells) for line in lines if line.kind == "entry") == [
        ("A", (D(1),)),
        ("Account gone", (D(4),)),
        ("B", (D(2),)),
        ("Deep 2999", (D(3),)),
    ]


def held(order: int, type_: str, account: str | None, name: str, amount: str) -> Held:
    return Held(
        month_end=JAN,
        section_order=order,
        account_type=type_,
        account_type_order=order,
        account_id=account,
        account_name=name,
        amount=D(amount),
        currency="USD",
        held_amount=D(amount),
    )


def test_a_balance_sheet_keeps_net_income_and_what_has_no_account_apart() -> None:
    rows = [
        held(1, "Bank", "4", "Stock", "75.00"),
        held(2, "Credit Card", "3", "Rent", "5.00"),
        held(3, "Equity", None, "Retained Earnings", "30.00"),
        held(3, "Equity", None, "Net Income", "40.00"),
        held(4, "", None, "", "0.25"),
    ]

    statement = balance_sheet(rows, Span(first=SPAN.first, last=SPAN.first), ACCOUNTS, home="USD")

    numbers = {line.label: line.cells[0] for line in statement.lines if line.cells}
    assert numbers["Net Income"] == D("40.00")
    assert numbers["Retained Earnings"] == D("30.00")
    assert numbers["Total assets"] == numbers["Liabilities and equity"] == D("75.00")
    assert numbers["Total no account found"] == D("0.25")
    assert [line.label for line in statement.lines if line.leads] == ["Stock", "Rent", "No account found"]


def test_cash_ends_where_it_began_and_what_it_moved() -> None:
    def flow(order: int, account: str | None, name: str | None, amount: str) -> Flow:
        return Flow(
            month_end=JAN, section_order=order, account_id=account, account_name=name, amount=D(amount)
        )

    rows = [
        flow(1, None, "Net income", "40.00"),
        flow(1, "4", "Stock", "-10.00"),
        flow(4, None, None, "30.00"),
        flow(5, None, None, "70.00"),
        flow(6, None, None, "100.00"),
    ]

    statement = cash_flow(rows, Span(first=SPAN.first, last=SPAN.first), ACCOUNTS, home="USD")

    assert told(statement) == [
        ("group", "Operating activities"),
        ("entry", "  Net income", "40.00", "40.00"),
        ("entry", "  Stock", "-10.00", "-10.00"),
        ("sum", "Cash from operating activities", "30.00", "30.00"),
        ("result", "Net change in cash", "30.00", "30.00"),
        ("result", "Cash at beginning", "70.00"),
        ("result", "Cash at end", "100.00"),
    ]


def document(
    id_: str, due: date | None, amount: str, name: str | None = "Ann", currency: str = "USD"
) -> Open:
    return Open(
        type="Invoice",
        id=id_,
        number=None,
        day=due,
        due=due,
        name_id=name,
        name=name,
        currency=currency,
        amount=D(amount),
        foreign_amount=D(amount) * 2,
    )


def test_documents_are_put_into_the_age_of_their_days() -> None:
    on = date(2026, 3, 31)
    ages = [
        document("1", date(2026, 3, 31), "1.00"),
        document("2", date(2026, 3, 30), "2.00"),
        document("3", date(2026, 3, 1), "4.00"),
        document("4", date(2026, 2, 28), "8.00"),
        document("5", date(2026, 1, 30), "16.00", None),
        document("6", date(2025, 12, 30), "32.00", currency="EUR"),
        document("7", None, "64.00"),
    ]

    statement = ageing("receivables", ages, on, home="USD")

    assert told(statement) == [
        ("entry", "Ann", "65.00", "6.00", "8.00", "0.00", "32.00", "111.00"),
        ("entry", "Without a name", "0.00", "0.00", "16.00", "0.00", "0.00", "16.00"),
        ("result", "Total receivables", "65.00", "6.00", "24.00", "0.00", "32.00", "127.00"),
    ]
    euros = ageing("receivables", ages, on, home="USD", currency="EUR")
    assert told(euros)[-1][-1] == "64.00"


def test_the_smallest_of_very_many_names_share_a_line() -> None:
    many = [document(str(n), JAN, "1.00", f"Name {n}") for n in range(MOST + 3)]

    lines = ageing("payables", many, JAN, home="USD").lines

    assert [line.label for line in lines[MOST:]] == ["3 more names", "Total payables"]
    assert lines[-1].total == D(MOST + 3)


@pytest.mark.parametrize(
    ("first_month", "before", "expected"),
    [
        ("January", 0, "2026-01 2026-12"),
        ("April", 0, "2025-04 2026-03"),
        ("April", 1, "2024-04 2025-03"),
        ("", 0, "2026-01 2026-12"),
        ("<b>", 0, "2026-01 2026-12"),
    ],
)
def test_a_year_of_books_begins_with_the_month_of_the_preferences(
    first_month: str, before: int, expected: str
) -> None:
    span = fiscal_year(date(2026, 3, 5), first_month, years_before=before)

    assert f"{span.first} {span.last}" == expected


@pytest.mark.parametrize("text", ["2026-13", "2026", "0000-01", "26-01", "२०२६-01", "2026-01-01", ""])
def test_what_is_no_month_is_none(text: str) -> None:
    assert month_named(text) is None


def test_a_span_has_a_longest() -> None:
    long = Span(first=Month(year=1, number=1), last=Month(year=2026, number=2))

    assert len(long.months) == 60
    assert str(long.months[-1]) == "2026-02"


def test_a_line_without_numbers_is_no_entry() -> None:
    assert all(line.cells for line in profit_and_loss(ROWS, SPAN, ACCOUNTS, home="").lines if is_entry(line))


def is_entry(line: Line) -> bool:
    return line.kind == "entry"
