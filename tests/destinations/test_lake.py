"""What only lakes do: keep to their keys, refuse what they must not write, and lose nothing to who comes between."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from deltalake import DeltaTable

from counterfoil.destinations.base import in_silence
from counterfoil.destinations.lake.kind import S3
from counterfoil.errors import WarehouseRefused
from tests.contract.lake_place import DeltaPlace
from tests.contract.making import Bringing
from tests.seaweed import CLERK, CLERKS_SECRET, SECRET, Seaweed, running_seaweed

BOOKS = "books"
pytestmark = pytest.mark.kinds


@pytest.fixture(scope="module")
def seaweed() -> Iterator[Seaweed]:
    with running_seaweed() as server:
        yield server


@pytest.fixture
def place(seaweed: Seaweed) -> DeltaPlace:
    return DeltaPlace(seaweed, "delta")


@pytest.fixture
def bringing(tmp_path: Path) -> Bringing:
    return Bringing(folder=tmp_path, dataset=BOOKS)


def test_whoever_may_not_write_is_told_what_to_allow(place: DeltaPlace, bringing: Bringing) -> None:
    clerk = place.open(access_key_id=CLERK, secret_access_key=CLERKS_SECRET)

    with pytest.raises(WarehouseRefused) as refused:
        clerk.load(bringing.landing(bringing.batch({"id": "1"})), waiting=in_silence)

    assert "s3:PutObject" in refused.value.do
    assert f"arn:aws:s3:::books/{place.path}/*" in refused.value.do


def test_a_key_that_is_not_known_is_told_without_the_key(place: DeltaPlace, bringing: Bringing) -> None:
    for wrong in ({"access_key_id": "nobody"}, {"secret_access_key": "not-the-secret"}):
        with pytest.raises(WarehouseRefused, match="does not know the key") as refused:
            place.open(**wrong).load(bringing.landing(), waiting=in_silence)

        assert SECRET not in str(refused.value)
        assert "not-the-secret" not in str(refused.value)


@pytest.mark.parametrize("option", ["bucket", "region", "host", "path"])
@pytest.mark.parametrize("value", ["evil.example/#", "a@b", "x y", "../up", "a?b"])
def test_no_option_can_become_another_address(option: str, value: str) -> None:
    given = {"bucket": "books", "access_key_id": "key", "secret_access_key": "secret"}

    with pytest.raises(WarehouseRefused):
        S3.open({**given, option: value}).tables(BOOKS)


def test_a_table_whose_rules_we_would_break_is_refused(place: DeltaPlace, bringing: Bringing) -> None:
    landing = bringing.landing(bringing.batch({"id": "1"}))
    place.open().load(landing, waiting=in_silence)
    url = f"s3://{place.folder(BOOKS, 'invoice')}"
    DeltaTable(url, storage_options=place.storage()).alter.add_constraint({"short": "id <> '2'"})

    with pytest.raises(WarehouseRefused, match="invoice"):
        place.open().load(landing, waiting=in_silence)
