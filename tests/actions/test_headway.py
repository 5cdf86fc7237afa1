"""How far a sync is, told from the lines of its log."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.actions.headway import ASKED_TO_WAIT, Expected, Headway, Pass, headway
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.log_line import LogLine
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState

BEGAN = datetime(2026, 1, 1, 12, tzinfo=UTC)
COMPANY = Credential(
    id="cred_1", name="acme", realm_id="1", environment=Environment.SANDBOX, created_at=BEGAN
)
ACME = Source(id="src_1", name="Acme", credential=COMPANY, created_at=BEGAN)
RUNNING = Sync(id="sync_1", source=ACME, started_at=BEGAN, asked_at=BEGAN - timedelta(seconds=3))

Told = Sequence[tuple[float, str, str, int]]
"""Seconds after the beginning, stream, stage, records."""


def lines(told: Told, counted: int | None = None) -> list[LogLine]:
    return [
        LogLine(
            n=n,
            at=BEGAN + timedelta(seconds=seconds),
            level="INFO",
            text="",
            data={"stream": stream, "stage": stage, "records": records, "counted": counted, "calls": 1},
        )
        for n, (seconds, stream, stage, records) in enumerate(told, 1)
    ]


def at(seconds: float, told: Told, *, counts: dict[str, int] | None = None, sync: Sync = RUNNING) -> Headway:
    return headway(sync, lines(told), Expected(counts=counts or {}), BEGAN + timedelta(seconds=seconds))


def legs(found: Headway) -> dict[str, tuple[Pass, float | None]]:
    return {
        leg.name: (leg.standing, None if leg.took is None else leg.took.total_seconds()) for leg in found.legs
    }


def test_time_left_follows_from_the_pace_of_the_last_seconds() -> None:
    told = [
        (1, "Invoice", "reading", 5_000),
        (35, "Invoice", "reading", 6_000),
        (40, "Invoice", "reading", 8_000),
    ]

    found = at(40, told, counts={"Invoice": 11_000})

    assert found.pace == pytest.approx(100)  # 3,000 in 30 s; the quick beginning does not count
    assert found.left == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("seconds", "told", "counts"),
    [
        (1, [(0.5, "Invoice", "reading", 1_000)], {"Invoice": 9_000}),  # too early
        (40, [(1, "Invoice", "reading", 1_000)], {"Invoice": 9_000}),  # it stands still
        (9, [(5, "Invoice", "reading", 1_000)], {}),  # of nobody knows how many
        (9, [(5, "Invoice", "read", 1_000)], {"Invoice": 900}),  # all is read
    ],
)
def test_where_nobody_can_know_it_no_time_is_told(seconds: float, told: Told, counts: dict[str, int]) -> None:
    assert at(seconds, told, counts=counts).left is None


def test_what_was_read_is_as_large_as_it_came_and_what_was_not_begun_as_it_was_counted() -> None:
    found = at(9, [(5, "Invoice", "read", 1_010)], counts={"Invoice": 1_000, "Bill": 90})

    assert (found.read, found.counted) == (1_010, 1_100)
    assert [each.stream for each in found.streams] == ["Bill", "Invoice"]


def test_the_road_tells_where_the_time_went() -> None:
    told = [(1, "Invoice", "reading", 9), (7, "Invoice", "read", 12), (8, "Invoice", "loading", 12)]
    running = at(10, told)
    ended = replace(RUNNING, state=SyncState.SUCCEEDED, ended_at=BEGAN + timedelta(seconds=14))
    over = at(99, [*told, (13, "Invoice", "landed", 12)], sync=ended)

    assert legs(running) == {
        "wait": (Pass.DONE, 3),
        "read": (Pass.DONE, 8),
        "shape and stage": (Pass.DONE, None),
        "load": (Pass.NOW, 2),
        "record": (Pass.AHEAD, None),
    }
    assert [took for _, took in legs(over).values()] == [3, 8, None, 5, 1]


@pytest.mark.parametrize(
    ("state", "standing"), [(SyncState.FAILED, Pass.ENDED_HERE), (SyncState.CANCELLED, Pass.STOPPED)]
)
def test_a_sync_that_did_not_land_ended_where_it_stood(state: SyncState, standing: Pass) -> None:
    ended = replace(RUNNING, state=state, ended_at=BEGAN + timedelta(seconds=4))

    found = legs(at(99, [(1, "Invoice", "reading", 9)], sync=ended))

    assert found["read"] == (standing, 4)
    assert found["load"] == (Pass.AHEAD, None)


def test_it_waits_for_quickbooks_until_something_else_is_said() -> None:
    asked = LogLine(n=1, at=BEGAN, level="INFO", text="", data={"logger": ASKED_TO_WAIT})
    nothing = Expected(counts={})

    waiting = headway(RUNNING, [asked], nothing, BEGAN)
    going_on = headway(RUNNING, [asked, replace(asked, n=2, data={})], nothing, BEGAN)

    assert (waiting.holds, going_on.holds) == (True, False)
    assert (waiting.waits, going_on.waits) == (1, 1)
