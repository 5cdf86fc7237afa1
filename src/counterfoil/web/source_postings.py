"""What numbers of a source's books are made of: postings, open documents, and each transaction in full."""

from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from counterfoil.actions import books, postings
from counterfoil.actions.books import Kept
from counterfoil.actions.postings import PAGE, Wanted
from counterfoil.books.statements.ageing import AGES
from counterfoil.errors import CounterfoilError, NotFound, RequestInvalid
from counterfoil.web.errors import status_of
from counterfoil.web.page import page
from counterfoil.web.source_books import TITLES, day_of
from counterfoil.web.visit import Visit, Visiting

routes = APIRouter()

CREDIT_ACCOUNTS = (
    "Accounts Payable",
    "Credit Card",
    "Other Current Liability",
    "Long Term Liability",
    "Equity",
    "Income",
    "Other Income",
)
"""Types of accounts that statements show with credits positive."""


class Which(BaseModel):
    """Which postings are looked at."""

    account: str = Field("", max_length=100)
    since: str = Field("", max_length=10)
    until: str = Field("", max_length=10)
    feed: str = Field("", max_length=100)
    offset: int = Field(0, ge=0, le=postings.FARTHEST)

    def address(self, **other: Any) -> str:
        """The end of an address with some of it otherwise."""
        told = {name: value for name, value in (dict(self) | other).items() if value}
        return "?" + urlencode(told)


class Whose(BaseModel):
    """Which open documents are looked at."""

    name: str = Field("", max_length=100)
    nobody: str = Field("", max_length=5)  # "yes" for documents without a name
    age: str = Field("", max_length=10)
    on: str = Field("", max_length=10)
    feed: str = Field("", max_length=100)


@routes.get("/sources/{name}/books/postings")
def of_account(visit: Visiting, name: str, which: Annotated[Which, Query()]) -> Response:
    """Postings of one account, the newest first, with its balance after each."""
    kept = books.kept(visit.around, name, which.feed)
    wanted = Wanted(
        account=which.account,
        since=day_of(which.since),
        until=day_of(which.until),
        offset=which.offset,
    )
    try:
        found = postings.posted(visit.around, kept, wanted)
    except CounterfoilError as error:
        return _shown(visit, "books_postings.html", kept, which.feed, fault=error)
    change = found.debit - found.credit
    return _shown(
        visit,
        "books_postings.html",
        kept,
        which.feed,
        which=which,
        wanted=wanted,
        found=found,
        change=-change if found.account_type in CREDIT_ACCOUNTS else change,
        rows_shown=PAGE,
    )


@routes.get("/sources/{name}/books/{statement}/open")
def of_name(visit: Visiting, name: str, statement: str, whose: Annotated[Whose, Query()]) -> Response:
    """What somebody owes or is owed, document by document."""
    if statement not in books.AGED:
        raise NotFound("There is no such page.", do="Begin with receivables or payables.")
    kept = books.kept(visit.around, name, whose.feed)
    on = day_of(whose.on) or visit.around.now().date()
    if not whose.name and whose.nobody != "yes":
        raise RequestInvalid("Whose documents are meant?", do="Begin with receivables or payables.")
    try:
        found = postings.open_documents(
            visit.around, kept, statement, on, name_id=whose.name or None, age=whose.age
        )
    except CounterfoilError as error:
        return _shown(visit, "books_open.html", kept, whose.feed, fault=error)
    return _shown(
        visit,
        "books_open.html",
        kept,
        whose.feed,
        found=found,
        on=on,
        statement=statement,
        title=TITLES[statement],
        age={key: words for key, words, _, _ in AGES}.get(whose.age, ""),
        total=sum((one.amount for one in found), Decimal("0.00")),
    )


@routes.get("/sources/{name}/books/transactions/{type_}/{id_:path}")
def of_transaction(visit: Visiting, name: str, type_: str, id_: str, feed: str = "") -> Response:
    """One transaction: what it posts, and its rows in its tables."""
    kept = books.kept(visit.around, name, feed[:100])
    try:
        found = postings.transaction(visit.around, kept, type_, id_)
    except NotFound:
        raise
    except CounterfoilError as error:
        return _shown(visit, "books_transaction.html", kept, feed, fault=error)
    return _shown(
        visit,
        "books_transaction.html",
        kept,
        feed,
        found=found,
        debit=sum((one.debit for one in found.postings), Decimal("0.00")),
        credit=sum((one.credit for one in found.postings), Decimal("0.00")),
        foreign=len({one.currency for one in found.postings}) > 0
        and any(one.amount != one.foreign_amount for one in found.postings),
    )


def _shown(
    visit: Visit,
    template: str,
    kept: Kept,
    feed: str,
    *,
    fault: CounterfoilError | None = None,
    **inside: Any,
) -> Response:
    return page(
        visit,
        template,
        status=status_of(fault) if fault else 200,
        source=kept.source,
        books=kept,
        feed=feed,
        fault=fault,
        **inside,
    )
