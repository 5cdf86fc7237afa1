"""Every kind that speaks SQL keeps views beside the tables, and answers questions exactly."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from counterfoil.destinations.base import in_silence
from counterfoil.errors import WarehouseFailed, WarehouseRefused
from counterfoil.model.view import View
from tests.contract.conftest import Land
from tests.contract.making import Bringing
from tests.contract.place import Ability, Place, need


def view(place: Place, dataset: str, name: str, columns: str, of: str = "invoice") -> View:
    words = place.kind.capabilities
    listed = ", ".join(words.quoted(column) for column in columns.split())
    return View(name=name, sql=f"SELECT {listed} FROM {words.full(dataset, of)}")


def asked(place: Place, dataset: str, name: str, columns: str, where: str = "", *values: object) -> object:
    words = place.kind.capabilities
    listed = ", ".join(words.quoted(column) for column in columns.split())
    sql = f"SELECT {listed} FROM {words.full(dataset, name)}{where} ORDER BY 1"
    return place.open().query(dataset, sql, values)


def test_values_of_a_view_are_exact(place: Place, land: Land, dataset: str) -> None:
    need(place, Ability.VIEWS)
    record = {
        "id": "1",
        "total": Decimal("12345678901234567890.123456789"),
        "copies": 3,
        "due_date": date(2026, 11, 20),
        "updated_at": datetime(2026, 11, 20, 6, 0, 0, 654321, tzinfo=UTC),
        "memo": "a 'b' ? \"c\"",
    }
    land(record, {"id": "2"})
    columns = " ".join(record)

    place.open().define(dataset, [view(place, dataset, "seen", columns)])

    assert asked(place, dataset, "seen", columns) == [
        tuple(record.values()),
        ("2", None, None, None, None, None),
    ]
    assert asked(place, dataset, "seen", "id", " WHERE memo = ?", record["memo"]) == [("1",)]


def test_views_stand_on_views_and_are_replaced_and_taken_away(place: Place, land: Land, dataset: str) -> None:
    need(place, Ability.VIEWS)
    need(place, Ability.REWORDING)
    need(place, Ability.CHECKING)
    land({"id": "1", "copies": 3})
    lower = view(place, dataset, "lower", "id copies")
    place.open().define(dataset, [lower, view(place, dataset, "upper", "copies", "lower")])

    others = [view(place, dataset, "lower", "copies id"), view(place, dataset, "upper", "id", "lower")]
    place.open().define(dataset, others, gone=["nobody_knows_it"])

    assert asked(place, dataset, "upper", "id") == [("1",)]
    place.open().define(dataset, [lower], gone=["upper", "invoice"])  # the latter is no view, and stays
    assert asked(place, dataset, "lower", "copies") == [(3,)]
    assert asked(place, dataset, "invoice", "id") == [("1",)]
    with pytest.raises((WarehouseRefused, WarehouseFailed)):
        asked(place, dataset, "upper", "id")


def test_views_are_no_tables_and_do_not_stand_in_the_way_of_a_load(
    place: Place, land: Land, dataset: str, bringing: Bringing
) -> None:
    need(place, Ability.VIEWS)
    land({"id": "1"})
    place.open().define(dataset, [view(place, dataset, "seen", "id memo")])
    place.drop_column(dataset, "invoice", "copies")  # so that the next load makes it anew

    place.open().load(
        bringing.landing(bringing.batch({"id": "2", "memo": "new", "copies": 1})), waiting=in_silence
    )

    assert "seen" not in place.open().tables(dataset)
    assert asked(place, dataset, "seen", "id memo") == [("1", None), ("2", "new")]


def test_one_that_cannot_be_made_is_named_and_the_others_stay(place: Place, land: Land, dataset: str) -> None:
    need(place, Ability.VIEWS)
    need(place, Ability.CHECKING)
    land({"id": "1"})
    place.open().define(dataset, [view(place, dataset, "first", "id")])

    with pytest.raises(WarehouseRefused, match="second"):
        place.open().define(dataset, [view(place, dataset, "second", "nothing_like_it")])

    assert asked(place, dataset, "first", "id") == [("1",)]


def test_views_stand_in_a_dataset_of_their_own(place: Place, land: Land, dataset: str) -> None:
    need(place, Ability.VIEWS)
    need(place, Ability.CHECKING)
    land({"id": "1", "copies": 3})
    beside = f"{dataset}_beside"
    words = place.kind.capabilities
    sql = f"SELECT {words.quoted('copies')} FROM {words.quoted(dataset)}.{words.quoted('invoice')}"

    place.open().define(beside, [View(name="invoice", sql=sql)])

    assert asked(place, beside, "invoice", "copies") == [(3,)]
    place.open().define(beside, [], gone=["invoice"])
    with pytest.raises((WarehouseRefused, WarehouseFailed)):
        asked(place, beside, "invoice", "copies")


def test_a_question_changes_nothing(place: Place, land: Land, dataset: str) -> None:
    need(place, Ability.ASKING_ONLY)
    land({"id": "1"})

    with pytest.raises((WarehouseRefused, WarehouseFailed)):
        place.open().query(dataset, f"DELETE FROM {place.kind.capabilities.full(dataset, 'invoice')}")

    assert asked(place, dataset, "invoice", "id") == [("1",)]
