"""A source's books: statements by month or by age, loaded behind the page; each number leads to what it is made of."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from counterfoil.actions import books
from counterfoil.actions.books import AGED, NAMES, Asked, Kept
from counterfoil.errors import CounterfoilError, NotFound, RequestInvalid
from counterfoil.model.months import Span, month_named, month_of
from counterfoil.model.statement import Column, Line, Statement
from counterfoil.web.page import part
from counterfoil.web.sources import shown
from counterfoil.web.visit import Visit, Visiting

routes = APIRouter()

TITLES = {
    "profit-and-loss": "Profit and loss",
    "balance-sheet": "Balance sheet",
    "cash": "Cash",
    "receivables": "Receivables",
    "payables": "Payables",
}
"""The statements in the order of their tabs."""

PERIODS = (
    ("", "Last 12 months"),
    ("24", "Last 24 months"),
    ("this", "This fiscal year"),
    ("last", "Last fiscal year"),
    ("own", "From one month to another"),
)

KEYS = {
    "profit-and-loss": ("Income", "Costs and expenses", "Net income"),
    "balance-sheet": ("Assets", "Liabilities", "Equity"),
    "cash": ("Net change in cash", "", "Cash at end"),
    "receivables": ("Open", "", ""),
    "payables": ("Open", "", ""),
}
"""What a chart of each statement draws: two bars, and a line."""


class Wish(BaseModel):
    """Which part of a statement is looked at, and where; as it was typed."""

    period: str = Field("", max_length=10)
    first: str = Field("", max_length=10)
    last: str = Field("", max_length=10)
    on: str = Field("", max_length=10)
    currency: str = Field("", max_length=10)
    feed: str = Field("", max_length=100)
    shown: str = Field("", max_length=5)  # "yes" where the numbers are to come with the page

    def address(self, **other: str) -> str:
        """The end of an address with some of it otherwise."""
        kept = {name: value for name, value in self if name != "shown"} | other
        told = urlencode({name: value for name, value in kept.items() if value})
        return f"?{told}" if told else ""

    def asked(self, today: date) -> Asked:
        """The same, understood. Raises RequestInvalid."""
        return Asked(
            span=self._span(today),
            year=self.period if self.period in ("this", "last") else "",
            on=day_of(self.on),
            currency=self.currency,
        )

    def _span(self, today: date) -> Span | None:
        if self.period == "24":
            return Span(first=month_of(today).later(-23), last=month_of(today))
        if self.period != "own":
            return None
        first, last = month_named(self.first), month_named(self.last)
        if first is None or last is None or last < first:
            raise RequestInvalid(
                "From which month to which is not clear.",
                do="Write months like 2026-11, the earlier one first.",
            )
        return Span(first=first, last=last)


@routes.get("/sources/{name}/books")
def show(visit: Visiting, name: str, wish: Annotated[Wish, Query()]) -> Response:
    """Profit and loss."""
    return statement(visit, name, NAMES[0], wish)


@routes.get("/sources/{name}/books/{statement}")
def statement(visit: Visiting, name: str, statement: str, wish: Annotated[Wish, Query()]) -> Response:
    """A statement: the page comes at once, its numbers as soon as the warehouse has told them."""
    if statement not in TITLES:
        raise NotFound("There is no such statement.", do="Look at the tabs of the books.")
    kept = books.kept(visit.around, name, wish.feed)
    return shown(
        visit,
        name,
        "/books",
        books=kept,
        statement=statement,
        titles=TITLES,
        periods=PERIODS,
        wish=wish,
        aged=statement in AGED,
        today=visit.around.now().date(),
        numbers=_numbers(visit, kept, statement, wish) if wish.shown else None,
        longest=round(books.LONGEST_QUESTION),
    )


@routes.get("/sources/{name}/books/{statement}/numbers")
def numbers(visit: Visiting, name: str, statement: str, wish: Annotated[Wish, Query()]) -> Response:
    """The numbers of a statement, or why they cannot be seen: a piece of its page."""
    kept = books.kept(visit.around, name, wish.feed)
    inside = _numbers(visit, kept, statement, wish)
    return part(
        visit, "books_numbers.html", source=kept.source, statement=statement, wish=wish, numbers=inside
    )


def _numbers(visit: Visit, kept: Kept, name: str, wish: Wish) -> dict[str, Any]:
    try:
        asked = wish.asked(visit.around.now().date())
        found = books.show(visit.around, kept, name, asked)
    except CounterfoilError as error:
        return {"fault": error, "found": None}
    return {
        "fault": None,
        "found": found,
        "title": TITLES[name],
        "drawn": KEYS[name],
        "home": found.home,
        "books": kept,
        "leads": _leads(found, wish),
    }


def _leads(found: Statement, wish: Wish) -> Any:
    """Where a number leads: what it is made of."""

    def to_postings(line: Line, column: Column | None) -> str:
        first, last = found.columns[0], found.columns[-1]
        since = (column or first).since
        told = {
            "account": line.of or "",
            "since": "" if found.name == "balance-sheet" else str(since),
            "until": str((column or last).until),
            "feed": wish.feed,
        }
        return "postings?" + urlencode({key: value for key, value in told.items() if value})

    def to_documents(line: Line, column: Column | None) -> str:
        told = {
            "name": line.of or "",
            "nobody": "" if line.of else "yes",
            "age": column.key if column else "",
            "on": wish.on,
            "feed": wish.feed,
        }
        return f"{found.name}/open?" + urlencode({key: value for key, value in told.items() if value})

    return to_documents if found.name in AGED else to_postings


def day_of(text: str) -> date | None:
    """Read a day as a form sends it; None for nothing. Raises RequestInvalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestInvalid("That is no day.", do="Write it like 2026-11-30.") from error
