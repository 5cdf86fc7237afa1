"""Promise 3: a sync can be killed at any instant; the next one completes it: no row lost, doubled or stale."""

import time

from tests.torture.doom import STEPS, Doom
from tests.torture.history import begun
from tests.torture.kills import kill_many, running

EACH_STEP = tuple(Doom(step=step) for step in STEPS)


def test_a_sync_that_was_killed_at_any_step_is_completed_by_the_next() -> None:
    seen = kill_many(0, seed=1, first=EACH_STEP)

    assert seen["kills"] >= len(EACH_STEP)


def test_of_two_syncs_started_at_once_one_is_refused_and_the_tables_are_right() -> None:
    with begun(synced=True) as history:
        history.books.do("change", 0)
        history.troubles.meddle_before(1, lambda: time.sleep(2))
        with running(history) as one, running(history) as other:
            one.go()
            other.go()
            endings = {one.ending().partition(":")[0], other.ending().partition(":")[0]}

        assert endings == {"succeeded", "sync.running"}
        history.agree()


def test_a_disk_that_is_full_while_staging_is_named_and_the_next_sync_completes() -> None:
    with begun(synced=True) as history:
        for number in range(40):
            history.books.do("change", number)
        with running(history, full_disk=1000) as sync:
            sync.go()
            ending = sync.ending()

        assert ending.startswith("staging.failed:")
        assert "full" in ending
        assert str(history.world.around.staging) in ending
        assert "Make room" in ending
        history.agree()


def test_a_disk_that_is_full_while_loading_loses_nothing() -> None:
    with begun(synced=True) as history:
        for number in range(40):
            history.books.do("change", number)
        with running(history, full_warehouse=1000) as sync:
            sync.go()
            ending = sync.ending()

        assert ending.startswith("warehouse.failed:")
        assert "disk" in ending
        history.agree()
