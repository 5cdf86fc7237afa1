"""The look-out beside a running service."""

import time
from collections.abc import Callable

import sqlalchemy as sa

from counterfoil.actions.lookout import lookout, noticed
from counterfoil.actions.surroundings import Surroundings
from counterfoil.store import alerts, channels
from tests.sight.conftest import Hook, Service

PATIENCE = 120.0


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_tells_what_goes_wrong_and_what_is_mended_by_itself(service: Service, hook: Hook) -> None:
    acme = service.source()
    service.channel(hook)
    with lookout(service.around, every=0.05):
        service.sync(acme, "quickbooks.forbidden")
        until(lambda: len(hook.got) == 1)
        service.sync(acme)
        until(lambda: len(hook.got) == 2)

    assert alerts.firing(service.db) == ()


def test_two_of_them_tell_a_thing_once(service: Service, hook: Hook) -> None:
    acme = service.source()
    service.channel(hook)
    with lookout(service.around, every=0.01), lookout(service.around, every=0.01):
        service.sync(acme, "quickbooks.forbidden")
        until(lambda: len(hook.got) >= 1)
        service.sync(acme)
        until(lambda: len(hook.got) >= 2)
        time.sleep(0.3)  # room for one that should not come

    assert len(hook.got) == 2


def test_it_outlives_a_store_that_fails(service: Service, hook: Hook) -> None:
    service.channel(hook)
    with service.db.writing() as transaction:
        transaction.execute(sa.text("alter table alerts rename to elsewhere"))
    with lookout(service.around, every=0.01):
        time.sleep(0.1)
        with service.db.writing() as transaction:
            transaction.execute(sa.text("alter table elsewhere rename to alerts"))
        service.sync(service.source(), "quickbooks.forbidden")
        until(lambda: len(hook.got) == 1)

    assert len(alerts.firing(service.db)) == 1


def test_how_a_sync_ended_is_known_at_once(service: Service) -> None:
    sync = service.sync(service.source(), "quickbooks.forbidden")

    assert noticed(service.around, sync) is sync
    assert len(alerts.firing(service.db)) == 1


def test_what_alerts_cannot_know_does_not_end_a_sync(service: Service) -> None:
    sync = service.sync(service.source(), "quickbooks.forbidden")
    around: Surroundings = service.around
    with service.db.writing() as transaction:
        transaction.execute(sa.text("delete from sources"))

    assert noticed(around, sync) is sync
    assert channels.every(service.db) == ()
