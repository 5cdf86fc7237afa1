"""Outcome: what became of each stream, per connection, in words that can be stored and shown."""

from collections.abc import Mapping
from datetime import datetime

from counterfoil.errors import CounterfoilError, PoisonedPage
from counterfoil.model.bad_record import BadRecord
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState, TableOutcome
from counterfoil.model.stream import Family
from counterfoil.sync.abilities import asked_again
from counterfoil.sync.land import ConnectionLanded, Landed
from counterfoil.sync.reading import StreamRead

MEND = "Open it in QuickBooks and save it again; each next sync asks for it."
NAMED = 5

Outcomes = dict[tuple[str, str], StreamOutcome]
"""By connection id and stream."""


def outcomes_of(
    landed: Landed, *, again: datetime, before: Mapping[tuple[str, str], StreamOutcome] | None = None
) -> Outcomes:
    """One outcome for each stream and connection; the calls of an earlier round are added.

    `again` (aware) is when streams that the company does not have will be asked for again.
    """
    earlier = before or {}
    found: Outcomes = {}
    for one in landed.connections:
        for read in landed.extracted.reads.values():
            key = (one.connection.id, read.stream.name)
            calls = read.calls + (earlier[key].calls if key in earlier else 0)
            found[key] = _outcome(one, read, calls, again)
    return found


def not_reached(connection_id: str, stream: str, error: CounterfoilError) -> StreamOutcome:
    """The outcome of a stream that was not read, because there was nowhere to load it."""
    return StreamOutcome(
        connection_id=connection_id,
        stream=stream,
        mode=Mode.FULL,
        state=StreamState.FAILED,
        code=error.code,
        what=error.what,
        do=error.do,
    )


def _outcome(one: ConnectionLanded, read: StreamRead, calls: int, again: datetime) -> StreamOutcome:
    error = read.error or one.error
    return StreamOutcome(
        connection_id=one.connection.id,
        stream=read.stream.name,
        mode=read.task.mode,
        state=_state(read, error),
        read=read.records,
        calls=calls,
        tables=_tables(one, read),
        code=error.code if error else _code(read),
        what=error.what if error else _caveat(read),
        do=_remedy(read, error, again),
    )


def _code(read: StreamRead) -> str:
    if read.trouble:
        return read.trouble.code
    return PoisonedPage.code if read.bad else ""


def _remedy(read: StreamRead, error: CounterfoilError | None, again: datetime) -> str:
    if error is None and read.trouble:
        return read.trouble.do
    if error is None:
        return MEND if read.bad else ""
    return f"{error.do} {asked_again(again)}".strip() if read.skipped else error.do


def _tables(one: ConnectionLanded, read: StreamRead) -> tuple[TableOutcome, ...]:
    prefix = one.connection.source.prefix
    if not read.brings:
        return ()
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
    return StreamState.INCOMPLETE if read.only_recent or read.bad else StreamState.LANDED


def _caveat(read: StreamRead) -> str:
    """What is missing of a stream that landed."""
    if read.bad:
        named = "; ".join(_name(bad) for bad in read.bad[:NAMED])
        more = f" and {len(read.bad) - NAMED} more" if len(read.bad) > NAMED else ""
        why = f" {read.trouble.what}" if read.trouble else ""
        served = f"QuickBooks could not serve {len(read.bad)} of {read.stream.name}"
        return f"{served}: {named}{more}. The others landed.{why}"
    if read.only_recent and read.stream.family is Family.SINGLETON:
        return f"QuickBooks does not tell {read.stream.name} of this company."
    if read.only_recent:
        return f"QuickBooks offers no query for {read.stream.name}: only what changed in the last 29 days can be read."
    return ""


def _name(bad: BadRecord) -> str:
    return f"id {bad.id}" if bad.id else bad.position or "one whose id it does not tell"
