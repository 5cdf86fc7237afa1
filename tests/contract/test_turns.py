"""Every kind lets writers take turns, waits for whoever holds it, and stops when it is told to."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import pytest

from counterfoil.destinations.base import in_silence
from counterfoil.destinations.merge import SYNCS
from counterfoil.errors import Cancelled, WarehouseBusy
from counterfoil.stop import Stop
from tests.contract.conftest import Land
from tests.contract.making import Bringing
from tests.contract.place import Ability, Place, need


def test_two_sources_with_prefixes_of_their_own_load_into_one_new_dataset_at_once(
    place: Place, bringing: Bringing, dataset: str
) -> None:
    need(place, Ability.TOGETHER)
    landings = []
    for prefix in ("acme_", "birch_"):
        bringing.prefix = prefix
        landings.append(bringing.landing(bringing.batch({"id": "1", "memo": prefix}, {"id": "2"})))

    with ThreadPoolExecutor(2) as both:
        for _ in range(3):
            list(both.map(lambda landing: place.open().load(landing, waiting=in_silence), landings))

    for prefix in ("acme_", "birch_"):
        assert sorted(str(row["memo"]) for row in place.rows(dataset, f"{prefix}invoice")) == ["None", prefix]
    assert len(place.rows(dataset, SYNCS)) == 2


def test_whoever_comes_second_to_the_same_tables_waits_and_says_for_whom(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    land({"id": "1"})
    said: Queue[str] = Queue()
    first, second = (
        bringing.landing(bringing.batch({"id": "1", "memo": memo})) for memo in ("first", "second")
    )

    with ThreadPoolExecutor(1) as other:

        def meanwhile() -> None:
            later.append(other.submit(place.open().load, second, waiting=said.put))
            assert said.get(timeout=20)

        later: list[object] = []
        place.open().load(first, waiting=in_silence, assure=meanwhile)

    assert [row["memo"] for row in place.rows(dataset, "invoice")] == ["second"]


def test_whoever_holds_it_for_too_long_is_told_of(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    need(place, Ability.HOLDING)
    land({"id": "1", "memo": "old"})

    with place.held(dataset, "invoice"), pytest.raises(WarehouseBusy) as busy:
        place.open(wait_seconds="1").load(bringing.landing(bringing.batch({"id": "1"})), waiting=in_silence)

    assert busy.value.do
    assert [row["memo"] for row in place.rows(dataset, "invoice")] == ["old"]


def stopped_within(seconds: float, deed: Callable[[Stop], object]) -> None:
    """Do it, ask it to stop after a moment, and see that it does."""
    stop = Stop()
    timer = threading.Timer(0.3, stop.ask, [Cancelled("A person stopped it.")])
    timer.start()
    began = time.monotonic()
    with pytest.raises(Cancelled, match="A person"):
        deed(stop)
    timer.join()
    assert time.monotonic() - began < seconds


def test_a_load_that_waits_stops_within_seconds_and_has_changed_nothing(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    need(place, Ability.HOLDING)
    land({"id": "1", "memo": "old"})
    landing = bringing.landing(bringing.batch({"id": "1", "memo": "new"}))

    with place.held(dataset, "invoice"):
        stopped_within(
            10, lambda stop: place.open(wait_seconds="60").load(landing, waiting=in_silence, stop=stop)
        )

    assert [row["memo"] for row in place.rows(dataset, "invoice")] == ["old"]


def test_a_load_that_was_stopped_before_it_began_does_nothing(
    place: Place, bringing: Bringing, dataset: str
) -> None:
    stop = Stop()
    stop.ask(Cancelled("A person stopped it."))

    with pytest.raises(Cancelled, match="A person"):
        place.open().load(bringing.landing(bringing.batch({"id": "1"})), waiting=in_silence, stop=stop)

    assert place.tables(dataset) == {}
