"""Views over all companies: what they say is the sum of its parts, and no company mixes with another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterfoil.books.companies.united import Place
from counterfoil.books.companies.views import CONSOLIDATED, views
from counterfoil.books.views import STATEMENTS
from counterfoil.model.member import Member
from counterfoil.model.table import all_columns
from tests.books.conftest import DATASET, Library, Row, Shelf, tables

ALL = "all_companies"


def members(library: Library, shelf: Shelf) -> tuple[Member, ...]:
    """The companies of the library; the first one's name is hard to write."""
    del shelf
    names = ('O\'Neill \\ "Söhne" $1 ?', "Birch", "Cedar", "Dogwood")
    return tuple(
        Member(
            source=f"source {place}",
            company=name,
            realm_id=realm,
            dataset=DATASET,
            prefix="",
            tables=frozenset(table.name for table in tables()),
            views=frozenset(STATEMENTS),
        )
        for place, (realm, name) in enumerate(zip(library.world.sandbox.realms, names, strict=True))
    )


def define(shelf: Shelf, every: Sequence[Member], currency: str, dataset: str = ALL) -> None:
    kind = shelf.warehouse.capabilities
    place = Place(dialect=kind.dialect, quoted=kind.quoted)
    made = views(every, tables(), kind.ground(dataset, "", ()), place, currency)
    shelf.warehouse.define(dataset, made)


@pytest.fixture(scope="session")
def united(library: Library) -> Library:
    for shelf in library.shelves.values():
        define(shelf, members(library, shelf), "USD")
    return library


def ask(shelf: Shelf, sql: str, *values: object, dataset: str = ALL) -> list[Row]:
    kind = shelf.warehouse.capabilities

    class Names(dict[str, str]):
        def __missing__(self, name: str) -> str:
            return kind.full(dataset, name)

    return shelf.warehouse.query(dataset, sql.format_map(Names()), values)


@pytest.mark.parametrize("table", ["invoice", "invoice_line", "customer", "exchange_rate"])
def test_a_table_of_all_is_the_tables_of_each(united: Library, shelf: Shelf, table: str) -> None:
    key = next(", ".join(each.key) for each in tables() if each.name == table)
    ours = ask(shelf, f"SELECT _company_id, {key} FROM {{{table}}} ORDER BY 1, 2")
    parts = shelf.ask(f"SELECT _realm_id, {key} FROM {{{table}}} ORDER BY 1, 2")

    assert len({realm for realm, *_ in ours}) == len(united.world.sandbox.realms)
    assert sorted(ours) == sorted(parts)


def test_equal_ids_of_two_companies_do_not_mix(united: Library, shelf: Shelf) -> None:
    twice = ask(shelf, "SELECT id FROM {customer} GROUP BY id HAVING COUNT(*) > 1")
    assert twice  # or this test says nothing
    assert ask(shelf, "SELECT 1 FROM {customer} GROUP BY _company_id, id HAVING COUNT(*) > 1") == []

    joined = ask(
        shelf,
        "SELECT COUNT(*), SUM(i.total_amount) FROM {invoice} AS i "
        "INNER JOIN {customer} AS c ON c._company_id = i._company_id AND c.id = i.customer_id",
    )
    assert joined == shelf.ask(
        "SELECT COUNT(*), SUM(total_amount) FROM {invoice} WHERE customer_id IS NOT NULL"
    )


def test_every_table_and_statement_of_the_companies_is_there_with_its_columns(
    united: Library, shelf: Shelf
) -> None:
    sql = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = ?"
    found: dict[str, set[str]] = {}
    for table, column in shelf.warehouse.query(ALL, sql, [ALL]):
        found.setdefault(table, set()).add(column)

    own = {"_company_id", "_company_name", "_source"}
    for table in tables():
        assert found[table.name] == own | {column.name for column in all_columns(table)}
    assert {*STATEMENTS, "company", "group_rate"} <= found.keys()
    for name in CONSOLIDATED:
        assert {f"{name}_converted", f"consolidated_{name}"} <= found.keys()


def test_statements_by_company_are_those_of_each(united: Library, shelf: Shelf) -> None:
    sums = "SELECT {}, SUM(amount), COUNT(*) FROM {{profit_and_loss}} GROUP BY 1 ORDER BY 1"

    assert ask(shelf, sums.format("_company_id")) == shelf.ask(sums.format("_realm_id"))


def test_names_come_as_they_are(united: Library, shelf: Shelf) -> None:
    names = ask(shelf, "SELECT _company_name, _source, home_currency FROM {company} ORDER BY _source")

    assert names == [
        ('O\'Neill \\ "Söhne" $1 ?', "source 0", "USD"),
        ("Birch", "source 1", "GBP"),
        ("Cedar", "source 2", "CAD"),
        ("Dogwood", "source 3", "AUD"),
    ]


QUOTED = (
    "SELECT source_currency_code, target_currency_code, as_of_date, rate FROM {exchange_rate} "
    "WHERE _deleted = FALSE"
)


