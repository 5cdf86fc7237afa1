"""A bad record costs itself, not its page: all others are read, it is named, and asked for again."""

import random
from datetime import datetime, timedelta
from math import log2

import pytest

from counterfoil.errors import PoisonedPage
from counterfoil.model.bad_record import BadRecord
from counterfoil.sandbox.running import Sandbox
from counterfoil.sync.updated import read_updated, together
from tests.road.found import INVOICE, full, others, read
from tests.road.odd_quickbooks import OddQuickBooks
from tests.road.test_pieces import BURST, SPREAD, START, TWO_SECONDS, client_of, stamps
from tests.sandbox.acme import REALM, ManyInvoices, TinyCompany

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

    found = read(OddQuickBooks(SPREAD[:3000], poisoned=poisoned))

    assert found.ids == others(SPREAD[:3000], poisoned)
    assert len(set(found.bad)) == len(poisoned)


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
        (bad,) = together(read_updated(client, INVOICE, START)).bad

    assert (bad.stream, bad.id) == ("Invoice", "")
    assert bad.updated_since == datetime.fromisoformat(SPREAD[18])
    assert bad.updated_until == datetime.fromisoformat(SPREAD[22])
    assert bad.position == "number 1 behind Id 18, before Id 22"
    assert "code 4002" in bad.fault
    assert "Jo" not in bad.fault
    assert "jo@" not in bad.fault


@pytest.mark.parametrize("habit", ["ordered", "filters", "told"])
@pytest.mark.parametrize("created", [SPREAD, BURST], ids=["spread", "burst"])
def test_all_others_are_read_whatever_the_server_ignores(created: list[str], habit: str) -> None:
    poisoned = {3, 999, 1500, 2700}
    server = OddQuickBooks(created[:2900], poisoned=poisoned, projections=True)
    setattr(server, habit, False)

    found = read(server)

    assert found.ids == others(created[:2900], poisoned)
    assert found.named == set(map(str, poisoned))
    assert len(set(found.bad)) == 4


def test_a_page_without_order_is_read_in_parts_and_blames_each_record_once() -> None:
    created = random.Random(1).sample(SPREAD[:2900], 2900)
    server = OddQuickBooks(created, poisoned={3, 999, 1500, 2700}, ordered=False, projections=True)

    found = read(server)

    assert found.ids == others(created, server.poisoned)
    assert sorted(record.id for record in found.bad) == ["1500", "2700", "3", "999"]


def test_bad_records_ahead_of_a_burst_hide_none_of_it() -> None:
    created = stamps(START + timedelta(seconds=5 * (place >= 60)) for place in range(1500))

    found = read(OddQuickBooks(created, poisoned=set(range(60))))

    assert found.ids == others(created, set(range(60)))


@pytest.mark.parametrize("moment", range(2, 20))
def test_a_delete_at_any_moment_of_the_halving_hides_no_other(moment: int) -> None:
    def meddle(server: OddQuickBooks) -> None:
        if len(server.statements) == moment:
            server.gone.add(7)

    server = OddQuickBooks(BURST[:1100], poisoned={501}, meddle=meddle)

    found = read(server)

    assert found.ids | {"7"} == others(BURST[:1100], {501})
    assert set(found.bad) == {BadRecord(stream="Invoice", id="501")}


@pytest.mark.parametrize(("habit", "bad"), [("positions", 0), ("positions", 130), ("limits", 130)])
def test_nobody_is_blamed_where_places_mean_nothing(habit: str, bad: int) -> None:
    server = OddQuickBooks(SPREAD[:900], poisoned={bad})
    setattr(server, habit, False)

    with pytest.raises(PoisonedPage):
        read(server)

    assert len(server.statements) < 200


def test_nobody_is_blamed_while_everything_fails() -> None:
    server = OddQuickBooks(SPREAD[:900], down=True, fault=(500, "10000"))

    with pytest.raises(PoisonedPage):
        read(server)

    assert len(server.statements) < 200


def test_a_failure_that_passes_leaves_nobody_blamed() -> None:
    def recover(server: OddQuickBooks) -> None:
        server.down = len(server.statements) < 14

    found = read(OddQuickBooks(SPREAD[:900], down=True, meddle=recover))

    assert found.ids == others(SPREAD[:900], set())
    assert found.bad == []


@pytest.mark.parametrize("seed", range(12))
def test_what_is_deleted_or_healed_meanwhile_hides_no_other(seed: int) -> None:
    chance = random.Random(seed)
    created = chance.choice([SPREAD[:1400], BURST[:1400], TWO_SECONDS[:1400]])
    poisoned = set(chance.sample(range(1400), chance.choice([1, 2, 5])))
    once_bad = set(poisoned)

    def meddle(server: OddQuickBooks) -> None:
        near = chance.choice(sorted(once_bad)) + chance.randrange(-3, 4)
        if chance.random() < 0.1:
            server.gone.add(near)
        if chance.random() < 0.02:
            server.poisoned.discard(near)

    server = OddQuickBooks(created, poisoned=poisoned, meddle=meddle)

    found = read(server)

    missing = others(created, server.gone) - found.ids
    assert missing <= set(map(str, once_bad))
    assert len(found.bad) >= len(missing)


def test_the_sandbox_is_read_around_its_bad_records() -> None:
    with Sandbox([TinyCompany(series_=[ManyInvoices(2500)])]) as sandbox:
        for place in (0, 1203, 1204, 2499):
            sandbox.poison("Invoice", str(1000 + place))
        with client_of(sandbox, sandbox.authorize().access_token, REALM) as client:
            found = full(client)

    assert found.named == {"1000", "2203", "2204", "3499"}
    assert found.ids == {str(1000 + place) for place in range(2500)} - found.named
