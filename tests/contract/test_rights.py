"""A right that is missing is named with the very statement that gives it; names that a kind keeps are refused."""

import pytest

from counterfoil.actions.rules import dataset_reserved
from counterfoil.destinations.base import Destination, Landing, in_silence
from counterfoil.errors import WarehouseRefused
from counterfoil.model.table import ColumnType, Table
from tests.contract.conftest import Land
from tests.contract.making import Bringing, columns
from tests.contract.place import Ability, Place, need

RUN = "Run: "


def granted(place: Place, clerk: Destination, landing: Landing) -> list[str]:
    """Load, and do what the errors say until it works."""
    said: list[str] = []
    while len(said) < 5:
        try:
            clerk.load(landing, waiting=in_silence)
        except WarehouseRefused as refused:
            said.append(refused.do.removeprefix(RUN))
            place.grant(said[-1])
        else:
            return said
    raise AssertionError(said)


def clerk_of(place: Place, dataset: str, *, schema: bool) -> Destination:
    need(place, Ability.RIGHTS)
    return place.forbidden(dataset, schema=schema)


def test_whoever_may_not_make_a_dataset_is_told_the_grant_that_helps(
    place: Place, bringing: Bringing, dataset: str
) -> None:
    clerk = clerk_of(place, dataset, schema=False)

    said = granted(place, clerk, bringing.landing(bringing.batch({"id": "1"})))

    assert len(said) == 1
    assert len(place.rows(dataset, "invoice")) == 1


def test_whoever_may_not_write_or_widen_tables_is_told_the_grant_that_helps(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    land({"id": "1"})
    clerk = clerk_of(place, dataset, schema=True)

    assert (
        len(granted(place, clerk, bringing.landing(bringing.batch({"id": "1", "memo": "by the clerk"})))) == 1
    )
    assert [row["memo"] for row in place.rows(dataset, "invoice")] == ["by the clerk"]

    later = columns(id=ColumnType.TEXT, class_name=ColumnType.TEXT)
    bringing.table = Table(name="invoice", columns=later)
    assert (
        len(granted(place, clerk, bringing.landing(bringing.batch({"id": "1", "class_name": "East"})))) == 1
    )


def test_the_steps_of_a_test_stop_where_the_right_is_missing_and_name_the_grant(
    place: Place, dataset: str
) -> None:
    clerk = clerk_of(place, dataset, schema=False)
    worked: list[None] = []

    with pytest.raises(WarehouseRefused, match=f"{RUN}GRANT"):
        worked.extend(clerk.prove(dataset))

    assert 0 < len(worked) < len(place.kind.steps)


def test_a_test_takes_each_of_its_steps_and_leaves_nothing_behind(
    place: Place, land: Land, dataset: str
) -> None:
    assert len(list(place.open().prove(dataset))) == len(place.kind.steps)
    assert place.tables(dataset) == {}

    land({"id": "1"})
    before = place.tables(dataset)
    list(place.open().prove(dataset))

    assert place.tables(dataset) == before


@pytest.mark.parametrize(
    "name",
    [
        "select",
        "user",
        "order",
        "public",
        "main",
        "temp",
        "_x",
        "pg_mine",
        "pg_catalog",
        "information_schema",
        "z" * 63,
    ],
)
def test_a_dataset_may_have_any_name_but_those_that_the_kind_says_it_keeps(
    place: Place, bringing: Bringing, name: str
) -> None:
    if dataset_reserved(name, place.kind):
        return
    if name in ("main", "pg_catalog", "pg_mine"):
        need(place, Ability.CATALOG)
    landing = bringing.landing(bringing.batch({"id": "1"}), dataset=name)

    place.open().load(landing, waiting=in_silence)

    assert len(place.rows(name, "invoice")) == 1
    assert place.open().tables(name)["invoice"] == 1


def test_the_longest_name_that_a_kind_declares_is_kept_whole(
    place: Place, bringing: Bringing, land: Land, dataset: str
) -> None:
    need(place, Ability.NAMES)
    for letter in "ab":  # cut short, the two would be one
        name = "x" * (place.kind.capabilities.longest_name - 1) + letter
        bringing.table = Table(name=name, columns=columns(id=ColumnType.TEXT, **{name: ColumnType.TEXT}))
        land({"id": "1", name: letter})

        assert [row[name] for row in place.rows(dataset, name)] == [letter]
