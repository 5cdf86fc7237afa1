"""What a read found, told by ids: full reads, reads of changes, and asking again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from counterfoil.model.bad_record import BadRecord
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.client import Client
from counterfoil.sync.pieces import Piece, read_piece
from counterfoil.sync.records import id_of
from counterfoil.sync.updated import UpdatedRead, read_again, read_updated, together
from tests.road.odd_quickbooks import OddQuickBooks
from tests.road.test_pieces import NOW, START, client_of

INVOICE = catalog()["Invoice"]


@dataclass
class Found:
    ids: set[str]
    bad: list[BadRecord]
    calls: int

    @property
    def named(self) -> set[str]:
        return {record.id for record in self.bad}


def found_in(records: Sequence[msgspec.Raw], bad: Sequence[BadRecord], calls: int) -> Found:
    return Found({id_of(record) for record in records}, list(bad), calls)


def full(client: Client) -> Found:
    """A full read, as `extract` does it, piece by piece."""
    records: list[msgspec.Raw] = []
    bad: list[BadRecord] = []
    calls, pieces = 0, [Piece(stream=INVOICE)]
    while pieces:
        piece, *pieces = pieces
        page = read_piece(client, piece, NOW)
        records += page.records
        bad += page.bad
        calls += page.calls
        pieces += page.following
    return found_in(records, bad, calls)


def read(server: OddQuickBooks) -> Found:
    with server, client_of(server) as client:
        return full(client)


def updated(server: OddQuickBooks, since: datetime = START) -> Found:
    with server, client_of(server) as client:
        answer = together(read_updated(client, INVOICE, since))
    return found_in(answer.records, answer.bad, answer.calls)


def again(server: OddQuickBooks, bad: Sequence[BadRecord]) -> UpdatedRead:
    with server, client_of(server) as client:
        return read_again(client, INVOICE, bad)


def others(created: Sequence[str], poisoned: set[int]) -> set[str]:
    return {str(place) for place in range(len(created))} - set(map(str, poisoned))
