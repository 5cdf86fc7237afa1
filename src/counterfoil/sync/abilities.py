"""What a company's QuickBooks was found to do in one sync, and what follows for the next ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from counterfoil.model.ability import Ability, Told
from counterfoil.model.connection import Connection
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState
from counterfoil.sync.reading import StreamRead


def found_out(reads: Iterable[StreamRead], known: Mapping[str, Ability], now: datetime) -> Iterator[Ability]:
    """What is known now and was not before: which streams the company has, and what change data capture tells."""
    listed = list(reads)
    at_odds = _refuses_everything(listed)
    for read in listed:
        before = known.get(read.stream.name, Ability(stream=read.stream.name))
        after = _offered(read, before, now)
        if read.told is not None and not (at_odds and read.told is Told.REFUSED):
            after = replace(after, told=read.told, judged_at=now)
        if after != before:
            yield after


def _refuses_everything(reads: Sequence[StreamRead]) -> bool:
    """A refusal that met every stream alike says nothing of any one: it passes, and its streams must not grow old."""
    followed = [read for read in reads if read.task.mode is Mode.CHANGES]
    return bool(followed) and all(read.told is Told.REFUSED for read in followed)


def _offered(read: StreamRead, before: Ability, now: datetime) -> Ability:
    if read.skipped and read.error is not None:
        error = read.error
        return replace(before, refused_at=now, code=error.code, what=error.what, do=error.do)
    if read.error is None and before.refused_at is not None:
        return replace(before, refused_at=None, code="", what="", do="")
    return before


def not_asked(
    resting: Iterable[Ability], connections: Sequence[Connection], again: timedelta
) -> Iterator[StreamOutcome]:
    """The outcomes of streams that were left alone, because the company was found not to have them."""
    for ability in resting:
        assert ability.refused_at is not None
        for connection in connections:
            yield StreamOutcome(
                connection_id=connection.id,
                stream=ability.stream,
                mode=Mode.FULL,
                state=StreamState.SKIPPED,
                code=ability.code,
                what=ability.what,
                do=f"{ability.do} {asked_again(ability.refused_at + again)}".strip(),
            )


def asked_again(moment: datetime) -> str:
    """When a stream that the company does not have is looked for again."""
    return f"Counterfoil asks for it again after {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
