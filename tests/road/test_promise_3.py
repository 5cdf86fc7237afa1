"""Promise 3: a sync can be killed at any instant; the next one completes it: no row lost, doubled or stale."""

from tests.postgres import Server
from tests.torture.doom import STEPS, Doom
from tests.torture.history import begun
from tests.torture.kills import kill_many, running

EACH_STEP = tuple(Doom(step=step) for step in STEPS)


def test_a_sync_that_was_killed_at_any_step_is_completed_by_the_next() -> None:
    seen = kill_many(0, seed=1, first=EACH_STEP)

    assert seen["kills"] >= len(EACH_STEP)


def test_it_is_so_with_a_store_on_postgresql_too(postgres: Server) -> None:
    after_the_load = tuple(Doom(step=step) for step in ("begun", "advancing cursors", "keeping the outcome"))
    seen = kill_many(0, seed=2, first=after_the_load, store=postgres.new_database())

    assert seen["kills"] >= len(after_the_load)


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
