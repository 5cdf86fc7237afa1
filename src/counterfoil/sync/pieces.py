"""Full reads in pieces: each piece is one page of one stream, and names the pieces that follow it.

Pages are keyed on MetaData.CreateTime, which never changes, so that an edit cannot shift a page (Promise 9).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from counterfoil.model.stream import Reading, Stream
from counterfoil.quickbooks.answer import count, split
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import PAGE, Condition, select, select_count

CREATED = "MetaData.CreateTime"
SECOND = timedelta(seconds=1)
OVERLAP = 50
"""Records that two pages inside one second share: a delete between them may shift the second by so many."""
PAGES_A_WINDOW = 3
MOST_WINDOWS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one call reads: created at or after `since` and before `until` (aware, UTC; None is open).

    `start` is set where CreateTime cannot part the records: within one second, or for the whole stream.
    """

    stream: Stream
    since: datetime | None = None
    until: datetime | None = None
    start: int = 1
    by_offset: bool = False

    @property
    def is_first(self) -> bool:
        return self.since is None and self.until is None and self.start == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceRead:
    """The records of one call and what is left to read; `counted` is the stream's size where it was asked."""

    records: list[msgspec.Raw]
    following: list[Piece]
    counted: int | None = None
    calls: int = 1


class _Times(msgspec.Struct, rename={"created": "CreateTime"}):
    created: str | None = None


class _Created(msgspec.Struct, rename={"meta": "MetaData"}):
    meta: _Times | None = None


_created = msgspec.json.Decoder(_Created)


def read_piece(client: Client, piece: Piece, now: datetime) -> PieceRead:
    """Read one piece. Raises whatever `Client` raises."""
    reading = piece.stream.reading
    if reading is Reading.SINGLE:
        return PieceRead(records=_single(client, piece.stream), following=[])
    records = split(client.query(_statement(piece)), piece.stream.answer_key)
    if reading is Reading.ONCE or len(records) < PAGE:
        return PieceRead(records=records, following=[])
    if piece.by_offset:
        return PieceRead(records=records, following=[replace(piece, start=piece.start + PAGE - OVERLAP)])
    times = [_created_at(record) for record in records]
    if reading is Reading.OFFSET or None in times:
        return PieceRead(records=records, following=[_by_offset(piece)])
    known = [time for time in times if time is not None]
    if known != sorted(known):
        return PieceRead(records=records, following=_halves(piece, now))
    return _after_full_page(client, piece, records, known, now)


def _single(client: Client, stream: Stream) -> list[msgspec.Raw]:
    path = f"{stream.resource}/{client.realm_id}" if stream.name == "CompanyInfo" else stream.resource
    body = msgspec.json.decode(client.get(path).body, type=dict[str, msgspec.Raw])
    return [body[stream.answer_key]] if stream.answer_key in body else []


def _statement(piece: Piece) -> str:
    where: list[Condition] = []
    if piece.since is not None:
        where.append((CREATED, ">=", piece.since))
    if piece.until is not None:
        where.append((CREATED, "<", piece.until))
    ordered = piece.stream.reading is Reading.KEYSET
    return select(piece.stream, where=where, order=f"{CREATED} ASC" if ordered else "", start=piece.start)


def _after_full_page(
    client: Client, piece: Piece, records: list[msgspec.Raw], times: list[datetime], now: datetime
) -> PieceRead:
    """What follows a full page: from its last second on, or that second by itself when it fills the page."""
    first, last = times[0].replace(microsecond=0), times[-1].replace(microsecond=0)
    if first == last:
        inside = replace(piece, since=last, until=last + SECOND, by_offset=True)
        beyond = replace(piece, since=last + SECOND)
        return PieceRead(records=records, following=[inside, *_unless_empty(beyond)])
    rest = replace(piece, since=last)
    if not piece.is_first:
        return PieceRead(records=records, following=[rest])
    total = count(client.query(select_count(piece.stream)))
    return PieceRead(records=records, following=_windows(rest, total, now), counted=total, calls=2)


def _windows(rest: Piece, total: int, now: datetime) -> list[Piece]:
    """Part what is left of a large stream into windows of time that can be read at once."""
    wanted = min(MOST_WINDOWS, max(1, (total - PAGE) // (PAGES_A_WINDOW * PAGE)))
    since = rest.since or now
    width = (now - since) / wanted
    if wanted == 1 or width < SECOND:
        return [rest]
    edges = [(since + width * place).replace(microsecond=0) for place in range(wanted)]
    ends: list[datetime | None] = [*edges[1:], None]
    return [replace(rest, since=edge, until=end) for edge, end in zip(edges, ends, strict=True) if edge != end]


def _halves(piece: Piece, now: datetime) -> list[Piece]:
    """Where pages do not come in the order that was asked, part time until each part fits one page."""
    since = piece.since or datetime(1970, 1, 1, tzinfo=UTC)
    until = piece.until or now + timedelta(days=2)
    if until - since <= SECOND:
        return [replace(piece, since=since, until=until, by_offset=True)]
    middle = (since + (until - since) / 2).replace(microsecond=0)
    middle = middle if middle > since else since + SECOND
    return [replace(piece, since=since, until=middle), replace(piece, since=middle, until=piece.until and until)]


def _by_offset(piece: Piece) -> Piece:
    return replace(piece, since=None, until=None, by_offset=True, start=1 + PAGE - OVERLAP)


def _unless_empty(piece: Piece) -> list[Piece]:
    return [] if piece.since and piece.until and piece.since >= piece.until else [piece]


def _created_at(record: msgspec.Raw) -> datetime | None:
    meta = _created.decode(record).meta
    try:
        moment = datetime.fromisoformat(meta.created) if meta and meta.created else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None
