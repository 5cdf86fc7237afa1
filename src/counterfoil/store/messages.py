"""Stored messages: what people are to be told on a channel, until it is sent or given up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from counterfoil.model.alert import AlertKind, AlertState, Finding
from counterfoil.model.message import Message
from counterfoil.store.db import Database
from counterfoil.store.service_schema import messages

LEASE = timedelta(minutes=5)
"""A claim that old is that of a dead process; sending takes seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a channel does: messages that wait, why the last attempt failed, when one was last sent."""

    waiting: int = 0
    fault: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message and what became of it: sent, or due (again), or given up where both are None."""

    message: Message
    sent_at: datetime | None
    due_at: datetime | None
    fault: str


def add(db: Database, found: Finding, now: datetime, due: Mapping[str, tuple[str, datetime]]) -> None:
    """Have a finding told: `due` holds, by the message's id, the channel's and when it may be sent."""
    rows = [
        {
            "id": message_id,
            "channel_id": channel_id,
            "kind": str(found.kind),
            "state": str(found.state),
            "name": found.name,
            "what": found.what,
            "do": found.do,
            "at": now,
            "due_at": moment,
        }
        for message_id, (channel_id, moment) in due.items()
    ]
    if rows:
        with db.writing() as transaction:
            transaction.execute(sa.insert(messages), rows)


def channels_due(db: Database, now: datetime) -> tuple[str, ...]:
    """The ids of channels on which something is to be sent now."""
    query = sa.select(messages.c.channel_id).where(messages.c.due_at <= now).distinct()
    with db.reading() as transaction:
        return tuple(sorted(transaction.execute(query).scalars()))


def claim(db: Database, channel_id: str, claim: str, now: datetime) -> tuple[Message, ...]:
    """Take everything that is due on a channel, the oldest first; of two processes one gets each message.

    What is claimed is due again after LEASE, should its sender die: then people may hear it twice, which is better
    than never.
    """
    due = sa.and_(messages.c.channel_id == channel_id, messages.c.due_at <= now)
    taken = sa.update(messages).where(due).values(claim=claim, due_at=now + LEASE)
    with db.writing() as transaction:
        rows = transaction.execute(taken.returning(*messages.c)).mappings().all()
    return tuple(sorted(map(_message, rows), key=lambda message: (message.at, message.id)))


def sent(db: Database, taken: Sequence[Message], claim: str, now: datetime) -> None:
    """They were sent."""
    _end(db, taken, claim, {"due_at": None, "sent_at": now, "fault": ""})


def failed(db: Database, taken: Sequence[Message], claim: str, *, fault: str, again: datetime | None) -> None:
    """They could not be sent; `again` is when to try anew, None to give up."""
    _end(db, taken, claim, {"due_at": again, "fault": fault, "attempts": messages.c.attempts + 1})


def postpone(db: Database, taken: Sequence[Message], claim: str, until: datetime) -> None:
    """Quiet hours began before they were sent."""
    _end(db, taken, claim, {"due_at": until})


def deliveries(db: Database) -> Mapping[str, Delivery]:
    """How each channel does, by its id."""
    newest = sa.func.max(messages.c.at).label("newest")
    query = sa.select(
        messages.c.channel_id,
        sa.func.count(messages.c.due_at).label("waiting"),
        sa.func.max(messages.c.sent_at).label("sent_at"),
        newest,
    ).group_by(messages.c.channel_id)
    with db.reading() as transaction:
        rows = transaction.execute(query).all()
        faults = {row.channel_id: _last_fault(transaction, row.channel_id) for row in rows}
    return {
        row.channel_id: Delivery(waiting=row.waiting, fault=faults[row.channel_id], sent_at=row.sent_at)
        for row in rows
    }


def latest(db: Database, channel_id: str, limit: int) -> tuple[Kept, ...]:
    """What was to be told on a channel, the newest first."""
    query = sa.select(messages).where(messages.c.channel_id == channel_id)
    with db.reading() as transaction:
        newest = query.order_by(messages.c.at.desc(), messages.c.id).limit(limit)
        rows = transaction.execute(newest).mappings().all()
    return tuple(
        Kept(message=_message(row), sent_at=row["sent_at"], due_at=row["due_at"], fault=row["fault"])
        for row in rows
    )


def forget(db: Database, before: datetime) -> int:
    """Forget what was sent or given up, and happened before a moment; how many those were."""
    old = sa.and_(messages.c.due_at.is_(None), messages.c.at < before)
    with db.writing() as transaction:
        return transaction.execute(sa.delete(messages).where(old)).rowcount


def _last_fault(transaction: sa.Connection, channel_id: str) -> str:
    """Of the newest message that was tried at all."""
    tried = sa.and_(
        messages.c.channel_id == channel_id, sa.or_(messages.c.attempts > 0, messages.c.sent_at.is_not(None))
    )
    newest = sa.select(messages.c.fault).where(tried).order_by(messages.c.at.desc(), messages.c.id).limit(1)
    return transaction.execute(newest).scalar() or ""


def _end(db: Database, taken: Iterable[Message], claim: str, values: Mapping[str, Any]) -> None:
    mine = sa.and_(messages.c.id.in_([message.id for message in taken]), messages.c.claim == claim)
    with db.writing() as transaction:
        transaction.execute(sa.update(messages).where(mine).values(claim="", **values))


def _message(row: Any) -> Message:
    return Message(
        id=row["id"],
        kind=AlertKind(row["kind"]),
        state=AlertState(row["state"]),
        name=row["name"],
        what=row["what"],
        do=row["do"],
        at=row["at"],
        attempts=row["attempts"],
    )
