"""Alerts from end to end: something goes wrong in the store, a message arrives, once; it is mended, another does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from counterfoil.actions import alerts
from counterfoil.actions.alerts import Wanted
from counterfoil.model.alert import AlertKind
from counterfoil.store import credentials, sources
from tests.sight.conftest import Hook, Service

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def kinds(service: Service) -> list[str]:
    return sorted(str(one.finding.kind) for one in alerts.firing(service.db))


def test_a_failure_that_somebody_has_to_mend_is_told_once_and_so_is_its_end(
    service: Service, hook: Hook
) -> None:
    acme = service.source()
    service.channel(hook)
    for _ in range(3):
        service.sync(acme, "quickbooks.forbidden", what="Not allowed.")
        service.look()
    service.sync(acme)
    for _ in range(2):
        service.look()

    assert len(hook.got) == 2
    assert "Syncs of 'acme' fail: Not allowed." in hook.bodies[0]
    assert "acme syncs again." in hook.bodies[1]
    assert kinds(service) == []


def test_a_failure_that_time_can_end_is_told_after_the_third_in_a_row(service: Service, hook: Hook) -> None:
    acme = service.source()
    service.channel(hook)
    told = []
    for code in (
        "quickbooks.down",
        "quickbooks.down",
        "",
        "quickbooks.down",
        "sync.running",
        "quickbooks.down",
    ):
        service.sync(acme, code)
        service.look()
        told.append(len(hook.got))

    assert told == [0, 0, 0, 0, 0, 1]


def test_another_failure_does_not_count_as_mended(service: Service, hook: Hook) -> None:
    acme = service.source()
    service.channel(hook)
    for code in ("quickbooks.forbidden", "quickbooks.down", "warehouse.busy"):
        service.sync(acme, code)
        service.look()

    assert len(hook.got) == 1
    assert kinds(service) == ["sync_failed"]


def test_a_warehouse_that_takes_nothing_is_told_once_for_all_its_sources(
    service: Service, hook: Hook
) -> None:
    both = [service.source(), service.source("birch", realm="2")]
    service.channel(hook)
    for source in both:
        service.sync(source, "warehouse.refused", stream_code="warehouse.refused", what="No rights.")
    service.look()
    assert kinds(service) == ["warehouse_unreachable"]
    for source in both:
        service.sync(source)
        service.look()

    assert ["takes no data: No rights." in hook.bodies[0], "takes data again" in hook.bodies[-1]] == [
        True,
        True,
    ]
    assert len(hook.got) == 2


def test_a_warehouse_that_could_not_even_be_opened_is_told_of(service: Service) -> None:
    service.sync(service.source(), "warehouse.refused")
    service.look()

    assert kinds(service) == ["warehouse_unreachable"]


def test_a_permission_that_is_gone_is_told_of_the_company_not_of_each_sync(
    service: Service, hook: Hook
) -> None:
    acme = service.source()
    service.channel(hook)
    credentials.note_ended(service.db, acme.credential.id)
    service.sync(acme, "quickbooks.reconnect_needed")
    service.look()
    assert kinds(service) == ["reconnect_needed"]
    service.tokens(acme.credential)
    service.look()

    assert "counterfoil connect acme" in hook.bodies[0]
    assert "can be read again" in hook.bodies[1]


def test_the_end_of_a_permission_is_told_thirty_and_seven_days_ahead(service: Service, hook: Hook) -> None:
    acme = service.source()
    service.channel(hook)
    service.tokens(acme.credential, days=40)
    service.sync(acme)
    told = []
    for step in (DAY, 10 * DAY, 10 * DAY, 13 * DAY, DAY):
        service.later(step)
        service.look()
        told.append(len(hook.got))

    assert told == [0, 1, 1, 2, 2]
    assert "Notice" in hook.bodies[0]
    assert "Failure" in hook.bodies[1]


def test_the_budget_is_told_at_its_warning_and_at_its_end_and_a_new_month_begins_in_silence(
    service: Service, hook: Hook
) -> None:
    service.channel(hook)
    told = []
    for metered in (799, 1, 100, 100):
        service.spend(metered)
        service.look()
        told.append(len(hook.got))
    service.later(10 * DAY)
    service.look()

    assert told == [0, 1, 1, 2]
    assert "800 of 1,000 metered calls of November 2026 are used." in hook.bodies[0]
    assert (len(hook.got), kinds(service)) == (2, [])


def test_a_source_is_late_when_two_runs_were_missed_and_not_while_one_runs(
    service: Service, hook: Hook
) -> None:
    acme = service.source(schedule="every 1 hour from 00:00 UTC")
    service.channel(hook)
    service.sync(acme)
    told = []
    for step in (HOUR, HOUR, HOUR):
        service.later(step)
        service.look()
        told.append(kinds(service))
    service.sync(acme)
    service.look()

    assert told == [[], [], ["sync_late"]]
    assert "is late: it was last synced at 2026-11-22 12:01 UTC" in hook.bodies[0]
    assert "is up to date again" in hook.bodies[1]


def test_a_paused_source_and_one_without_a_schedule_are_never_late(service: Service) -> None:
    paused = service.source(schedule="every 1 hour from 00:00 UTC")
    sources.save(service.db, replace(paused, paused=True))
    service.source("birch", realm="2")
    service.later(9 * DAY)
    service.look()

    assert kinds(service) == []


def test_who_knows_that_syncs_fail_is_not_told_that_they_are_late(service: Service) -> None:
    acme = service.source(schedule="every 1 hour from 00:00 UTC")
    service.sync(acme, "quickbooks.forbidden")
    service.later(DAY)
    service.look()

    assert kinds(service) == ["sync_failed"]


def test_the_alert_of_a_source_that_is_removed_ends_in_silence(service: Service, hook: Hook) -> None:
    acme = service.source()
    service.channel(hook)
    service.sync(acme, "quickbooks.forbidden")
    service.look()
    sources.remove(service.db, acme)
    service.look()

    assert (len(hook.got), kinds(service)) == (1, [])


def test_after_a_sync_its_source_is_judged_at_once_and_told_at_the_next_look(
    service: Service, hook: Hook
) -> None:
    acme = service.source()
    service.channel(hook)
    alerts.after_sync(service.around, service.sync(acme, "quickbooks.forbidden"))
    assert (kinds(service), hook.got) == (["sync_failed"], [])
    service.look()
    assert len(hook.got) == 1

    alerts.after_sync(service.around, service.sync(acme))
    assert kinds(service) == []


def test_after_a_sync_other_sources_alerts_stand(service: Service) -> None:
    acme, birch = service.source(), service.source("birch", realm="2")
    service.sync(acme, "warehouse.refused")
    service.sync(birch, "quickbooks.forbidden")
    service.spend(900)
    service.look()
    stood = kinds(service)
    alerts.after_sync(service.around, service.sync(acme, "quickbooks.refused"))

    assert stood == ["budget", "sync_failed", "warehouse_unreachable"]
    assert kinds(service) == ["budget", "sync_failed", "sync_failed", "warehouse_unreachable"]


def test_in_quiet_hours_messages_wait_and_come_as_one(service: Service, hook: Hook) -> None:
    acme, birch = service.source(), service.source("birch", realm="2")
    service.channel(hook, quiet="11:00-14:00", zone="UTC")
    service.sync(acme, "quickbooks.forbidden")
    service.look()
    service.sync(birch, "quickbooks.forbidden")
    service.look()
    assert hook.got == []
    assert alerts.every_channel(service.db)[0].delivery.waiting == 2
    service.later(2 * HOUR)
    service.look()

    assert [one["title"] for one in hook.got] == ["Counterfoil: 2 messages, worst: failure"]
    assert "'acme'" in hook.bodies[0]
    assert "'birch'" in hook.bodies[0]


def test_a_channel_hears_only_the_kinds_it_asks_for(service: Service, hook: Hook) -> None:
    service.channel(hook, kinds=frozenset({AlertKind.BUDGET}))
    service.sync(service.source(), "quickbooks.forbidden")
    service.look()

    assert hook.got == []
    assert kinds(service) == ["sync_failed"]


def test_a_channel_that_fails_is_shown_and_tried_again(
    service: Service, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    service.channel(hook)
    service.sync(service.source(), "quickbooks.forbidden")
    hook.broken = True
    service.look()
    service.look()
    failing = alerts.every_channel(service.db)[0].delivery
    hook.broken = False
    service.later(timedelta(minutes=1))
    service.look()
    mended = alerts.every_channel(service.db)[0].delivery

    assert (failing.waiting, "did not take the message" in failing.fault) == (1, True)
    assert (mended.waiting, mended.fault, len(hook.got)) == (0, "", 1)
    assert "hunter2" not in caplog.text


def test_a_channel_that_is_switched_off_sends_nothing_and_gives_up_what_waits(
    service: Service, hook: Hook
) -> None:
    service.channel(hook, quiet="11:00-14:00")
    service.sync(service.source(), "quickbooks.forbidden")
    service.look()
    alerts.change_channel(service.around, "hook", Wanted(name="hook", disabled=True), version=1)
    service.later(3 * HOUR)
    service.look()

    (view,) = alerts.every_channel(service.db)
    assert (hook.got, view.delivery.waiting) == ([], 0)
