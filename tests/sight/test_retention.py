"""What is forgotten in time, and what never is."""

from datetime import timedelta

import sqlalchemy as sa

from counterfoil.actions.retention import forget_old
from counterfoil.store import outcomes, pokes, standings, syncs
from counterfoil.store.db import Database
from counterfoil.store.service_schema import audit, consents, links, log_lines, replies, sessions, users
from tests.sight.conftest import NOW, Service

DAY = timedelta(days=1)


def count(db: Database, table: sa.Table) -> int:
    with db.reading() as transaction:
        return transaction.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def log(db: Database, sync_id: str) -> None:
    row = {"sync_id": sync_id, "n": 1, "at": NOW, "level": "INFO", "text": "It began.", "data": {}}
    with db.writing() as transaction:
        transaction.execute(sa.insert(log_lines).values(**row))


def test_old_syncs_go_with_their_logs_and_outcomes(service: Service) -> None:
    acme = service.source()
    old, newer = service.sync(acme), service.sync(acme)
    log(service.db, old.id)
    service.later(91 * DAY)
    recent = service.sync(acme)

    assert forget_old(service.around).syncs == 2
    assert [sync.id for sync in syncs.latest(service.db)] == [recent.id]
    assert outcomes.of(service.db, old.id) == outcomes.of(service.db, newer.id) == ()
    assert count(service.db, log_lines) == 0
    assert forget_old(service.around).syncs == 0


def test_the_last_sync_and_the_last_that_landed_stay_however_old(service: Service) -> None:
    acme, birch = service.source(), service.source("birch", realm="2")
    landed = service.sync(acme)
    service.sync(acme, "quickbooks.down")
    last = service.sync(acme, "quickbooks.forbidden")
    alone = service.sync(birch, "quickbooks.forbidden")
    service.later(365 * DAY)
    forget_old(service.around)

    assert {sync.id for sync in syncs.latest(service.db)} == {landed.id, last.id, alone.id}
    assert acme.id in standings.last_success(service.db)


def test_events_replies_and_what_ended_are_forgotten_the_trail_is_not(service: Service) -> None:
    soon = {"created_at": NOW, "ends_at": NOW + DAY}
    with service.db.writing() as one:
        one.execute(sa.insert(users).values(id="u", email="a@b", name="Ann", role="viewer", created_at=NOW))
        one.execute(sa.insert(sessions).values(digest="s", user_id="u", seen_at=NOW, **soon))
        one.execute(sa.insert(links).values(digest="l", purpose="set-up", role="admin", **soon))
        one.execute(
            sa.insert(consents).values(
                digest="c",
                actor_id="a",
                session="",
                name="acme",
                environment="production",
                redirect_uri="",
                back="/",
                **soon,
            )
        )
        one.execute(sa.insert(replies).values(actor_id="a", key="k", request="r", headers={}, created_at=NOW))
        one.execute(
            sa.insert(audit).values(
                at=NOW,
                actor_kind="user",
                actor_id="u",
                actor_name="Ann",
                deed="paused",
                noun="source",
                thing_id="x",
                thing_name="acme",
                detail={},
            )
        )
    pokes.hear(service.db, {"event": "1"}, NOW)
    assert forget_old(service.around).ended == 0
    service.later(8 * DAY)
    gone = forget_old(service.around)

    assert (gone.ended, gone.deliveries, gone.replies) == (3, 1, 1)
    assert count(service.db, audit) == 1
    assert count(service.db, users) == 1
