"""With webhooks on, a change in QuickBooks is in the warehouse at once, with no schedule at all."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from counterfoil.actions.service import running
from counterfoil.actions.surroundings import Sight
from counterfoil.model.sync import Cause, Sync, SyncState
from counterfoil.sandbox.webhooks import VERIFIER, Form, sending
from counterfoil.store import syncs
from tests.api.service import Service, serving
from tests.road.conftest import World

PATIENCE = 300.0
PATH = "/webhooks/quickbooks"


@pytest.fixture
def there(world: Callable[..., World]) -> World:
    """One company, synced once, that no schedule syncs again."""
    made = world()
    made.source(streams=["Customer"])
    made.sync()
    sight = Sight(webhook_tokens=(VERIFIER,), webhook_gap=timedelta(seconds=1))
    return replace(made, around=replace(made.around, sight=sight))


@contextmanager
def service(there: World) -> Iterator[Service]:
    with serving(there.around, engine=running) as started:
        yield started


def caused(there: World) -> list[Sync]:
    """What webhooks caused and went well, the newest first."""
    found = syncs.latest(there.around.db)
    return [sync for sync in found if sync.cause is Cause.WEBHOOK and sync.state is SyncState.SUCCEEDED]


def until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("form", Form)
def test_a_change_is_in_the_warehouse_without_anybody_asking(there: World, form: Form) -> None:
    with service(there) as started, sending(there.sandbox.world, started.url + PATH, form=form):
        there.sandbox.books().create("Customer", {"DisplayName": "Webb"})
        until(lambda: any(sync.totals.inserted for sync in caused(there)))

    assert there.ask("select count(*) from customer where display_name = 'Webb'") == [(1,)]


def test_a_change_during_the_sync_that_an_event_caused_is_not_left_behind(there: World) -> None:
    with service(there) as started, sending(there.sandbox.world, started.url + PATH):
        for number in range(8):
            there.sandbox.books().create("Customer", {"DisplayName": f"Webb {number}"})
            time.sleep(0.4)  # some fall into syncs, some between
        until(lambda: sum(sync.totals.inserted for sync in caused(there)) >= 8)

    assert there.ask("select count(*) from customer where display_name like 'Webb %'") == [(8,)]


def test_a_forged_event_changes_nothing(there: World) -> None:
    before = there.ask("select count(*) from customer")
    with service(there) as started, httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
        forged = [{"id": "x", "source": "y", "intuitaccountid": there.sandbox.realms[0]}]
        assert client.post(started.url + PATH, json=forged).status_code == 401

    assert there.ask("select count(*) from customer") == before
    assert caused(there) == []
