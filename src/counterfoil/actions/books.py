"""What one may see of a company's books: the statements, out of the views in one destination, as they stand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar

from counterfoil.actions.destinations import warehouse_of
from counterfoil.actions.surroundings import Surroundings
from counterfoil.books import questions
from counterfoil.books.statements.ageing import Open, ageing
from counterfoil.books.statements.balance import Held, balance_sheet
from counterfoil.books.statements.cash import Flow, cash_flow
from counterfoil.books.statements.income import Earned, profit_and_loss
from counterfoil.books.views import STATEMENTS
from counterfoil.books.words import worded
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Destination as Warehouse
from counterfoil.errors import NotFound, WarehouseRefused
from counterfoil.model.connection import Connection
from counterfoil.model.months import Span, fiscal_year, month_of
from counterfoil.model.source import Source
from counterfoil.model.statement import Account, Statement
from counterfoil.model.stream import Family
from counterfoil.quickbooks.catalog import catalog
from counterfoil.store import connections, cursors, sources

Row = TypeVar("Row", Open, Held, Flow, Earned)

LONGEST_QUESTION = 30.0
"""Seconds that somebody waits for one answer."""

MONTHS = 12
"""Months of a statement where nobody says otherwise."""

AGED = {"receivables": "accounts_receivable_movement", "payables": "accounts_payable_movement"}
NAMES = ("profit-and-loss", "balance-sheet", "cash", *AGED)
"""The statements that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is wanted: of which months, as of which day, in which currency; empty is what is usual.

    `year` is "this" or "last" for a year of books, which wins over the `span`.
    """

    span: Span | None = None
    year: str = ""
    on: date | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where a company's books are: what its source feeds, and which of that can be asked; `chosen` is asked."""

    source: Source
    feeds: tuple[Connection, ...]
    able: tuple[Connection, ...]
    chosen: Connection | None
    fresh_until: datetime | None  # everything until then is in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What a company says of itself."""

    home: str  # its currency; "" where it does not tell
    first_month: str  # of its year of books


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One company's books in one warehouse."""

    feed: Connection
    warehouse: Warehouse
    today: date

    def ask(self, question: str, *values: object, tables: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """The rows of a question about the company. Raises what the warehouse's `query` does."""
        kind = KINDS[self.feed.destination.kind].capabilities
        ground = kind.ground(self.feed.dataset, self.feed.source.prefix, ())
        sql = worded(question, ground, (*STATEMENTS, *questions.TABLES, *tables))
        realm = self.feed.source.credential.realm_id
        return self.warehouse.query(self.feed.dataset, sql, (realm, *values), seconds=LONGEST_QUESTION)

    def company(self) -> Company:
        """How the company keeps its books."""
        if not self.feed.source.reads("Preferences"):
            return Company(home="", first_month="")
        ((home, first_month),) = self.ask(questions.PREFERENCES)
        return Company(home=home or "", first_month=first_month or "")

    def accounts(self) -> Mapping[str, Account]:
        """Its accounts by id; without the list of accounts only those that were posted to, without parents."""
        listed = self.feed.source.reads("Account")
        rows = self.ask(questions.ACCOUNTS if listed else questions.NAMED_ACCOUNTS)
        return {
            id_: Account(id=id_, name=name or f"Account {id_}", number=number or "", parent=parent or "")
            for id_, name, number, parent in rows
        }


def kept(around: Surroundings, source_name: str, feed_id: str = "") -> Kept:
    """Where the books of a source are, and which of these places is asked. Raises NotFound."""
    source = sources.named(around.db, source_name)
    feeds = connections.of_source(around.db, source)
    able = [feed for feed in feeds if _speaks(feed)]
    reached = {feed.id: cursors.reached(around.db, feed) for feed in able}
    able.sort(key=lambda feed: not reached[feed.id])  # one that holds something before one that is empty
    chosen = next((feed for feed in able if feed.id == feed_id), able[0] if able else None)
    until = reached[chosen.id] if chosen else {}
    moments = [
        until[name]
        for name, stream in catalog().items()
        if name in until and stream.family is Family.TRANSACTION
    ]
    return Kept(
        source=source, feeds=feeds, able=tuple(able), chosen=chosen, fresh_until=min(moments, default=None)
    )


def reader(around: Surroundings, books: Kept) -> Reader:
    """Open the chosen place. Raises WarehouseRefused where none can be asked, and what opening one raises."""
    if books.chosen is None:
        raise WarehouseRefused(
            f"{books.source.name} feeds no warehouse that answers questions in SQL.",
            do="Let it feed a DuckDB file or a warehouse beside what it feeds now: its books are seen there.",
        )
    return Reader(
        feed=books.chosen,
        warehouse=warehouse_of(around, books.chosen.destination),
        today=around.now().date(),
    )


def show(around: Surroundings, books: Kept, name: str, asked: Asked) -> Statement:
    """One statement. Raises NotFound, and what the warehouse's `query` does."""
    if name not in NAMES:
        raise NotFound(f"There is no statement {name[:60]!r}.", do=f"There are: {', '.join(NAMES)}.")
    opened = reader(around, books)
    company = opened.company()
    if name in AGED:
        on = asked.on or opened.today
        return ageing(name, documents(opened, name, on), on, home=company.home, currency=asked.currency)
    span = span_of(asked, company, opened.today)
    days = (span.months[0].first_day, span.months[-1].last_day)
    accounts = opened.accounts()
    if name == "profit-and-loss":
        earned = [_made(Earned, row) for row in opened.ask(questions.PROFIT_AND_LOSS, *days)]
        return profit_and_loss(earned, span, accounts, home=company.home, currency=asked.currency)
    if name == "balance-sheet":
        held = [_made(Held, row) for row in opened.ask(questions.BALANCE_SHEET, *days)]
        return balance_sheet(held, span, accounts, home=company.home, currency=asked.currency)
    flows = [_made(Flow, row) for row in opened.ask(questions.CASH_FLOW, *days)]
    return cash_flow(flows, span, accounts, home=company.home)


def documents(opened: Reader, name: str, on: date) -> list[Open]:
    """What is open as of a day."""
    rows = opened.ask(questions.OPEN.format(movement=AGED[name]), on)
    return [_made(Open, row) for row in rows]


def span_of(asked: Asked, company: Company, today: date) -> Span:
    """The months that are meant."""
    if asked.year:
        return fiscal_year(today, company.first_month, years_before=1 if asked.year == "last" else 0)
    last = month_of(today)
    return asked.span or Span(first=last.later(1 - MONTHS), last=last)


def _made(kind: type[Row], row: Sequence[Any]) -> Row:
    """A row by the order of its columns."""
    return kind(**dict(zip((each.name for each in fields(kind)), row, strict=True)))


def _speaks(feed: Connection) -> bool:
    kind = KINDS.get(feed.destination.kind)
    return bool(kind and kind.capabilities.dialect)
