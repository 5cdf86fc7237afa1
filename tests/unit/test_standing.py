"""How a source stands: one word from what is known of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from counterfoil.model.credential import CredentialState
from counterfoil.model.standing import Glance, Standing, may_pass
from counterfoil.model.sync import SyncState
from counterfoil.web.words import about, in_letters

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LANDED = {"judged": SyncState.SUCCEEDED, "judged_at": NOW - HOUR, "fresh_as_of": NOW - HOUR}
FAILED = {"judged": SyncState.FAILED, "judged_at": NOW - HOUR, "failing_since": NOW - 3 * HOUR, "failures": 2}
BUSY = {**FAILED, "code": "quickbooks.rate_limited"}
OVERDUE = {"next_run_at": NOW - HOUR}


def glance(**more: Any) -> Glance:
    known: dict[str, Any] = {
        "next_run_at": NOW + HOUR,
        "credential": CredentialState.CONNECTED,
        "paused": False,
    }
    named = {"source_id": "s", "name": "s", "company": "S", "prefix": ""}
    return Glance(**{**named, "created_at": NOW - 9 * HOUR, **known, **more})


@pytest.mark.parametrize(
    ("known", "stands", "since"),
    [
        (LANDED, Standing.ON_TIME, NOW - HOUR),
        ({**LANDED, "judged": SyncState.PARTIAL}, Standing.PARTLY, NOW - HOUR),
        ({}, Standing.NEW, NOW - 9 * HOUR),
        ({**LANDED, **OVERDUE}, Standing.LATE, NOW - HOUR),
        ({**LANDED, "next_run_at": NOW - timedelta(minutes=9)}, Standing.ON_TIME, NOW - HOUR),
        ({**LANDED, "paused": True}, Standing.PAUSED, None),
        ({**LANDED, "running": SyncState.RUNNING, "running_since": NOW}, Standing.SYNCING, NOW),
        ({**FAILED, "running": SyncState.WAITING, "running_since": NOW}, Standing.WAITING, NOW),
        ({**FAILED, "code": "warehouse.refused"}, Standing.FAILED, NOW - 3 * HOUR),
        (BUSY, Standing.BACKING_OFF, NOW - 3 * HOUR),
        ({**BUSY, "failures": 3}, Standing.FAILED, NOW - 3 * HOUR),
        ({**BUSY, "next_run_at": None}, Standing.FAILED, NOW - 3 * HOUR),
        ({**BUSY, **OVERDUE}, Standing.LATE, NOW - HOUR),
        (
            {**LANDED, "credential": CredentialState.ENDED, "running": SyncState.RUNNING},
            Standing.RECONNECT,
            None,
        ),
    ],
)
def test_a_source_stands_as_its_credential_its_syncs_and_the_time_say(
    known: dict[str, Any], stands: Standing, since: datetime | None
) -> None:
    found = glance(**known)

    assert found.standing(NOW) is stands
    assert found.since(stands) == since


def test_what_time_can_end_is_waited_for_as_long_as_people_want() -> None:
    assert glance(**BUSY).standing(NOW, patience=2) is Standing.FAILED


def test_only_what_time_can_end_may_pass() -> None:
    assert may_pass("quickbooks.down")
    assert not may_pass("warehouse.refused")


@pytest.mark.parametrize(("value", "told"), [(0, "0"), (99, "99"), (1_081_697, "1,100,000"), (999, "1,000")])
def test_a_number_that_nobody_knows_exactly_is_told_roughly(value: int, told: str) -> None:
    assert about(value) == told


@pytest.mark.parametrize(("count", "told"), [(1, "One"), (10, "Ten"), (11, "11"), (1_000, "1,000")])
def test_a_sentence_begins_with_a_word_for_a_small_number(count: int, told: str) -> None:
    assert in_letters(count) == told
