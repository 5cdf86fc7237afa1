"""Extract: all records of the chosen streams, read by several hands at once, handed on page by page."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from counterfoil.errors import (
    CounterfoilError,
    FeatureNotInPlan,
    PoisonedPage,
    RequestRefused,
)
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.client import Client
from counterfoil.sync.catch_up import catch_up
from counterfoil.sync.pieces import Piece, read_piece
from counterfoil.sync.progress import Progress, Stage, Watch

HANDS = 8
"""Of the ten requests at a time that Intuit allows, two are left to others who read the company."""
CLOCK_OVERLAP = timedelta(minutes=5)
"""A commit can become visible after its own time stamp."""
NOT_OFFERED = ("4001", "500")
"""Unknown entity or operation: this company's country or plan does not have it (reference, section 2.6)."""

Keep = Callable[[Stream, list[msgspec.Raw]], None]
"""What is done with each page of records: shape and stage them."""


@dataclass(slots=True)
class StreamRead:
    """How the reading of one stream went. `deleted` holds ids that went away meanwhile."""

    stream: Stream
    records: int = 0
    calls: int = 0
    counted: int | None = None
    deleted: list[str] = field(default_factory=list)
    only_recent: bool = False
    error: CounterfoilError | None = None
    pieces: int = 0

    @property
    def skipped(self) -> bool:
        """QuickBooks does not offer this stream to this company."""
        refused = isinstance(self.error, RequestRefused) and self.error.fault_code in NOT_OFFERED
        return refused or isinstance(self.error, FeatureNotInPlan)

    @property
    def standing(self) -> Stage:
        if self.error is not None:
            return Stage.SKIPPED if self.skipped else Stage.FAILED
        return Stage.READING if self.pieces else Stage.READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """Every stream's reading, and the server's moment since which the next sync has to look for changes."""

    reads: dict[str, StreamRead]
    changed_since: datetime


def extract(
    streams: Sequence[Stream], client: Client, keep: Keep, *, now: Callable[[], datetime], watch: Watch
) -> Extracted:
    """Read streams in full. One that fails takes no other with it, unless all would fail the same way."""
    return _Extraction(client, keep, now, watch).run(streams)


class _Extraction:
    def __init__(self, client: Client, keep: Keep, now: Callable[[], datetime], watch: Watch) -> None:
        self.client = client
        self.keep = keep
        self.now = now
        self.watch = watch
        self.reads: dict[str, StreamRead] = {}
        self.clock: datetime | None = None
        self.lock = threading.Lock()
        self.hopeless: CounterfoilError | None = None

    def run(self, streams: Sequence[Stream]) -> Extracted:
        self.reads = {stream.name: StreamRead(stream, pieces=1) for stream in streams}
        started = self.now()
        with ThreadPoolExecutor(HANDS, thread_name_prefix="read") as hands:
            try:
                self._work(hands, [Piece(stream=stream) for stream in streams])
            except BaseException:  # Ctrl-C too: what has not begun is not begun any more
                hands.shutdown(wait=False, cancel_futures=True)
                raise
        since = (self.clock or started) - CLOCK_OVERLAP
        if self.hopeless is None:
            self._catch_up(since)
        return Extracted(reads=self.reads, changed_since=since)

    def _work(self, hands: ThreadPoolExecutor, pieces: list[Piece]) -> None:
        """Read pieces and the pieces that follow them until none is left."""
        open_pieces: set[Future[list[Piece]]] = {hands.submit(self._read, piece) for piece in pieces}
        while open_pieces:
            done, open_pieces = wait(open_pieces, return_when=FIRST_COMPLETED)
            following = [piece for future in done for piece in future.result()]
            open_pieces |= {hands.submit(self._read, piece) for piece in following}

    def _read(self, piece: Piece) -> list[Piece]:
        read = self.reads[piece.stream.name]
        following: list[Piece] = []
        try:
            if self.hopeless is not None:
                raise self.hopeless
            if read.error is None:
                following = self._read_and_keep(piece, read)
        except CounterfoilError as error:
            self._failed(read, error)
        with self.lock:
            read.pieces += len(following) - 1
            self._tell(read)
        return following

    def _read_and_keep(self, piece: Piece, read: StreamRead) -> list[Piece]:
        found = read_piece(self.client, piece, self.now())
        self.keep(read.stream, found.records)
        with self.lock:
            read.records += len(found.records)
            read.calls += found.calls
            read.counted = found.counted or read.counted
            read.only_recent |= found.only_recent
            if found.server_time is not None and (self.clock is None or found.server_time < self.clock):
                self.clock = found.server_time
        return found.following

    def _failed(self, read: StreamRead, error: CounterfoilError) -> None:
        """A refusal or a bad record is one stream's trouble; what else ends a call would end every other too."""
        with self.lock:
            read.error = read.error or error
            if not isinstance(error, FeatureNotInPlan | RequestRefused | PoisonedPage):
                self.hopeless = error

    def _catch_up(self, since: datetime) -> None:
        """Promise 9: what was edited or deleted while the pages were read."""
        caught = [read for read in self.reads.values() if read.error is None]
        try:
            calls = catch_up(self.client, caught, since, self.keep)
        except CounterfoilError as error:
            for read in caught:
                read.error = error
            return
        if caught:
            caught[0].calls += calls

    def _tell(self, read: StreamRead) -> None:
        self.watch.progress(
            Progress(
                stream=read.stream.name,
                stage=read.standing,
                records=read.records,
                counted=read.counted,
                calls=read.calls,
            )
        )
