"""A message: what people are told of one alert, and how several become one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.model.alert import AlertKind, AlertState

MOST = 20
"""Messages told one by one; of more there is a count."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
GIVEN_UP_AFTER = timedelta(days=3)
"""News that old helps nobody, and the channel shows its fault."""

MARKS = {AlertState.OK: "Mended", AlertState.NOTICE: "Notice", AlertState.URGENT: "Failure"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One alert's change, for one channel. `at` is when it was found."""

    id: str
    kind: AlertKind
    state: AlertState
    name: str
    what: str
    do: str
    at: datetime
    attempts: int = 0


def title_of(messages: Sequence[Message]) -> str:
    """The subject of a mail, the first line elsewhere."""
    if len(messages) == 1:
        (one,) = messages
        return f"Counterfoil: {MARKS[one.state].lower()} · {one.name}"
    worst = max((message.state for message in messages), key=lambda state: state.rank)
    return f"Counterfoil: {len(messages)} messages, worst: {MARKS[worst].lower()}"


def body_of(messages: Sequence[Message]) -> str:
    """All messages as plain text, in the order in which they happened."""
    told = [_told(message) for message in messages[:MOST]]
    hidden = len(messages) - MOST
    if hidden > 0:
        told.append(f"And {hidden} more: counterfoil alerts")
    return "\n\n".join(told)


def next_attempt(message: Message, now: datetime) -> datetime | None:
    """When to try again after a failure: in minutes, then hourly; None: it is given up."""
    if now - message.at > GIVEN_UP_AFTER:
        return None
    return now + PAUSES[min(message.attempts, len(PAUSES) - 1)]


def _told(message: Message) -> str:
    head = f"{MARKS[message.state]} ({message.at:%Y-%m-%d %H:%M} UTC): {message.what}"
    return f"{head}\n{message.do}".strip()