def rate_by_hand(shelf: Shelf, home: str, day: date) -> tuple[Decimal, str, str, date] | None:
    """The latest rate by a day, of the table before one of a transaction, multiplied before divided."""
    told = [
        (day_, place, way, rate)
        for place, sql in enumerate(
            (
                QUOTED,
                *(
                    f"SELECT t.currency_id, c.home_currency, t.transaction_date, t.exchange_rate FROM {{{name}}} AS t "
                    "INNER JOIN {company} AS c ON c._company_id = t._company_id WHERE t._deleted = FALSE"
                    for name in ("invoice", "bill", "payment", "purchase", "journal_entry", "deposit")
                ),
            )
        )
        for source, target, day_, rate in ask(shelf, sql)
        for way in ("multiply", "divide")
        if (source, target) == ((home, "USD") if way == "multiply" else ("USD", home))
        and rate
        and day_ <= day
    ]
    if not told:
        return None
    latest = max(each[0] for each in told)
    first = min((place > 0, way == "divide", rate) for day_, place, way, rate in told if day_ == latest)
    return (
        first[2],
        "transaction" if first[0] else "exchange_rate",
        "divide" if first[1] else "multiply",
        latest,
    )


def test_amounts_are_converted_at_the_latest_rate_by_the_end_of_the_month(
    united: Library, shelf: Shelf
) -> None:
    rows = ask(
        shelf,
        "SELECT DISTINCT home_currency, month_end, rate, rate_direction, rate_date, rate_source "
        "FROM {balance_sheet_converted} WHERE month_end >= ?",
        date(2026, 6, 1),
    )

    assert {home for home, *_ in rows} == {"USD", "GBP", "CAD", "AUD"}
    for home, month_end, rate, direction, day, source in rows:
        if home == "USD":
            assert (rate, direction) == (1, "same")
        elif source == "exchange_rate":
            assert (rate, source, direction, day) == rate_by_hand(shelf, home, month_end)


def test_what_is_consolidated_is_checked_by_hand(united: Library, shelf: Shelf) -> None:
    """In dollars and pounds, whose rates both are loaded."""
    define(shelf, members(united, shelf)[:2], "USD", "two_companies")

    def asked(sql: str, *values: object) -> list[Row]:
        return ask(shelf, sql, *values, dataset="two_companies")

    month_end = asked("SELECT MAX(month_end) FROM {balance_sheet} WHERE month_end < CURRENT_DATE")[0][0]
    parts = asked(
        "SELECT section, amount, rate, rate_direction, group_amount FROM {balance_sheet_converted} WHERE month_end = ?",
        month_end,
    )
    assert len({rate for _, _, rate, _, _ in parts}) == 2
    by_hand: dict[str, Decimal] = {}
    for section, amount, rate, direction, group_amount in parts:
        exact = amount * rate if direction != "divide" else amount / rate
        assert abs(exact - group_amount) <= Decimal("0.005001"), (amount, rate, direction)
        by_hand[section] = by_hand.get(section, Decimal(0)) + group_amount

    consolidated: dict[str, Decimal] = dict(
        asked(
            "SELECT section, SUM(amount) FROM {consolidated_balance_sheet} WHERE month_end = ? GROUP BY section",
            month_end,
        )
    )
    assert consolidated == by_hand
    apart = consolidated["Assets"] - consolidated["Liabilities"] - consolidated["Equity"]
    assert abs(apart) <= Decimal("0.01") * len(parts)  # each line is rounded by itself


@pytest.mark.parametrize("name", sorted(CONSOLIDATED))
def test_both_warehouses_say_the_same_of_all(united: Library, name: str) -> None:
    said = [
        sorted(ask(shelf, f"SELECT * FROM {{consolidated_{name}}}"), key=str)
        for shelf in united.shelves.values()
    ]

    assert said[0]
    assert said[0] == said[1]


def test_a_rate_that_is_missing_is_said_to_be(united: Library, shelf: Shelf) -> None:
    define(shelf, members(united, shelf), "CHF", "in_francs")

    told = ask(
        shelf,
        "SELECT COUNT(*), COUNT(rate), COUNT(group_amount), MIN(rate_direction) FROM {profit_and_loss_converted}",
        dataset="in_francs",
    )
    assert told[0][0] > 0
    assert told[0][1:] == (0, 0, "missing")
    rows = ask(
        shelf,
        "SELECT companies, without_rate, amount FROM {consolidated_profit_and_loss}",
        dataset="in_francs",
    )
    assert all(without >= companies > 0 and amount is None for companies, without, amount in rows)


def test_a_company_that_two_sources_read_counts_once(united: Library, shelf: Shelf) -> None:
    first, *others = members(united, shelf)
    again = replace(first, source="another source", company="again")
    define(shelf, [first, again, *others], "", "counted_once")

    assert ask(shelf, "SELECT COUNT(*) FROM {invoice}", dataset="counted_once") == shelf.ask(
        "SELECT COUNT(*) FROM {invoice}"
    )
    assert len(ask(shelf, "SELECT 1 FROM {company}", dataset="counted_once")) == 4


def test_a_company_without_some_tables_is_left_out_of_those(united: Library, shelf: Shelf) -> None:
    first, *others = members(united, shelf)
    little = replace(first, tables=frozenset({"customer"}), views=frozenset())
    define(shelf, [little, *others], "USD", "with_a_little")

    def companies(table: str) -> int:
        sql = f"SELECT COUNT(DISTINCT _company_id) FROM {{{table}}}"
        return int(ask(shelf, sql, dataset="with_a_little")[0][0])

    assert [companies(name) for name in ("customer", "invoice", "general_ledger", "company")] == [4, 3, 3, 4]
    home = ask(
        shelf, "SELECT home_currency FROM {company} WHERE _source = ?", "source 0", dataset="with_a_little"
    )
    assert home == [(None,)]
