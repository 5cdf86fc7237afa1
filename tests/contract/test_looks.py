"""Every kind shows rows as they stand, a page at a time along the key."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.destinations.base import Glance, Seen
from counterfoil.errors import NotFound
from counterfoil.model.table import Column, ColumnType, all_columns
from tests.contract.conftest import Land
from tests.contract.making import INVOICE, REALM
from tests.contract.place import Place

COLUMNS = all_columns(INVOICE)
KEY = tuple(column for name in ("_realm_id", "id") for column in COLUMNS if column.name == name)


def looked(place: Place, dataset: str, **more: Any) -> Seen:
    asked = {"dataset": dataset, "table": "invoice", "columns": COLUMNS, "key": KEY, **more}
    return place.open().look(Glance(**asked))


def ids(seen: Seen) -> list[str]:
    return [row[0] for row in seen.rows]


def test_values_are_exact_and_null_stays_null(place: Place, land: Land, dataset: str) -> None:
    record = {
        "id": "1",
        "memo": "a\nb",
        "total": Decimal("12345678901234567890.123456789"),
        "copies": 3,
        "paid": False,
        "due_date": date(2026, 11, 20),
        "updated_at": datetime(2026, 11, 20, 6, 0, 0, 654321, tzinfo=UTC),
        "address": '{"b":1,"a":1.10}',
    }
    land(record, {"id": "2"})

    first, second = looked(place, dataset, columns=INVOICE.columns).rows

    assert first == tuple(record.values())
    assert second == ("2", *[None] * 7)


def test_pages_go_forth_and_back_with_9_before_10(place: Place, land: Land, dataset: str) -> None:
    land(*({"id": str(number)} for number in range(1, 13)))

    assert ids(looked(place, dataset, limit=3)) == ["1", "2", "3"]
    assert ids(looked(place, dataset, limit=3, beyond=(REALM, "8"))) == ["9", "10", "11"]
    assert ids(looked(place, dataset, limit=3, beyond=(REALM, "10"), back=True)) == ["7", "8", "9"]
    assert ids(looked(place, dataset, beyond=(REALM, "12"))) == []
    assert ids(looked(place, dataset, beyond=(REALM, "0'; DROP TABLE invoice; --"))) == []
    assert len(ids(looked(place, dataset))) == 12


def test_a_column_that_the_table_does_not_have_yet_is_left_out(
    place: Place, land: Land, dataset: str
) -> None:
    land({"id": "1"})
    later = Column(name="came_later", type=ColumnType.TEXT)

    assert later not in looked(place, dataset, columns=(*COLUMNS, later)).columns


def test_what_is_not_there_is_told(place: Place, land: Land, dataset: str) -> None:
    with pytest.raises(NotFound):
        looked(place, dataset)
    land({"id": "1"})
    with pytest.raises(NotFound, match="bill"):
        looked(place, dataset, table="bill")
