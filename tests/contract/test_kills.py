"""A loading process that is killed at any moment leaves nothing half, and the next load brings it all."""

import multiprocessing
import os
import random
import signal
from multiprocessing.synchronize import Event
from time import perf_counter, sleep

import pytest

from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Landing, in_silence
from tests.contract.making import Bringing
from tests.contract.place import Place
from tests.contract.test_losses import LINES, state
from tests.contract.test_rows import many

KILLS = 25
ROWS = 2000


def load(kind: str, options: dict[str, str], landing: Landing, ready: Event) -> None:
    """In a process of its own."""
    warehouse = KINDS[kind].open(options)
    ready.set()
    warehouse.load(landing, waiting=in_silence)


def killed_after(place: Place, landing: Landing, seconds: float) -> bool:
    """Load in another process and kill it; tells whether it had ended before."""
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Event()
    process = spawning.Process(target=load, args=[place.kind.name, dict(place.options), landing, ready])
    process.start()
    assert ready.wait(60)
    sleep(seconds)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == 0


@pytest.mark.slow
def test_a_process_killed_at_any_moment_leaves_the_state_before_or_after(
    place: Place, bringing: Bringing, dataset: str
) -> None:
    chance = random.Random(11)
    place.open().load(bringing.landing(many(bringing, ROWS)), waiting=in_silence)
    records = [{"id": str(number), "memo": "new", "lines": LINES} for number in range(0, ROWS, 2)]
    landing = bringing.landing(bringing.batch(*records), sync_id="killed")
    began = perf_counter()
    place.open().load(bringing.landing(bringing.batch(*records[:1])), waiting=in_silence)
    length = 2 * (perf_counter() - began) + 0.1
    before = state(place, dataset)
    ends = {"before": 0, "after": 0}

    for _ in range(KILLS):
        killed_after(place, landing, chance.uniform(0, length))
        found = state(place, dataset)
        ends["before" if found == before else "after"] += 1
        if found != before:
            place.open().load(landing, waiting=in_silence)
            assert state(place, dataset) == found

    place.open().load(landing, waiting=in_silence)
    assert sum(row["memo"] == "new" for row in place.rows(dataset, "invoice")) == len(records)
    assert len(place.rows(dataset, "invoice_line")) == 2 * len(records) + ROWS - len(records)
    print(f"{place.kind.name}: {KILLS} kills, {ends}")
