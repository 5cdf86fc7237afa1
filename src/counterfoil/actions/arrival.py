"""Where a source's tables are, what they hold, and how to ask them: for somebody who has just set it up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from counterfoil.actions.questions import Question, questions, sql
from counterfoil.actions.rows import Part, look
from counterfoil.actions.surroundings import Surroundings
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind
from counterfoil.errors import CounterfoilError
from counterfoil.model.connection import Connection
from counterfoil.model.outcome import StreamOutcome
from counterfoil.model.source import Source
from counterfoil.model.table import Column, ColumnType
from counterfoil.store import connections

ROWS, COLUMNS = 5, 6
"""Of each table that is looked at: enough to know one's own books by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peek:
    """The first rows of a table, in its most telling columns; `error` is what kept us from seeing them."""

    table: str
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    error: CounterfoilError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with its SQL, and the first rows of the table that it asks."""

    title: str
    sql: str
    peek: Peek


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A dataset that was loaded: where it is, its tables with their rows, the fullest first, and how to ask them."""

    connection: Connection
    kind: Kind
    where: tuple[tuple[str, str], ...]
    tables: tuple[tuple[str, int], ...]
    asked: tuple[Asked, ...]


def places(around: Surroundings, source: Source, outcomes: Iterable[StreamOutcome]) -> tuple[Place, ...]:
    """Each dataset that these outcomes of the source's sync filled."""
    known = tuple(outcomes)
    found = []
    for connection in connections.of_source(around.db, source):
        landed = [each for each in known if each.connection_id == connection.id and each.tables]
        if landed and connection.destination.kind in KINDS:
            found.append(_place(around, connection, landed))
    return tuple(found)


def _place(around: Surroundings, connection: Connection, landed: Sequence[StreamOutcome]) -> Place:
    rows = {table.table: table.total for outcome in landed for table in outcome.tables}
    kind, given = KINDS[connection.destination.kind], connection.destination.options
    told = [option.name for option in kind.options if not option.secret and not option.tuning]
    return Place(
        connection=connection,
        kind=kind,
        where=tuple((name, given[name]) for name in told if name in given),
        tables=tuple(sorted(rows.items(), key=lambda pair: (-pair[1], pair[0]))),
        asked=tuple(
            Asked(title=each.title, sql=sql(each, connection), peek=_peek(around, connection, each))
            for each in questions({outcome.stream for outcome in landed})
        ),
    )


def _peek(around: Surroundings, connection: Connection, question: Question) -> Peek:
    name = connection.source.prefix + question.table.name
    try:
        found = look(around, connection, question.table, Part(limit=ROWS))
    except CounterfoilError as error:
        return Peek(table=name, error=error)
    names = [column.name for column in found.columns]
    wanted = [names.index(one) for one in question.telling if one in names] or range(len(names))
    filled = [at for at in wanted if any(row[at] not in (None, "") for row in found.rows)]
    shown = [at for at in filled if found.columns[at].type is not ColumnType.JSON][:COLUMNS]
    return Peek(
        table=name,
        columns=tuple(found.columns[at] for at in shown),
        rows=tuple(tuple(row[at] for at in shown) for row in found.rows),
    )
