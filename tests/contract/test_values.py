"""Every kind keeps every value as it was read; what it cannot hold it declares."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.model.table import Column, ColumnType
from tests.contract.conftest import Land
from tests.contract.place import Place

LARGEST = Decimal("99999999999999999999999999999.999999999")
SMALLEST = Decimal("0.000000001")
VALUES: dict[str, list[Any]] = {
    "total": [
        *(
            LARGEST,
            Decimal(f"-{LARGEST}"),
            SMALLEST,
            -SMALLEST,
            Decimal(0),
            Decimal("12345678901234567890.123456789"),
        ),
        *(Decimal("9223372036.854775807"), Decimal("9223372036.854775808"), Decimal("-9223372036.854775808")),
        *(Decimal("0.1"), Decimal("-19.99"), Decimal(1000), Decimal("10000.00001"), Decimal("99990000.5")),
    ],
    "copies": [0, 1, -1, 2**63 - 1, -(2**63)],
    "paid": [True, False],
    "due_date": [date(1, 1, 1), date(1900, 2, 28), date(1999, 12, 31), date(2000, 1, 1), date(9999, 12, 31)],
    "updated_at": [
        datetime(2026, 11, 20, 8, 0, 0, 654321, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
    "address": [
        '{"b": 1, "a": [12345678901234567890.123456789, 1e400, "\\u0000 \\ud83d\\ude00"], "b": 2}',
        "[]",
        '""',
        "null",
    ],
    "memo": [
        *(
            "",
            " ",
            "NULL",
            "\\N",
            "\\.",
            "a\n\\.\nb",
            "\r\n\t",
            ",\"'`;--",
            "{}",
            "%s $1 ?",
            "e\u0301",
            "\ufeff",
        ),
        *("'; DROP TABLE invoice; --", "\u202egnp.exe", "x" * 3_000_000, "\U0001f4b8" * 1000),
    ],
}


def fitting(place: Place, values: list[Any]) -> list[Any]:
    """Those that are no longer than the kind says it holds."""
    longest = place.kind.capabilities.longest_text
    return [
        value
        for value in values
        if not (longest and isinstance(value, str) and len(value.encode()) > longest)
    ]


@pytest.mark.parametrize("name", VALUES)
def test_each_value_comes_back_as_it_was_and_null_stays_null(
    place: Place, land: Land, dataset: str, name: str
) -> None:
    values = [None, *fitting(place, VALUES[name]), None]

    for _ in range(2):
        land(*({"id": f"{number:03}", name: value} for number, value in enumerate(values)))

        rows = sorted(place.rows(dataset, "invoice"), key=lambda row: row["id"])
        assert [row[name] for row in rows] == values


@pytest.mark.parametrize("name", VALUES)
def test_a_column_without_a_null_comes_as_exact(place: Place, land: Land, dataset: str, name: str) -> None:
    values = [
        value for value in fitting(place, VALUES[name]) if name != "total" or abs(value) < 9_000_000_000
    ]

    land(*({"id": f"{number:03}", name: value} for number, value in enumerate(values)))

    rows = sorted(place.rows(dataset, "invoice"), key=lambda row: row["id"])
    assert [row[name] for row in rows] == values


def test_all_of_unicode_is_kept_but_for_what_the_kind_declares(
    place: Place, land: Land, dataset: str
) -> None:
    points = [*range(0xD800), *range(0xE000, 0x110000)]
    texts = ["".join(map(chr, points[start : start + 5000])) for start in range(0, len(points), 5000)]

    land(*({"id": str(number), "memo": text} for number, text in enumerate(texts)))

    found = {row["id"]: row["memo"] for row in place.rows(dataset, "invoice")}
    texts[0] = texts[0].replace("\0", place.kind.capabilities.instead_of_nul)
    assert [found[str(number)] for number in range(len(texts))] == texts


def test_an_id_with_a_character_that_the_kind_lacks_is_updated_deleted_and_looked_up_all_the_same(
    place: Place, land: Land, dataset: str
) -> None:
    land({"id": "a\0b", "lines": [{"description": "x\0"}]}, {"id": "c"})
    land({"id": "a\0b", "memo": "new"})
    land(deleted=["a\0b"])

    rows = {row["id"]: row for row in place.rows(dataset, "invoice")}
    kept = "a\0b".replace("\0", place.kind.capabilities.instead_of_nul)
    assert set(rows) == {kept, "c"}
    assert (rows[kept]["memo"], rows[kept]["_deleted"], rows["c"]["_deleted"]) == ("new", True, False)
    assert place.rows(dataset, "invoice_line") == []


def test_a_kind_has_a_type_for_every_column(place: Place) -> None:
    assert set(place.kind.capabilities.types) == set(ColumnType)
    assert Column(name="x", type=ColumnType.JSON).type in place.kind.capabilities.types
