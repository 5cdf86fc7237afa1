"""Where a source's tables are, and SQL to begin with: what somebody who has just set it up wants to know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Capabilities, Kind
from counterfoil.model.connection import Connection
from counterfoil.model.outcome import StreamOutcome
from counterfoil.model.source import Source
from counterfoil.store import connections
from counterfoil.store.db import Database

OWING = """\
select {display_name}, {balance}
from {the_table}
where not {_deleted} and {balance} > 0
order by {balance} desc
limit 10;"""

BY_MONTH = """\
select extract(year from {transaction_date}) as {year},
  extract(month from {transaction_date}) as {month},
  {currency_id}, count(*) as {how_many},
  sum({total_amount}) as {total}
from {the_table}
where not {_deleted}
group by 1, 2, 3
order by 1 desc, 2 desc
limit 24;"""

MOST = 2
"""Questions on the page."""

LOOK = """\
select *
from {the_table}
limit 10;"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one table can be asked; `sql` in words that every warehouse understands, with its names in braces."""

    table: str
    title: str
    sql: str


QUESTIONS = (
    Question(table="customer", title="Who owes the most", sql=OWING),
    Question(table="invoice", title="Invoices by month", sql=BY_MONTH),
    Question(table="bill", title="Bills by month", sql=BY_MONTH),
    Question(table="vendor", title="Whom you owe the most", sql=OWING),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question as its warehouse takes it."""

    title: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A dataset that was loaded: where it is, its tables with their rows, the fullest first, SQL to begin with."""

    connection: Connection
    kind: Kind
    where: tuple[tuple[str, str], ...]
    tables: tuple[tuple[str, int], ...]
    queries: tuple[Query, ...]


def places(db: Database, source: Source, outcomes: Iterable[StreamOutcome]) -> tuple[Place, ...]:
    """Each dataset that these outcomes of the source's sync filled."""
    known = tuple(outcomes)
    return tuple(
        place
        for connection in connections.of_source(db, source)
        if connection.destination.kind in KINDS
        and (place := _place(connection, [each for each in known if each.connection_id == connection.id]))
    )


def _place(connection: Connection, outcomes: Sequence[StreamOutcome]) -> Place | None:
    rows = {table.table: table.total for outcome in outcomes for table in outcome.tables}
    if not rows:
        return None
    kind = KINDS[connection.destination.kind]
    told = [
        (option.name, connection.destination.options[option.name])
        for option in kind.options
        if option.name in connection.destination.options and not option.secret and not option.tuning
    ]
    return Place(
        connection=connection,
        kind=kind,
        where=tuple(told),
        tables=tuple(sorted(rows.items(), key=lambda pair: (-pair[1], pair[0]))),
        queries=tuple(_queries(connection, kind.capabilities, rows)),
    )


def _queries(connection: Connection, capabilities: Capabilities, rows: Iterable[str]) -> Iterable[Query]:
    there, prefix = set(rows), connection.source.prefix
    asked = [question for question in QUESTIONS if prefix + question.table in there]
    for question in asked[:MOST] or [
        Question(table=min(there).removeprefix(prefix), title="A first look", sql=LOOK)
    ]:
        names = _Quoted(capabilities.quote)
        names["the_table"] = f"{names[connection.dataset]}.{names[prefix + question.table]}"
        yield Query(title=question.title, sql=question.sql.format_map(names))


class _Quoted(dict[str, str]):
    """Every name in the quotes of a warehouse's SQL."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self._mark = mark

    def __missing__(self, name: str) -> str:
        return f"{self._mark}{name.replace(self._mark, self._mark * 2)}{self._mark}"
