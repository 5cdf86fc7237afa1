"""What a number of a statement is made of: postings of an account, documents that are open, one transaction in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.actions.books import AGED, Kept, Reader, documents, reader
from counterfoil.actions.rows import as_text
from counterfoil.actions.surroundings import Surroundings
from counterfoil.books import questions
from counterfoil.books.statements.ageing import Open
from counterfoil.errors import NotFound
from counterfoil.model.statement import NOTHING
from counterfoil.model.stream import Stream
from counterfoil.model.table import Table, all_columns
from counterfoil.quickbooks.catalog import catalog

PAGE = 100
"""Postings of one page."""

FARTHEST = 1_000_000
"""Postings that may be leafed through."""

MOST_ROWS = 200
"""Rows of one table that are shown of a transaction."""

BEGINNING, END = date(1, 1, 1), date(9999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One posting of the general ledger, in the order in which it is asked for; debits make the amount positive."""

    day: date | None
    type: str
    id: str
    posting: str
    posting_number: int
    number: str | None
    account_id: str | None
    account_name: str | None
    name: str | None
    memo: str | None
    debit: Decimal
    credit: Decimal
    amount: Decimal
    running_balance: Decimal
    currency: str | None
    foreign_amount: Decimal | None  # None for what is in home currency alone, such as an exchange difference
    rate: Decimal
    class_name: str | None
    department_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Postings of one account from day to day, both of them in it; an empty account is that which was not found."""

    account: str = ""
    since: date | None = None
    until: date | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A page of postings, the newest first, and what all of them come to."""

    postings: tuple[Posting, ...]
    count: int
    debit: Decimal
    credit: Decimal
    account_name: str
    account_number: str
    account_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """Rows of a transaction in one of its tables; columns that are null in all of them are left out."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction: what it posts, and its rows in its tables."""

    stream: Stream
    id: str
    postings: tuple[Posting, ...]
    kin: tuple[Kin, ...]


def posted(around: Surroundings, books: Kept, wanted: Wanted) -> Posted:
    """Postings of an account. Raises what the warehouse's `query` does."""
    opened = reader(around, books)
    where = questions.OF_ACCOUNT if wanted.account else questions.OF_NO_ACCOUNT
    values = (*filter(None, [wanted.account]), wanted.since or BEGINNING, wanted.until or END)
    offset = min(max(wanted.offset, 0), FARTHEST)
    ((count, debit, credit, name, number, type_),) = opened.ask(questions.POSTED.format(where=where), *values)
    rows = opened.ask(questions.POSTINGS.format(where=where, limit=PAGE, offset=offset), *values)
    return Posted(
        postings=tuple(map(_posting, rows)),
        count=count,
        debit=debit or NOTHING,
        credit=credit or NOTHING,
        account_name=name or "",
        account_number=number or "",
        account_type=type_ or "",
    )


def open_documents(
    around: Surroundings, books: Kept, statement: str, on: date, *, name_id: str | None, age: str
) -> list[Open]:
    """What somebody owes or is owed as of a day, of one age or all, the oldest first. Raises NotFound."""
    if statement not in AGED:
        raise NotFound(
            f"There is nothing open in {statement[:60]!r}.", do=f"There is in {' and '.join(AGED)}."
        )
    every = documents(reader(around, books), statement, on)
    chosen = [one for one in every if one.name_id == name_id and age in ("", one.age(on))]
    return sorted(chosen, key=lambda one: (one.due or END, one.day or END, len(one.id), one.id))


def transaction(around: Surroundings, books: Kept, type_: str, id_: str) -> Transaction:
    """A transaction with its postings and rows. Raises NotFound, and what the warehouse's `query` does."""
    stream = catalog().get(type_)
    opened = reader(around, books)
    if stream is None or not books.source.reads(type_):
        raise NotFound(
            f"{books.source.name} reads no {type_[:60]!r}.", do="Begin with one of its statements."
        )
    where = questions.OF_TRANSACTION
    postings = opened.ask(questions.POSTINGS.format(where=where, limit=FARTHEST, offset=0), type_, id_)
    kin = [_kin(opened, table, stream, id_) for table in stream.table.family()]
    if not kin[0].rows:
        raise NotFound(f"There is no {type_} {id_[:60]!r}.", do="Begin with one of the statements.")
    return Transaction(
        stream=stream,
        id=id_,
        postings=tuple(map(_posting, reversed(postings))),
        kin=tuple(each for each in kin if each.rows),
    )


def _kin(opened: Reader, table: Table, stream: Stream, id_: str) -> Kin:
    key = "id" if table is stream.table else table.key[0]
    columns = [column.name for column in all_columns(table)]
    listed = ", ".join(f't."{name}"' for name in columns)
    order = ", ".join(f't."{name}"' for name in table.key)
    question = questions.ROWS.format(columns=listed, table=table.name, key=key, order=order, limit=MOST_ROWS)
    rows = opened.ask(question, id_, tables=(table.name,))
    held = [at for at in range(len(columns)) if any(row[at] is not None for row in rows)]
    return Kin(
        table=opened.feed.source.prefix + table.name,
        columns=tuple(columns[at] for at in held),
        rows=tuple(tuple(as_text(row[at]) for at in held) for row in rows),
    )


def _posting(row: Sequence[Any]) -> Posting:
    return Posting(**dict(zip(Posting.__slots__, row, strict=True)))
