"""Full reads in pieces: each piece is one page of one stream, and names the pieces that follow it.

Pages are keyed on MetaData.CreateTime, which never changes, so that an edit cannot shift a page (Promise 9).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from counterfoil.errors import RequestRefused
from counterfoil.model.stream import Reading, Stream
from counterfoil.quickbooks.answer import count, split
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.changes import changes
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import PAGE, Condition, select, select_count
from counterfoil.sync.records import created_at, unwrap

CREATED = "MetaData.CreateTime"
SECOND = timedelta(seconds=1)
OVERLAP = 50
"""Records that two pages by offset share: a delete between them may shift the second page by so many."""
PAGES_A_WINDOW = 3
MOST_WINDOWS = 8
REMEMBERED = timedelta(days=29)
"""Change data capture looks back 30 days (reference, section 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one call reads: created at or after `since` and before `until` (aware, UTC; None is open).

    `start` counts where CreateTime cannot part the records: within one second, or in a whole stream.
    `last_page` is the fingerprint of the page before, since some entities ignore STARTPOSITION.
    """

    stream: Stream
    since: datetime | None = None
    until: datetime | None = None
    start: int = 1
    by_offset: bool = False
    last_page: int = 0

    @property
    def is_first(self) -> bool:
        return self.since is None and self.until is None and not self.by_offset


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceRead:
    """The records of one piece and the pieces that follow; `counted` is the stream's size where it was asked.

    `only_recent` says that QuickBooks could not tell all records, just those that changed of late.
    """

    records: list[msgspec.Raw]
    following: list[Piece]
    counted: int | None = None
    calls: int = 1
    only_recent: bool = False
    server_time: datetime | None = None


def read_piece(client: Client, piece: Piece, now: datetime) -> PieceRead:
    """Read one piece. Raises whatever `Client` raises."""
    stream = piece.stream
    if stream.reading is Reading.SINGLE:
        return _single(client, stream)
    if stream.reading is Reading.CHANGES:
        return _unqueryable(client, stream, now)
    if "{currency}" in stream.where:
        return _by_currency(client, stream)
    records, server_time = _page(client, piece)
    if len(records) < PAGE or stream.reading is Reading.ONCE:
        return PieceRead(records=records, following=_besides(piece), server_time=server_time)
    following, total = _after_full_page(client, piece, records, now)
    return PieceRead(
        records=records,
        following=[*following, *_besides(piece)],
        counted=total,
        calls=1 if total is None else 2,
        server_time=server_time,
    )


def _page(client: Client, piece: Piece) -> tuple[list[msgspec.Raw], datetime | None]:
    where: list[Condition] = []
    if piece.since is not None:
        where.append((CREATED, ">=", piece.since))
    if piece.until is not None:
        where.append((CREATED, "<", piece.until))
    order = f"{CREATED} ASC" if piece.stream.reading is Reading.KEYSET else ""
    statement = select(piece.stream, where=where, order=order, start=piece.start)
    answer = client.query(statement)
    records = split(answer, piece.stream.answer_key)
    flat = [unwrap(record) for record in records] if piece.stream.wrapped else records
    return flat, answer.server_time


def _after_full_page(
    client: Client, piece: Piece, records: list[msgspec.Raw], now: datetime
) -> tuple[list[Piece], int | None]:
    """What follows a full page, and how many records the stream has where that was worth a call."""
    if piece.by_offset:
        return _next_by_offset(piece, records), None
    times = [created_at(record) for record in records]
    known = [time for time in times if time is not None]
    if piece.stream.reading is Reading.OFFSET or len(known) < len(times) or _filter_ignored(piece, known):
        return [replace(piece, since=None, until=None, by_offset=True, start=1 + PAGE - OVERLAP)], None
    if known != sorted(known):
        return _halves(piece, now), None
    first, last = known[0].replace(microsecond=0), known[-1].replace(microsecond=0)
    if first == last:
        return _one_second(piece, last), None
    rest = replace(piece, since=last)
    if not piece.is_first:
        return [rest], None
    total = count(client.query(select_count(piece.stream)))
    return _windows(rest, total, now), total


def _filter_ignored(piece: Piece, times: list[datetime]) -> bool:
    """Records from outside the piece's time: parting by time would never end."""
    too_old = piece.since is not None and min(times) < piece.since
    return too_old or (piece.until is not None and max(times) >= piece.until)


def _next_by_offset(piece: Piece, records: list[msgspec.Raw]) -> list[Piece]:
    page = hash(tuple(bytes(record) for record in records))
    if page == piece.last_page:
        return []  # STARTPOSITION is ignored: this page is all there is (reference, section 3.1)
    return [replace(piece, start=piece.start + PAGE - OVERLAP, last_page=page)]


def _one_second(piece: Piece, second: datetime) -> list[Piece]:
    """A bulk import fills a page with one second: page inside it, then go on behind it."""
    inside = replace(piece, since=second, until=second + SECOND, by_offset=True, start=1 + PAGE - OVERLAP)
    beyond = replace(piece, since=second + SECOND)
    is_over = piece.until is not None and second + SECOND >= piece.until
    return [inside] if is_over else [inside, beyond]


def _windows(rest: Piece, total: int, now: datetime) -> list[Piece]:
    """Part what is left of a large stream into windows of time that are read at once."""
    wanted = min(MOST_WINDOWS, max(1, (total - PAGE) // (PAGES_A_WINDOW * PAGE)))
    since = rest.since or now
    width = (now - since) / wanted
    if wanted == 1 or width < SECOND:
        return [rest]
    edges = [(since + width * place).replace(microsecond=0) for place in range(wanted)]
    ends: list[datetime | None] = [*edges[1:], None]
    return [replace(rest, since=edge, until=end) for edge, end in zip(edges, ends, strict=True)]


def _halves(piece: Piece, now: datetime) -> list[Piece]:
    """Where records do not come in the order that was asked, part time until each part fits one page."""
    since = piece.since or datetime(1970, 1, 1, tzinfo=UTC)
    until = piece.until or now + timedelta(days=2)
    if until - since <= SECOND:
        return [replace(piece, since=since, by_offset=True)]
    middle = (since + (until - since) / 2).replace(microsecond=0)
    middle = max(middle, since + SECOND)
    return [replace(piece, since=since, until=middle), replace(piece, since=middle)]


def _besides(piece: Piece) -> list[Piece]:
    """Some records carry no Active flag, and no filter on it finds them: read those without."""
    stream = piece.stream
    if not (piece.is_first and stream.has_inactive and stream.some_lack_active):
        return []
    return [replace(piece, stream=replace(stream, has_inactive=False), by_offset=True)]


def _single(client: Client, stream: Stream) -> PieceRead:
    path = f"{stream.resource}/{client.realm_id}" if stream.name == "CompanyInfo" else stream.resource
    answer = client.get(path)
    members = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
    records = [members[stream.answer_key]] if stream.answer_key in members else []
    return PieceRead(records=records, following=[], server_time=answer.server_time)


def _unqueryable(client: Client, stream: Stream, now: datetime) -> PieceRead:
    """QuickBooks documents no query for this entity: try one, else take what changed of late."""
    try:
        records = split(client.query(select(stream)), stream.answer_key)
        return PieceRead(records=records, following=[], only_recent=len(records) == PAGE)
    except RequestRefused:
        found = changes(client, [stream], now - REMEMBERED).by_entity[stream.name]
        return PieceRead(records=found.records, following=[], calls=2, only_recent=True)


def _by_currency(client: Client, stream: Stream) -> PieceRead:
    """Exchange rates are told for named currencies only: those that the company uses."""
    currencies = split(client.query(select(catalog()["CompanyCurrency"])), "CompanyCurrency")
    codes = [msgspec.json.decode(currency, type=dict[str, object]).get("Code") for currency in currencies]
    known = sorted({code for code in codes if isinstance(code, str) and code.isalpha()})
    if not known:
        return PieceRead(records=[], following=[])
    listed = " IN (" + ",".join(f"'{code}'" for code in known) + ")"
    asked = replace(stream, where=stream.where.replace(" = '{currency}'", listed))
    return PieceRead(records=split(client.query(select(asked)), stream.answer_key), following=[], calls=2)
