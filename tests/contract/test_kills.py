"""A loading process that is killed at any moment leaves nothing half, and the next load brings it all."""

import random
from time import monotonic

import pytest

from counterfoil.destinations.base import Landing, in_silence
from tests.contract.loading import CLEAN, load
from tests.contract.making import Bringing
from tests.contract.place import Ability, Place, need

KILLS = 25
ROWS = 2000


def killed_after(place: Place, landing: Landing, seconds: float) -> float:
    """Load in another process and kill it, unless it has ended before; answers with how long it took."""
    ready = CLEAN.Event()
    process = CLEAN.Process(target=load, args=[place.kind.name, dict(place.options), landing, ready])
    process.start()
    assert ready.wait(60)
    began = monotonic()
    process.join(seconds)
    process.kill()
    process.join()
    return monotonic() - began


@pytest.mark.slow
def test_a_process_killed_at_any_moment_leaves_the_state_before_or_after(
    place: Place, bringing: Bringing, dataset: str, request: pytest.FixtureRequest
) -> None:
    need(place, Ability.KILLING)
    chance = random.Random(11)
    ends = {"before": 0, "between": 0, "after": 0}
    place.open().load(versions(bringing, "first"), waiting=in_silence)
    length = killed_after(place, versions(bringing, "0"), 60)

    for number in range(1, KILLS + 1):
        before = seen(place, dataset)
        killed_after(place, versions(bringing, str(number)), chance.uniform(0, length))
        found = seen(place, dataset)
        assert all(found[table] in (before[table], str(number)) for table in before)
        if place.kind.capabilities.all_tables_at_once:
            assert len(set(found.values())) == 1
        ends[_when(before, found, str(number))] += 1
        length *= 0.9 if found != before else 1.1  # kill where it hurts

    place.open().load(versions(bringing, "last"), waiting=in_silence)
    assert set(seen(place, dataset).values()) == {"last"}
    assert len(place.rows(dataset, "invoice_line")) == ROWS
    counted = ", ".join(f"{number} {where}" for where, number in ends.items() if number)
    request.node.user_properties.append(("told", f"{KILLS} kills: {counted}"))  # for matrix.py


def versions(bringing: Bringing, memo: str) -> Landing:
    """All records anew, with the same word in each of them and in its line."""
    lines = [{"description": memo}]
    return bringing.landing(
        bringing.batch(*({"id": str(number), "memo": memo, "lines": lines} for number in range(ROWS)))
    )


def seen(place: Place, dataset: str) -> dict[str, str]:
    """The word that stands in every row of a table: there is but one, or it is half loaded."""
    rows = place.contents(dataset)
    (record,) = {row["memo"] for row in rows["invoice"]}
    (line,) = {row["description"] for row in rows["invoice_line"]}
    return {"invoice": record, "invoice_line": line}


def _when(before: dict[str, str], found: dict[str, str], after: str) -> str:
    """Between two tables only where the kind shows them one by one."""
    if found == before:
        return "before"
    return "after" if set(found.values()) == {after} else "between"
