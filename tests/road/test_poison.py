"""A bad record costs itself, not its page: all others are read, it is named, and asked for again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log2

import msgspec
import pytest

from counterfoil.model.bad_record import BadRecord
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sync.pieces import Piece, read_piece
from counterfoil.sync.records import id_of
from counterfoil.sync.updated import UpdatedRead, read_again, read_updated
from tests.road.odd_quickbooks import OddQuickBooks
from tests.road.test_pieces import BURST, NOW, SPREAD, START, TWO_SECONDS, client_of

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


def read(server: OddQuickBooks) -> Found:
    """A full read, as `extract` does it, piece by piece."""
    records: list[msgspec.Raw] = []
    bad: list[BadRecord] = []
    calls, pieces = 0, [Piece(stream=INVOICE)]
    with server, client_of(server) as client:
        while pieces:
            piece, *pieces = pieces
            page = read_piece(client, piece, NOW)
            records += page.records
            bad += page.bad
            calls += page.calls
            pieces += page.following
    return found_in(records, bad, calls)


def updated(server: OddQuickBooks, since: datetime = START) -> Found:
    with server, client_of(server) as client:
        answer = read_updated(client, INVOICE, since)
    return found_in(answer.records, answer.bad, answer.calls)


def again(server: OddQuickBooks, bad: Sequence[BadRecord]) -> UpdatedRead:
    with server, client_of(server) as client:
        return read_again(client, INVOICE, bad)


def others(created: Sequence[str], poisoned: set[int]) -> set[str]:
    return {str(place) for place in range(len(created))} - set(map(str, poisoned))


PLACES: list[set[int]] = [
    {0},
    {999},
    {1000},
    {4711},
    {5299},
    {500, 501, 502},
    {0, 1, 999, 1000, 1001, 5299},
    {10, 400, 700, 990, 2500},
]


@pytest.mark.parametrize("created", [SPREAD, BURST], ids=["spread", "burst"])
@pytest.mark.parametrize("poisoned", PLACES, ids=str)
def test_all_others_are_read_and_each_bad_record_is_named(created: list[str], poisoned: set[int]) -> None:
    found = read(OddQuickBooks(created, poisoned=poisoned, projections=True))

    assert found.ids == others(created, poisoned)
    assert found.named == set(map(str, poisoned))


@pytest.mark.parametrize("created", [SPREAD, BURST, TWO_SECONDS], ids=["spread", "burst", "two seconds"])
@pytest.mark.parametrize("projections", [None, False])
def test_ids_are_found_by_counting_where_fields_alone_are_not_served(
    created: list[str], projections: bool | None
) -> None:
    poisoned = {17, 600, 601, 2222}

    found = read(OddQuickBooks(created, poisoned=poisoned, projections=projections))

    assert found.ids == others(created, poisoned)
    if created is not TWO_SECONDS:  # there, ids do not rise with time
        assert found.named == set(map(str, poisoned))
    assert len(found.bad) >= len(poisoned)


def test_a_page_whose_every_record_is_bad_is_passed() -> None:
    poisoned = set(range(900, 2100))

    found = read(OddQuickBooks(SPREAD[:3000], poisoned=poisoned, projections=True))

    assert found.ids == others(SPREAD[:3000], poisoned)
    assert found.named == set(map(str, poisoned))


def test_a_stream_of_nothing_but_bad_records_ends() -> None:
    found = read(OddQuickBooks(SPREAD[:30], poisoned=set(range(30)), projections=True))

    assert found.ids == set()
    assert found.named == others(SPREAD[:30], set())


def test_a_bad_record_costs_about_as_many_calls_as_its_page_can_be_halved() -> None:
    sound, server = OddQuickBooks(SPREAD), OddQuickBooks(SPREAD, poisoned={1700})

    healthy, found = read(sound), read(server)

    assert found.named == {"1700"}
    assert found.calls == sum(server.calls.values()) - server.calls["poisoned"] - server.calls["refused"]
    assert found.calls - healthy.calls <= log2(1000) + 4
    assert server.calls["poisoned"] <= log2(1000) + 6


def test_what_cannot_be_named_is_told_by_its_neighbours() -> None:
    server = OddQuickBooks(
        [*SPREAD[:40], *SPREAD[500:540]], poisoned={20}, words="bad value 'Jo <b>' of jo@x.example"
    )
    server.gone = {19, 21}  # ids do not stand side by side

    with server, client_of(server) as client:
        (bad,) = read_updated(client, INVOICE, START).bad

    assert (bad.stream, bad.id) == ("Invoice", "")
    assert bad.updated_since == datetime.fromisoformat(SPREAD[18])
    assert bad.updated_until == datetime.fromisoformat(SPREAD[22])
    assert bad.position == "number 1 behind Id 18, before Id 22"
    assert "code 4002" in bad.fault
    assert "Jo" not in bad.fault
    assert "jo@" not in bad.fault
