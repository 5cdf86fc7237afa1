"""Reading by the time of the last change, and asking again for bad records: all is met, and reading ends."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from counterfoil.model.bad_record import BadRecord
from counterfoil.model.outcome import Mode
from counterfoil.model.stream import Stream
from counterfoil.model.task import Task
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sync.follow import Follower
from counterfoil.sync.reading import StreamRead
from counterfoil.sync.records import id_of
from counterfoil.sync.updated import read_updated
from tests.road.found import INVOICE, Found, again, others, read, updated
from tests.road.odd_quickbooks import OddQuickBooks
from tests.road.test_pieces import BURST, NOW, SPREAD, START, TWO_SECONDS, client_of, stamps

MOVED = stamps(START + timedelta(days=700, seconds=place // 2500) for place in range(3400))


@pytest.mark.parametrize("habit", ["", "ordered", "filters", "told"])
@pytest.mark.parametrize("poisoned", [set[int](), {0, 1200, 1201, 3399}], ids=str)
def test_changes_are_read_by_their_time_however_they_crowd(poisoned: set[int], habit: str) -> None:
    server = OddQuickBooks(SPREAD[:3400], updated=MOVED, poisoned=set(poisoned), projections=True)
    if habit:
        setattr(server, habit, False)

    found = updated(server, datetime.fromisoformat(MOVED[0]))

    assert found.ids == others(MOVED, poisoned)
    assert found.named == set(map(str, poisoned))


def test_only_what_changed_is_read_and_a_page_costs_a_call() -> None:
    moved = [*SPREAD[:3000], *stamps(NOW + timedelta(seconds=place) for place in range(1600))]
    server = OddQuickBooks(SPREAD[:4600], updated=moved)

    found = updated(server, NOW + timedelta(seconds=100, microseconds=7))

    assert found.ids == {str(place) for place in range(3100, 4600)}
    assert server.calls == {"page": 2}
    assert all("STARTPOSITION 1 " in statement for statement in server.statements)
    assert found.calls == 2


def test_a_refresh_of_very_many_changes_holds_one_page_at_a_time() -> None:
    server, kept = OddQuickBooks(SPREAD[:4600], updated=SPREAD[:4600]), list[tuple[int, int]]()

    def keep(stream: Stream, records: list[msgspec.Raw]) -> None:
        kept.append((len(records), server.calls["page"]))

    task = Task(stream=INVOICE, mode=Mode.REFRESH, since=datetime.fromisoformat(SPREAD[0]))
    reading = StreamRead(task)
    with server, client_of(server) as client:
        Follower(client, keep, NOW).follow([reading])

    assert reading.error is None
    assert reading.records >= 4600
    assert max(number for number, _ in kept) <= 1000
    assert [pages for _, pages in kept] == list(
        range(1, len(kept) + 1)
    )  # each is kept before the next is asked for
    assert reading.calls == len(kept)


def test_an_edit_meanwhile_hides_no_other_change() -> None:
    chance = random.Random(4)

    def meddle(server: OddQuickBooks) -> None:
        edited = chance.randrange(1500)
        if chance.random() < 0.1:
            server.updated[edited] = (NOW + timedelta(seconds=len(server.statements))).isoformat()

    server = OddQuickBooks(SPREAD[:1500], updated=list(MOVED[:1500]), poisoned={40, 990}, meddle=meddle)

    found = updated(server)

    assert found.ids >= {id_ for id_ in others(MOVED[:1500], {40, 990}) if server.updated[int(id_)] in MOVED}
    assert len(found.bad) >= 2


def test_a_bad_record_is_found_again_by_id_once_it_is_healed() -> None:
    bad = [BadRecord(stream="Invoice", id=str(place), fault="earlier") for place in (3, 5, 8, 9999)]

    answer = again(OddQuickBooks(SPREAD[:20], poisoned={5}), bad)

    assert {id_of(record) for record in answer.records} == {"3", "8"}
    assert answer.bad == (bad[1],)
    assert "4002" in answer.bad[0].fault


def test_asking_again_for_one_known_record_that_is_still_bad_costs_nothing() -> None:
    server = OddQuickBooks(SPREAD[:20], poisoned={5})

    answer = again(server, [BadRecord(stream="Invoice", id="5")])

    assert answer.calls == 0
    assert server.calls == {"poisoned": 1}


@pytest.mark.parametrize("reading", [read, updated])
def test_a_bad_record_without_an_id_is_found_again_by_its_time(reading: Callable[..., Found]) -> None:
    created = BURST[:1500] if reading is updated else TWO_SECONDS[:1500]
    nameless = [replace(bad, id="") for bad in reading(OddQuickBooks(created, poisoned={800})).bad]

    still = again(OddQuickBooks(created, poisoned={800}), nameless)
    healed = again(OddQuickBooks(created), nameless)

    assert len(still.bad) == 1
    assert healed.bad == ()
    assert "800" in {id_of(record) for record in healed.records}


def test_many_known_records_are_asked_for_in_few_calls() -> None:
    server = OddQuickBooks(SPREAD[:1000], poisoned={400})

    answer = again(server, [BadRecord(stream="Invoice", id=str(place)) for place in range(500)])

    assert len(answer.records) == 499
    assert [record.id for record in answer.bad] == ["400"]
    assert answer.calls <= 12


def test_changes_of_records_without_an_active_flag_are_asked_for_too() -> None:
    server = OddQuickBooks([])

    with server, client_of(server) as client:
        list(read_updated(client, catalog()["TaxCode"], START))

    assert ["Active" in statement for statement in server.statements] == [True, False]
    assert all("LastUpdatedTime >=" in statement for statement in server.statements)
