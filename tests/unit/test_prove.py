"""What proves that change data capture tells of a stream."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from counterfoil.model.ability import Told
from counterfoil.model.outcome import Mode
from counterfoil.model.task import Task
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.changes import Changed, Tombstone
from counterfoil.sync.prove import ENOUGH, MARGIN, judge, note
from counterfoil.sync.reading import StreamRead

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CLOCK = NOON + timedelta(hours=1)


def record(id_: str, moment: datetime) -> msgspec.Raw:
    said = {"Id": id_, "MetaData": {"LastUpdatedTime": moment.isoformat()}}
    return msgspec.Raw(msgspec.json.encode(said))


def read(unproven_since: datetime | None = NOON) -> StreamRead:
    task = Task(stream=catalog()["Attachable"], mode=Mode.REFRESH, since=NOON)
    return StreamRead(task, unproven_since=unproven_since)


@pytest.mark.parametrize(
    ("told", "gone", "expected"),
    [
        ({"1": NOON, "2": NOON}, [], Told.ALL),
        ({"1": NOON + SECOND, "2": NOON, "3": NOON}, [], Told.ALL),
        ({"2": NOON}, ["1"], Told.ALL),
        ({"1": NOON - SECOND, "2": NOON}, [], Told.NOTHING),
        ({"1": NOON}, [], Told.NOTHING),
        ({}, [], Told.NOTHING),
    ],
    ids=["both", "newer", "deleted since", "an older version", "one of two", "nothing"],
)
def test_all_that_a_query_found_has_to_be_told(
    told: Mapping[str, datetime], gone: list[str], expected: Told
) -> None:
    changed = Changed(
        [record(id_, moment) for id_, moment in told.items()], [Tombstone(id_, None) for id_ in gone]
    )

    assert judge({"1": NOON, "2": NOON}, changed) is expected


def test_only_changes_since_the_last_sync_prove_something_and_not_the_newest() -> None:
    found = read()
    moments = [NOON - SECOND, NOON, CLOCK - MARGIN, CLOCK - MARGIN + SECOND]

    note(found, [record(str(place), moment) for place, moment in enumerate(moments)], CLOCK)

    assert found.evidence == {"1": NOON, "2": CLOCK - MARGIN}


def test_nothing_is_noted_where_nothing_is_left_to_prove() -> None:
    found = read(None)

    note(found, [record("1", NOON), msgspec.Raw(b'{"Id":"2"}')], CLOCK)

    assert found.evidence == {}


def test_no_more_is_noted_than_is_worth_comparing() -> None:
    found = read()

    note(found, [record(str(number), NOON) for number in range(3 * ENOUGH)], CLOCK)

    assert len(found.evidence) == ENOUGH
