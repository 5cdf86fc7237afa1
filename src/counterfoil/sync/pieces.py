"""Full reads in pieces: each piece is one page of one stream, and names the pieces that follow it.

Pages are keyed on MetaData.CreateTime, which never changes, so that an edit cannot shift a page (Promise 9).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from counterfoil.errors import RequestRefused
from counterfoil.model.bad_record import BadRecord
from counterfoil.model.stream import Reading, Stream
from counterfoil.quickbooks.answer import count, split
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.changes import changes
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.entitlements import read_entitlements
from counterfoil.quickbooks.query import PAGE, Condition, select, select_count
from counterfoil.sync.bisect import read_page
from counterfoil.sync.listing import CREATED, Listing, Page, time_in

SECOND = timedelta(seconds=1)
OVERLAP = 50
"""Records that two pages by offset share: a delete between them may shift the second page by so many."""
PAGES_A_WINDOW = 3
MOST_WINDOWS = 8
REMEMBERED = timedelta(days=29)
"""Change data capture looks back 30 days (reference, section 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one call reads: made at or after `since` and before `until` (aware, UTC; None is open).

    `by` is the time that is meant: CREATED, or UPDATED where changes are read (`sync.updated`). `start` counts
    where it cannot part the records: within one second, or in a whole stream.
    `last_page` is the fingerprint of the page before, since some entities ignore STARTPOSITION.
    """

    stream: Stream
    by: str = CREATED
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

    `only_recent` says that QuickBooks could not tell all records, just those that changed of late. `bad` are those
    that it holds and could not serve: they are no less there.
    """

    records: list[msgspec.Raw]
    following: list[Piece]
    counted: int | None = None
    calls: int = 1
    only_recent: bool = False
    server_time: datetime | None = None
    bad: tuple[BadRecord, ...] = ()


def read_piece(client: Client, piece: Piece, now: datetime) -> PieceRead:
    """Read one piece. Raises whatever `Client` raises."""
    stream = piece.stream
    if stream.reading is Reading.SINGLE:
        return _single(client, stream)
    if stream.reading is Reading.CHANGES:
        return _unqueryable(client, stream, now)
    if "{currency}" in stream.where:
        return _by_currency(client, stream)
    page = _page(client, piece)
    after = _Following([])
    if page.full and stream.reading is not Reading.ONCE:
        after = _after_full_page(client, piece, page, now)
    return PieceRead(
        records=page.records,
        following=[*after.pieces, *_besides(piece)],
        counted=after.counted,
        calls=page.calls + (after.counted is not None),
        server_time=page.server_time,
        bad=() if after.all_again else page.bad,
    )


class _Following(NamedTuple):
    """What follows a full page. `counted` is the stream's size; `all_again`: the page itself is read again."""

    pieces: list[Piece]
    counted: int | None = None
    all_again: bool = False


def _page(client: Client, piece: Piece) -> Page:
    where: list[Condition] = []
    if piece.since is not None:
        where.append((piece.by, ">=", piece.since))
    if piece.until is not None:
        where.append((piece.by, "<", piece.until))
    by = piece.by if piece.stream.reading is Reading.KEYSET else ""
    return read_page(client, Listing(stream=piece.stream, where=tuple(where), by=by), piece.start)


def _after_full_page(client: Client, piece: Piece, page: Page, now: datetime) -> _Following:
    """Go on behind a full page; the stream is counted where that is worth a call."""
    if piece.by_offset:
        return _Following(_next_by_offset(piece, page))
    times = [time_in(piece.by, record) for record in page.records]
    known = [time for time in times if time is not None]
    if piece.stream.reading is Reading.OFFSET or len(known) < len(times) or _filter_ignored(piece, known):
        return _Following([replace(piece, by_offset=True, start=1 + page.places - OVERLAP)])
    if known != sorted(known):
        return _Following(_halves(piece, now), all_again=True)
    first, last = known[0].replace(microsecond=0), known[-1].replace(microsecond=0)
    if first == last:
        return _Following(_one_second(piece, last, page))
    rest = replace(piece, since=last)
    if not piece.is_first:
        return _Following([rest])
    total = count(client.query(select_count(piece.stream)))
    return _Following(_windows(rest, total, now), total)


def _filter_ignored(piece: Piece, times: list[datetime]) -> bool:
    """Records from outside the piece's time: parting by time would never end."""
    too_old = piece.since is not None and min(times) < piece.since
    return too_old or (piece.until is not None and max(times) >= piece.until)


def _next_by_offset(piece: Piece, page: Page) -> list[Piece]:
    fingerprint = hash(tuple(bytes(record) for record in page.records))
    if fingerprint == piece.last_page:
        return []  # STARTPOSITION is ignored: this page is all there is (reference, section 3.1)
    return [replace(piece, start=piece.start + page.places - OVERLAP, last_page=fingerprint)]


def _one_second(piece: Piece, second: datetime, page: Page) -> list[Piece]:
    """A bulk import fills a page with one second: page inside it, then go on behind it.

    Bad records at the head of the page may be of an earlier second: they do not count inside this one.
    """
    start = max(1, 1 + page.places - page.lead - OVERLAP)
    inside = replace(piece, since=second, until=second + SECOND, by_offset=True, start=start)
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
    if stream.name == "Entitlements":
        plan = read_entitlements(client)
        return PieceRead(records=[] if plan is None else [plan], following=[], only_recent=plan is None)
    path = f"{stream.resource}/{client.realm_id}" if stream.name == "CompanyInfo" else stream.resource
    answer = client.get(path)
    members = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
    records = [members[stream.answer_key]] if stream.answer_key in members else []
    return PieceRead(records=records, following=[], server_time=answer.server_time)


def _unqueryable(client: Client, stream: Stream, now: datetime) -> PieceRead:
    """QuickBooks documents no query for this entity: try one, else take what changed of late."""
    try:
        page = read_page(client, Listing(stream=stream))
    except RequestRefused:
        found = changes(client, [stream], now - REMEMBERED).by_entity[stream.name]
        return PieceRead(records=found.records, following=[], only_recent=True)  # the refusal is not metered
    return PieceRead(
        records=page.records, following=[], only_recent=page.full, calls=page.calls, bad=page.bad
    )


def _by_currency(client: Client, stream: Stream) -> PieceRead:
    """Exchange rates are told for named currencies only: those that the company uses."""
    currencies = split(client.query(select(catalog()["CompanyCurrency"])), "CompanyCurrency")
    codes = [msgspec.json.decode(currency, type=dict[str, object]).get("Code") for currency in currencies]
    known = sorted({code for code in codes if isinstance(code, str) and code.isalpha()})
    if not known:
        return PieceRead(records=[], following=[])
    listed = " IN (" + ",".join(f"'{code}'" for code in known) + ")"
    asked = replace(stream, where=stream.where.replace(" = '{currency}'", listed))
    page = read_page(client, Listing(stream=asked))
    return PieceRead(records=page.records, following=[], calls=1 + page.calls, bad=page.bad)
