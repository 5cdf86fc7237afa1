"""What BigQuery is told to run: texts are texts, whatever they hold."""

import base64
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from counterfoil.destinations.base import Landing, TableChange
from counterfoil.destinations.bigquery.script import Family, Incoming, changes, moment, name, script, text

HOSTILE = ["'", "\\", "x'; DROP TABLE y; --", "\n", "a\0b", "☕", "`", "${x}", '"']


def landing(**more: str) -> Landing:
    told = {"dataset": "d", "prefix": "", "realm_id": "1", "source": "acme", "sync_id": "s", **more}
    return Landing(started_at=datetime(2026, 11, 22, tzinfo=UTC), tables=(), batches=(), **told)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_that_could_end_itself_is_never_written_out(value: str) -> None:
    written = text(value)

    coded = re.fullmatch(r"SAFE_CONVERT_BYTES_TO_STRING\(FROM_BASE64\('([A-Za-z0-9+/=]*)'\)\)", written)
    assert coded
    assert base64.b64decode(coded[1]).decode() == value


def test_an_ordinary_text_is_written_as_it_is() -> None:
    assert text("acme 2026-11.22_+:") == "'acme 2026-11.22_+:'"
    assert text("") == "''"


def test_a_time_is_written_in_utc_to_the_microsecond() -> None:
    there = datetime(2026, 11, 22, 14, 30, 15, 123456, timezone(timedelta(hours=2)))

    assert moment(there) == "TIMESTAMP '2026-11-22 12:30:15.123456+00:00'"


def test_a_name_cannot_end_itself() -> None:
    assert name("a`b\\c") == "`a\\`b\\\\c`"


def test_nothing_is_deleted_or_marked_where_nothing_comes_or_goes() -> None:
    family = Family(tables=[Incoming(name="invoice", full="`invoice`", key="id")])

    told = script(landing(), "syncs", [family], before=TableChange())

    assert "DELETE FROM `invoice`" not in told
    assert "UPDATE" not in told


def test_a_delete_names_the_range_of_ids_so_that_most_of_a_large_table_is_passed_over() -> None:
    parent = Incoming(
        name="invoice", full="`invoice`", key="id", stage="stage", rows=2, values={"id": "`id`"}
    )
    family = Family(tables=[parent], newest="stage", first="1042", last="1077")

    told = script(landing(), "syncs", [family], before=TableChange())

    assert "DELETE FROM `invoice` WHERE `_realm_id` = '1' AND `id` BETWEEN '1042' AND '1077'" in told


def test_many_tables_are_counted_by_several_statements() -> None:
    families = [Family(tables=[Incoming(name=f"t{n}", full=f"`t{n}`", key="id")]) for n in range(40)]

    told = script(landing(), "syncs", families, before=None)

    assert len(re.findall(r"^SET after_", told, re.MULTILINE)) == 3
    assert "INSERT INTO syncs" not in told  # it is not the last one


@pytest.mark.parametrize(
    ("rows", "out", "gone", "total", "change"),
    [
        (3, 0, 0, 3, TableChange(inserted=3, total=3, live=3)),
        (1, 2, 0, 4, TableChange(updated=1, deleted=1, before=5, total=4, live=3)),
        (2, 1, 1, 9, TableChange(inserted=1, updated=1, deleted=1, before=8, total=9, live=3)),
        (0, 0, 2, 2, TableChange(deleted=2, before=2, total=2, live=3)),
    ],
)
def test_what_was_counted_tells_what_changed(
    rows: int, out: int, gone: int, total: int, change: TableChange
) -> None:
    table = Incoming(name="invoice", full="`invoice`", key="id", rows=rows)

    row = {"out_0": out, "gone_0": gone, "total_0": total, "live_0": 3}
    assert changes([table], row) == {"invoice": change}
