"""Stored alerts, channels and messages: told once, whoever else is at it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from counterfoil.errors import AlreadyExists, ChangedMeanwhile, NotFound
from counterfoil.model.alert import AlertKind, AlertState, Change, Finding
from counterfoil.model.channel import Channel, read_quiet
from counterfoil.store import alerts, channels, messages
from counterfoil.store.db import Database
from counterfoil.store.service_schema import channels as channels_table
from tests.store.conftest import NOW

OK, NOTICE, URGENT = AlertState
ADDRESS = "jsons://user:hunter2@hooks.example.com/x"


def finding(state: AlertState) -> Finding:
    return Finding(
        kind=AlertKind.BUDGET, subject="2026-11", name="November", state=state, what="Used.", do="Wait."
    )


def change(before: AlertState, after: AlertState) -> Change:
    return Change(before=before, after=finding(after), told=True)


@pytest.fixture
def channel(db: Database) -> Channel:
    made = Channel(
        id="chan_mail",
        name="mail",
        shown="jsons://hooks.example.com/***",
        created_at=NOW,
        kinds=frozenset({AlertKind.BUDGET, AlertKind.SYNC_LATE}),
        quiet=read_quiet("22:00-07:00", "Europe/Berlin"),
    )
    channels.save(db, made, ADDRESS)
    return made


def together(deed: Callable[[int], None], count: int = 4) -> None:
    barrier = Barrier(count)

    def work(number: int) -> None:
        barrier.wait()
        deed(number)

    threads = [Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_channel_comes_back_as_it_was_and_its_address_is_sealed(db: Database, channel: Channel) -> None:
    assert channels.named(db, "mail") == channel
    assert channels.every(db) == (channel,)
    assert channels.address(db, channel.id) == ADDRESS
    with db.reading() as transaction:
        stored = transaction.execute(sa.select(channels_table.c.address)).scalar_one()
    assert b"hunter2" not in stored


def test_a_change_leaves_the_address_and_needs_the_version_that_was_read(
    db: Database, channel: Channel
) -> None:
    channels.save(db, replace(channel, disabled=True), version=1)

    assert channels.address(db, channel.id) == ADDRESS
    assert channels.named(db, "mail").version == 2
    with pytest.raises(ChangedMeanwhile):
        channels.save(db, replace(channel, disabled=False), version=1)
    with pytest.raises(ChangedMeanwhile):
        channels.remove(db, channel, version=1)


def test_two_channels_have_two_names(db: Database, channel: Channel) -> None:
    with pytest.raises(AlreadyExists):
        channels.save(db, replace(channel, id="chan_other"), ADDRESS)


def test_a_channel_that_is_gone_has_nothing_left(db: Database, channel: Channel) -> None:
    messages.add(db, finding(URGENT), NOW, {"msg_1": (channel.id, NOW)})
    channels.remove(db, channel)

    assert messages.channels_due(db, NOW) == ()
    with pytest.raises(NotFound):
        channels.named(db, "mail")


def test_a_change_is_remembered_and_what_fires_is_listed(db: Database) -> None:
    assert alerts.change(db, change(OK, NOTICE), NOW)
    assert alerts.change(db, change(NOTICE, URGENT), NOW + timedelta(hours=1))

    (alert,) = alerts.firing(db)
    assert alert.finding == finding(URGENT)
    assert (alert.since, alert.told_at) == (NOW + timedelta(hours=1), NOW + timedelta(hours=1))
    assert alerts.change(db, change(URGENT, OK), NOW + timedelta(hours=2))
    assert alerts.firing(db) == ()
    assert alerts.change(db, change(OK, URGENT), NOW + timedelta(hours=3))


def test_a_change_that_somebody_else_has_found_is_not_ours(db: Database) -> None:
    assert alerts.change(db, change(OK, NOTICE), NOW)

    assert not alerts.change(db, change(OK, NOTICE), NOW)
    assert not alerts.change(db, change(URGENT, OK), NOW)


@pytest.mark.parametrize("before", [OK, NOTICE])
def test_of_several_processes_one_finds_a_change(db: Database, before: AlertState) -> None:
    if before is NOTICE:
        alerts.change(db, change(OK, NOTICE), NOW)
    first = list[bool]()
    together(lambda _: first.append(alerts.change(db, change(before, URGENT), NOW)))

    assert sorted(first) == [False, False, False, True]


def test_of_several_processes_one_sends_a_message(db: Database, channel: Channel) -> None:
    messages.add(db, finding(URGENT), NOW, {f"msg_{number}": (channel.id, NOW) for number in range(3)})
    got = list[str]()
    together(
        lambda number: got.extend(one.id for one in messages.claim(db, channel.id, f"claim_{number}", NOW))
    )

    assert sorted(got) == ["msg_0", "msg_1", "msg_2"]


def test_what_a_dead_process_wanted_to_send_is_sent_by_another(db: Database, channel: Channel) -> None:
    messages.add(db, finding(URGENT), NOW, {"msg_1": (channel.id, NOW)})
    messages.claim(db, channel.id, "dead", NOW)
    later = NOW + messages.LEASE
    (taken,) = messages.claim(db, channel.id, "alive", later)
    messages.failed(db, [taken], "dead", fault="It is not dead after all.", again=None)  # too late

    messages.sent(db, [taken], "alive", later)
    assert messages.deliveries(db)[channel.id].sent_at == later
    assert messages.channels_due(db, later + timedelta(days=9)) == ()


def test_a_channel_tells_its_fault_until_something_is_sent(db: Database, channel: Channel) -> None:
    messages.add(db, finding(URGENT), NOW, {"msg_1": (channel.id, NOW)})
    taken = messages.claim(db, channel.id, "c", NOW)
    messages.failed(db, taken, "c", fault="Nobody there.", again=NOW + timedelta(minutes=1))
    failing = messages.deliveries(db)[channel.id]
    taken = messages.claim(db, channel.id, "d", NOW + timedelta(minutes=1))
    messages.sent(db, taken, "d", NOW + timedelta(minutes=1))
    mended = messages.deliveries(db)[channel.id]

    assert (failing.waiting, failing.fault, failing.sent_at) == (1, "Nobody there.", None)
    assert (mended.waiting, mended.fault) == (0, "")
    assert taken[0].attempts == 1


def test_what_is_sent_or_over_is_forgotten_in_time(db: Database, channel: Channel) -> None:
    messages.add(db, finding(URGENT), NOW, {"msg_1": (channel.id, NOW), "msg_2": (channel.id, NOW)})
    taken = messages.claim(db, channel.id, "c", NOW)
    messages.sent(db, taken[:1], "c", NOW)
    alerts.change(db, change(OK, URGENT), NOW)
    alerts.change(db, change(URGENT, OK), NOW)
    after = NOW + timedelta(seconds=1)

    assert (messages.forget(db, after), alerts.forget_over(db, after)) == (1, 1)
    assert (messages.forget(db, after), alerts.forget_over(db, after)) == (0, 0)
