"""The views over all companies of a warehouse, in the order in which they stand on each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from sqlglot import exp, parse_one

from counterfoil.books.companies.united import OURS, Place, united
from counterfoil.books.views import views as statements
from counterfoil.books.words import worded
from counterfoil.model.member import Member
from counterfoil.model.table import Table, all_columns
from counterfoil.model.view import Ground, View

MONTH_END: Final = ("s.month_end", "the end of the month")
TODAY: Final = ("CURRENT_DATE", "today")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """How a statement is brought into one currency: which amount, by the rate of which day, summed by what."""

    amount: str
    day: tuple[str, str]
    by: str


CONSOLIDATED: Final[Mapping[str, Summed]] = {
    "trial_balance": Summed(
        amount="balance", day=MONTH_END, by="month_end classification account_type account_name"
    ),
    "profit_and_loss": Summed(
        amount="amount", day=MONTH_END, by="month_end section section_order account_type account_name"
    ),
    "balance_sheet": Summed(
        amount="amount",
        day=MONTH_END,
        by="month_end section section_order account_type account_type_order account_name",
    ),
    "cash_flow": Summed(amount="amount", day=MONTH_END, by="month_end section section_order account_name"),
    "accounts_receivable_ageing": Summed(amount="open_amount", day=TODAY, by="bucket bucket_order"),
    "accounts_payable_ageing": Summed(amount="open_amount", day=TODAY, by="bucket bucket_order"),
}
"""Statements that are brought into one currency; each has a `_converted` view, and a `consolidated_` one."""


def views(
    members: Sequence[Member], tables: Sequence[Table], ground: Ground, place: Place, currency: str
) -> list[View]:
    """All of them: tables, statements by company and, where a currency is given, in that one.

    The ground is the dataset of these views.
    """
    found = [
        united(table.name, [column.name for column in all_columns(table)], members, place) for table in tables
    ]
    found += [
        united(name, columns, members, place, is_view=True) for name, columns in statement_columns().items()
    ]
    there = [view for view in found if view]
    names = {view.name for view in there}
    own = [*names, "company", "group_rate", *(f"{name}_converted" for name in CONSOLIDATED)]
    written = [("company", _company(members, names))]
    if currency:
        written.append(("group_rate", _rates(tables, names, currency)))
        written += [each for name in CONSOLIDATED if name in names for each in _in_one(name, currency)]
    return [*there, *(View(name=name, sql=worded(sql, ground, own)) for name, sql in written)]


@cache
def statement_columns() -> Mapping[str, tuple[str, ...]]:
    """The columns of each of our own views on a source's tables; they are the same, whichever tables there are."""
    plain = Ground(dialect="duckdb", prefix="", tables=(Table(name="account", columns=()),))
    return {view.name: tuple(_columns(parse_one(view.sql, read="duckdb"))) for view in statements(plain)}


def _columns(query: exp.Expr) -> Iterable[str]:
    assert isinstance(query, exp.Query)
    return query.named_selects


def _company(members: Iterable[Member], names: set[str]) -> str:
    first = {member.realm_id: member for member in reversed(list(members))}
    listed = " UNION ALL ".join(
        "SELECT "
        + ", ".join(
            f"{exp.Literal.string(value).sql(dialect='duckdb')} AS {column}"
            for value, column in zip((one.realm_id, one.company, one.source), OURS, strict=True)
        )
        for one in first.values()
    )
    preferences = (
        "SELECT * FROM preferences"
        if "preferences" in names
        else "SELECT CAST(NULL AS VARCHAR) AS _company_id, CAST(NULL AS VARCHAR) AS currency_home_currency_id, "
        "FALSE AS _deleted"
    )
    return _read("company").format(members=listed, preferences=preferences)


def _rates(tables: Iterable[Table], names: set[str], currency: str) -> str:
    wanted = ("_company_id", "currency_id", "exchange_rate", "transaction_date", "_deleted")
    nothing = (
        "SELECT CAST(NULL AS VARCHAR) AS _company_id, CAST(NULL AS VARCHAR) AS {0}, "
        "CAST(NULL AS DECIMAL(38, 9)) AS {1}, CAST(NULL AS DATE) AS {2}, TRUE AS _deleted"
    )
    posted = [
        f"SELECT {', '.join(wanted)} FROM {table.name}"
        for table in tables
        if table.name in names and {*wanted[1:4]} <= {column.name for column in table.columns}
    ]
    rates = nothing.format(
        "source_currency_code, CAST(NULL AS VARCHAR) AS target_currency_code", "rate", "as_of_date"
    )
    if "exchange_rate" in names:
        rates = "SELECT * FROM exchange_rate"
    return _read("group_rate").format(
        currency=currency,
        exchange_rates=rates,
        transactions=" UNION ALL ".join([nothing.format(*wanted[1:4]), *posted]),
    )


def _in_one(name: str, currency: str) -> list[tuple[str, str]]:
    how = CONSOLIDATED[name]
    day, told = how.day
    listed = ", ".join(f"s.{column}" for column in how.by.split())
    return [
        (
            f"{name}_converted",
            _read("converted").format(
                currency=currency, statement=name, amount=how.amount, day=day, day_told=told
            ),
        ),
        (f"consolidated_{name}", _read("consolidated").format(statement=name, listed=listed)),
    ]


def _read(name: str) -> str:
    return (files("counterfoil.books.companies") / "sql" / f"{name}.sql").read_text()
