"""Extract: what each task asks for, read by several hands at once and handed on page by page."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime

import msgspec

from counterfoil.errors import CounterfoilError, FeatureNotInPlan, PoisonedPage, RequestRefused
from counterfoil.model.outcome import Mode
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.client import Client
from counterfoil.sync.follow import OVERLAP, Follower
from counterfoil.sync.pieces import Piece, read_piece
from counterfoil.sync.progress import Progress, Watch
from counterfoil.sync.prove import note, prove
from counterfoil.sync.reading import StreamRead
from counterfoil.sync.records import digest_of, id_of, updated_at

HANDS = 8
"""Of the ten requests at a time that Intuit allows, two are left to others who read the company."""

Keep = Callable[[Stream, list[msgspec.Raw]], None]
"""What is done with each page of records: shape and stage them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """Every stream's reading, and the moment of QuickBooks' clock up to which all of it was read."""

    reads: dict[str, StreamRead]
    clock: datetime


def extract(
    reads: Sequence[StreamRead], client: Client, keep: Keep, *, now: Callable[[], datetime], watch: Watch
) -> Extracted:
    """Read what the tasks ask for. One that fails takes no other with it, unless all would fail the same way."""
    return _Extraction(client, keep, now, watch).run(reads)


class _Extraction:
    def __init__(self, client: Client, keep: Keep, now: Callable[[], datetime], watch: Watch) -> None:
        self.client = client
        self.keep = keep
        self.now = now
        self.watch = watch
        self.reads: dict[str, StreamRead] = {}
        self.lock = threading.Lock()
        self.hopeless: CounterfoilError | None = None

    def run(self, reads: Sequence[StreamRead]) -> Extracted:
        started = self.now()
        self.reads = {read.stream.name: read for read in reads}
        self._read_in_full([read for read in reads if read.task.mode is Mode.FULL])
        follower = Follower(self.client, self.keep, started)
        if self.hopeless is None:
            follower.follow([read for read in self.reads.values() if read.error is None])
            prove(self.client, list(self.reads.values()))
        else:
            self._give_up()
        for read in self.reads.values():
            self._tell(read)
        return Extracted(reads=self.reads, clock=follower.clock)

    def _give_up(self) -> None:
        for read in self.reads.values():
            if read.task.mode is not Mode.FULL:
                read.error = self.hopeless

    def _read_in_full(self, reads: Sequence[StreamRead]) -> None:
        with ThreadPoolExecutor(HANDS, thread_name_prefix="read") as hands:
            try:
                for read in reads:
                    read.open_pieces = 1
                self._work(hands, [Piece(stream=read.stream) for read in reads])
            except BaseException:  # Ctrl-C too: what has not begun is not begun any more
                hands.shutdown(wait=False, cancel_futures=True)
                raise

    def _work(self, hands: ThreadPoolExecutor, pieces: list[Piece]) -> None:
        """Read pieces and the pieces that follow them until none is left."""
        open_pieces: set[Future[list[Piece]]] = {self._hand(hands, piece) for piece in pieces}
        while open_pieces:
            done, open_pieces = wait(open_pieces, return_when=FIRST_COMPLETED)
            following = [piece for future in done for piece in future.result()]
            open_pieces |= {self._hand(hands, piece) for piece in following}

    def _hand(self, hands: ThreadPoolExecutor, piece: Piece) -> Future[list[Piece]]:
        return hands.submit(copy_context().run, self._read, piece)  # logs say for which sync

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
            read.open_pieces += len(following) - 1
            self._tell(read)
        return following

    def _read_and_keep(self, piece: Piece, read: StreamRead) -> list[Piece]:
        found = read_piece(self.client, piece, self.now())
        self.keep(read.stream, found.records)
        fresh = self._fresh_versions(found.records)
        with self.lock:
            read.records += len(found.records)
            read.calls += found.calls
            read.counted = found.counted or read.counted
            read.only_recent |= found.only_recent
            read.versions |= fresh
            note(read, found.records, self.client.told or self.now())
            read.bad.extend(bad for bad in found.bad if bad not in read.bad)
        return found.following

    def _fresh_versions(self, records: list[msgspec.Raw]) -> dict[str, str]:
        """The versions of what changed in the last minutes: the next sync will be told of it again."""
        since = (self.client.told or self.now()) - OVERLAP
        return {
            id_of(record): digest_of(record)
            for record in records
            if (moment := updated_at(record)) is not None and moment >= since
        }

    def _failed(self, read: StreamRead, error: CounterfoilError) -> None:
        """A refusal or a bad record is one stream's trouble; what else ends a call would end every other too."""
        with self.lock:
            read.error = read.error or error
            if not isinstance(error, FeatureNotInPlan | RequestRefused | PoisonedPage):
                self.hopeless = error

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
