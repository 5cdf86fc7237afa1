"""Which changes people hear of, when channels are quiet, and how several messages become one."""

from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.model.alert import AlertKind, AlertState, Finding, what_to_tell
from counterfoil.model.channel import Channel, read_quiet, shown_address
from counterfoil.model.message import MOST, Message, body_of, next_attempt, title_of

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
OK, NOTICE, URGENT = AlertState
KEY = (AlertKind.BUDGET, "2026-11")


def found(state: AlertState) -> Finding:
    return Finding(kind=KEY[0], subject=KEY[1], name="November", state=state, what="Used.")


@pytest.mark.parametrize(
    ("before", "after", "becomes", "told"),
    [
        (None, NOTICE, NOTICE, True),
        (OK, NOTICE, NOTICE, True),
        (OK, URGENT, URGENT, True),
        (NOTICE, URGENT, URGENT, True),
        (URGENT, NOTICE, NOTICE, False),
        (NOTICE, None, OK, True),
        (URGENT, None, OK, True),
    ],
)
def test_people_hear_what_begins_what_gets_worse_and_what_is_mended(
    before: AlertState | None, after: AlertState | None, becomes: AlertState, told: bool
) -> None:
    known = {} if before is None else {KEY: found(before)}
    seen = {} if after is None else {KEY: found(after)}
    (change,) = what_to_tell(known, seen, {KEY})

    assert (change.after.state, change.told) == (becomes, told)
    assert change.before is (before or OK)


@pytest.mark.parametrize(("before", "after"), [(NOTICE, NOTICE), (URGENT, URGENT), (OK, None), (None, None)])
def test_what_stays_as_it_was_is_not_told_again(before: AlertState | None, after: AlertState | None) -> None:
    known = {} if before is None else {KEY: found(before)}
    seen = {} if after is None else {KEY: found(after)}

    assert what_to_tell(known, seen, {KEY}) == ()


def test_the_alert_of_a_thing_that_is_gone_ends_in_silence() -> None:
    (change,) = what_to_tell({KEY: found(URGENT)}, {}, set())

    assert (change.after.state, change.told) == (OK, False)


@pytest.mark.parametrize("kind", AlertKind)
def test_every_kind_says_that_it_is_mended_with_the_name_of_the_thing(kind: AlertKind) -> None:
    known = Finding(kind=kind, subject="x", name="acme books", state=URGENT, what="Bad.")
    (change,) = what_to_tell({known.key: known}, {}, {known.key})

    assert "acme books" in change.after.what


@pytest.mark.parametrize(
    ("hours", "zone", "now", "over"),
    [
        ("22:00-07:00", "UTC", "2026-11-22T21:59", "2026-11-22T21:59"),
        ("22:00-07:00", "UTC", "2026-11-22T22:00", "2026-11-23T07:00"),
        ("22:00-07:00", "UTC", "2026-11-22T03:00", "2026-11-22T07:00"),
        ("22:00-07:00", "UTC", "2026-11-22T07:00", "2026-11-22T07:00"),
        ("12:00-13:00", "UTC", "2026-11-22T12:59", "2026-11-22T13:00"),
        ("22:00-07:00", "America/New_York", "2026-11-22T04:00", "2026-11-22T12:00"),
        # Berlin skips 02:00 to 03:00 that night, and shows it twice on the other.
        ("22:00-02:30", "Europe/Berlin", "2026-03-29T00:30", "2026-03-29T01:00"),
        ("22:00-02:30", "Europe/Berlin", "2026-10-25T00:10", "2026-10-25T00:30"),
        ("22:00-02:30", "Europe/Berlin", "2026-10-25T00:40", "2026-10-25T00:40"),
    ],
)
def test_quiet_hours_end_by_the_clocks_of_their_zone(hours: str, zone: str, now: str, over: str) -> None:
    quiet = read_quiet(hours, zone)

    assert quiet is not None
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert quiet.over(moment) == datetime.fromisoformat(over).replace(tzinfo=UTC)
    assert str(quiet) == hours


@pytest.mark.parametrize("hours", ["22-7", "25:00-07:00", "22:00", "07:00-07:00", "22:00–07:00", "2200-0700"])
def test_hours_that_cannot_be_told_are_refused(hours: str) -> None:
    with pytest.raises(ValueError, match="quiet hours"):
        read_quiet(hours, "UTC")


def test_a_channel_takes_the_kinds_it_names_or_all_and_none_while_switched_off() -> None:
    every = Channel(id="c", name="mail", shown="", created_at=NOW)
    some = Channel(id="c", name="mail", shown="", created_at=NOW, kinds=frozenset({AlertKind.BUDGET}))
    off = Channel(id="c", name="mail", shown="", created_at=NOW, disabled=True)

    assert [one.takes(AlertKind.BUDGET) for one in (every, some, off)] == [True, True, False]
    assert [one.takes(AlertKind.SYNC_LATE) for one in (every, some, off)] == [True, False, False]


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", "slack://***"),
        ("jsons://user:hunter2@hooks.example.com:8443/secret/path?key=x", "jsons://hooks.example.com/***"),
        ("mailtos://books:hunter2@example.com?to=a@b.example", "mailtos://example.com/***"),
        ("JSON://hooks.example.com/x", "json://hooks.example.com/***"),
        ("json://hunter2[", "json://***"),
        ("discord://webhook/token", "discord://***"),
    ],
)
def test_of_an_address_only_what_is_no_secret_is_shown(address: str, shown: str) -> None:
    assert shown_address(address) == shown


def message(number: int = 0, state: AlertState = URGENT, attempts: int = 0) -> Message:
    return Message(
        id=f"msg_{number}",
        kind=AlertKind.SYNC_FAILED,
        state=state,
        name=f"acme {number}",
        what=f"Syncs of 'acme {number}' fail.",
        do="Look.",
        at=NOW,
        attempts=attempts,
    )


def test_one_message_is_told_as_such() -> None:
    assert title_of([message()]) == "Counterfoil: failure · acme 0"
    assert body_of([message()]) == "Failure (2026-11-22 09:30 UTC): Syncs of 'acme 0' fail.\nLook."


def test_many_messages_are_one_with_the_worst_in_its_title() -> None:
    many = [message(number, NOTICE if number else URGENT) for number in range(MOST + 5)]

    assert title_of(many) == f"Counterfoil: {MOST + 5} messages, worst: failure"
    assert body_of(many).count("Notice") == MOST - 1
    assert body_of(many).endswith("And 5 more: counterfoil alerts")


def test_a_failed_message_is_tried_again_more_and_more_rarely_and_given_up_after_three_days() -> None:
    pauses = [next_attempt(message(attempts=number), NOW) for number in (0, 1, 2, 3, 30)]

    assert pauses == [NOW + timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 60)]
    assert next_attempt(message(), NOW + timedelta(days=3, minutes=1)) is None
