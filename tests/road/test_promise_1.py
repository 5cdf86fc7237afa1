"""Promise 1: a cursor moves only after what it skips has landed."""

from datetime import timedelta

from counterfoil.model.sync import SyncState
from counterfoil.sync.progress import Progress, Stage, Watch
from tests.torture.history import begun


def test_a_delete_that_only_a_full_read_can_tell_is_found_though_that_read_failed_at_first() -> None:
    """More changes than one answer holds: a count shows that something is gone, and then QuickBooks goes down."""
    with begun(synced=True, bulk=1100) as history:
        clerk, sandbox = history.books.clerk, history.world.sandbox
        for id_ in clerk.ids("Invoice")[:1001]:
            clerk.change("Invoice", id_, {"PrivateNote": "in bulk"})
        clerk.delete("Invoice", clerk.ids("Invoice")[-1])
        sandbox.advance(timedelta(hours=1))  # so that it is told once, and no more when the cursor has moved

        def go_down(progress: Progress) -> None:
            if progress.stage is Stage.LANDED and not history.troubles.met:
                history.troubles.choose("500", 4)

        sync, _ = history.world.sync(watch=Watch(progress=go_down, say=lambda _: None))
        assert history.troubles.met["500"] > 1
        assert sync.state is not SyncState.SUCCEEDED
        sandbox.heal()

        history.agree()
