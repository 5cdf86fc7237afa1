"""Outcome: what became of each stream, per connection, in words that can be stored and shown."""

from collections.abc import Mapping

from counterfoil.errors import CounterfoilError
from counterfoil.model.outcome import StreamOutcome, StreamState, TableOutcome
from counterfoil.sync.land import ConnectionLanded, Landed
from counterfoil.sync.reading import StreamRead

Outcomes = dict[tuple[str, str], StreamOutcome]
"""By connection id and stream."""


def outcomes_of(landed: Landed, *, before: Mapping[tuple[str, str], StreamOutcome] | None = None) -> Outcomes:
    """One outcome for each stream and connection; the calls of an earlier round are added."""
    earlier = before or {}
    found: Outcomes = {}
    for one in landed.connections:
        for read in landed.extracted.reads.values():
            key = (one.connection.id, read.stream.name)
            calls = read.calls + (earlier[key].calls if key in earlier else 0)
            found[key] = _outcome(one, read, calls)
    return found


def _outcome(one: ConnectionLanded, read: StreamRead, calls: int) -> StreamOutcome:
    error = read.error or one.error
    return StreamOutcome(
        connection_id=one.connection.id,
        stream=read.stream.name,
        mode=read.task.mode,
        state=_state(read, error),
        read=read.records,
        calls=calls,
        tables=_tables(one, read),
        code=error.code if error else "",
        what=error.what if error else _caveat(read),
        do=error.do if error else "",
    )


def _tables(one: ConnectionLanded, read: StreamRead) -> tuple[TableOutcome, ...]:
    prefix = one.connection.source.prefix
    return tuple(
        TableOutcome(
            table=prefix + table.name,
            inserted=change.inserted,
            updated=change.updated,
            deleted=change.deleted,
            unchanged=0 if table.is_child else read.unchanged,
            total=change.total,
        )
        for table in read.stream.table.family()
        if (change := one.changes.get(prefix + table.name)) is not None
    )


def _state(read: StreamRead, error: CounterfoilError | None) -> StreamState:
    if error is not None:
        return StreamState.SKIPPED if read.skipped else StreamState.FAILED
    return StreamState.INCOMPLETE if read.only_recent else StreamState.LANDED


def _caveat(read: StreamRead) -> str:
    if not read.only_recent:
        return ""
    return f"QuickBooks offers no query for {read.stream.name}: only what changed in the last 29 days can be read."
