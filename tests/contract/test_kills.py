"""A loading process that is killed at any moment leaves nothing half, and the next load brings it all."""

import os
import random
import signal
from contextlib import suppress
from time import sleep

import pytest

from counterfoil.destinations.base import Landing, in_silence
from tests.contract.loading import CLEAN, load
from tests.contract.making import Bringing
from tests.contract.place import Place

KILLS = 25
ROWS = 2000


def killed_after(place: Place, landing: Landing, seconds: float) -> None:
    """Load in another process and kill it, unless it has ended before."""
    ready = CLEAN.Event()
    process = CLEAN.Process(target=load, args=[place.kind.name, dict(place.options), landing, ready])
    process.start()
    assert ready.wait(60)
    sleep(seconds)
    assert process.pid is not None
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    process.join()


@pytest.mark.slow
def test_a_process_killed_at_any_moment_leaves_the_state_before_or_after(
    place: Place, bringing: Bringing, dataset: str
) -> None:
    chance, length = random.Random(11), 0.3
    ends = {"before": 0, "after": 0}
    place.open().load(versions(bringing, "0"), waiting=in_silence)

    for number in range(1, KILLS + 1):
        (before,) = seen(place, dataset)
        killed_after(place, versions(bringing, str(number)), chance.uniform(0, length))
        (found,) = seen(place, dataset)  # of records and lines alike, or there were two
        assert found in (before, str(number))
        ends["before" if found == before else "after"] += 1
        length *= 0.9 if found != before else 1.1  # kill where it hurts

    place.open().load(versions(bringing, "last"), waiting=in_silence)
    assert seen(place, dataset) == {"last"}
    assert len(place.rows(dataset, "invoice_line")) == ROWS
    print(f"{place.kind.name}: {KILLS} kills, {ends}")


def versions(bringing: Bringing, memo: str) -> Landing:
    """All records anew, with the same word in each of them and in its line."""
    lines = [{"description": memo}]
    return bringing.landing(
        bringing.batch(*({"id": str(number), "memo": memo, "lines": lines} for number in range(ROWS)))
    )


def seen(place: Place, dataset: str) -> set[str]:
    """Every word in any record or line."""
    rows = place.contents(dataset)
    return {row["memo"] for row in rows["invoice"]} | {row["description"] for row in rows["invoice_line"]}
