"""What only the lake in Google's store does: sign by a service account's key, and meet objects that are gone."""

import json
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest

from counterfoil.destinations.base import in_silence
from counterfoil.destinations.lake.kind import GCS
from counterfoil.destinations.lake.open import root_of
from counterfoil.errors import WarehouseRefused
from tests.contract.gcs_place import CLERK, OWNER, Cloud, GoogleDelta, account_key, running_cloud
from tests.contract.making import Bringing

STRANGER = "stranger@books.iam.gserviceaccount.com"
pytestmark = pytest.mark.kinds


@pytest.fixture(scope="module")
def google() -> Iterator[Cloud]:
    with running_cloud() as server:
        yield server


@pytest.fixture
def place(google: Cloud) -> GoogleDelta:
    return GoogleDelta(google, "delta")


@pytest.fixture
def bringing(tmp_path: Path) -> Bringing:
    return Bringing(folder=tmp_path, dataset="books")


def test_whoever_may_not_write_is_told_what_to_grant(place: GoogleDelta, bringing: Bringing) -> None:
    clerk = place.open(service_account_key=account_key(CLERK))

    with pytest.raises(WarehouseRefused, match=r"objects.create") as refused:
        clerk.load(bringing.landing(bringing.batch({"id": "1"})), waiting=in_silence)

    assert "roles/storage.objectUser" in refused.value.do


def test_a_key_that_is_not_known_is_told_without_the_key(place: GoogleDelta, bringing: Bringing) -> None:
    forged = json.loads(account_key(STRANGER)) | {"client_email": OWNER}
    for wrong in (account_key(STRANGER), json.dumps(forged)):
        with pytest.raises(WarehouseRefused, match="does not know the key") as refused:
            place.open(service_account_key=wrong).load(bringing.landing(), waiting=in_silence)

        assert "PRIVATE KEY" not in str(refused.value)
        assert json.loads(wrong)["private_key"].splitlines()[1] not in str(refused.value)


def test_a_bucket_that_is_not_there_is_named(place: GoogleDelta, bringing: Bringing) -> None:
    with pytest.raises(WarehouseRefused, match="there is no bucket nowhere"):
        place.open(bucket="nowhere").load(bringing.landing(), waiting=in_silence)


@pytest.mark.parametrize(
    "key", ["{", "[]", '"text"', "{}", '{"client_email": "a@b"}', '{"type": "authorized_user"}']
)
def test_what_is_no_service_accounts_key_is_refused(key: str) -> None:
    with pytest.raises(WarehouseRefused, match="service_account_key"):
        GCS.open({"bucket": "books", "service_account_key": key}).tables("books")


def test_no_key_leads_the_signature_elsewhere(place: GoogleDelta, bringing: Bringing) -> None:
    leading = json.loads(account_key(OWNER)) | {"gcs_base_url": "http://127.0.0.1:9", "disable_oauth": True}
    warehouse = place.open(service_account_key=json.dumps(leading))

    warehouse.load(bringing.landing(bringing.batch({"id": "1"})), waiting=in_silence)

    assert [row["id"] for row in place.rows("books", "invoice")] == ["1"]


def test_what_somebody_else_took_away_keeps_nothing_from_being_taken_away(place: GoogleDelta) -> None:
    options = {option.name: option.default for option in GCS.options}
    root = root_of(
        "gcs", {**options, **place.options, "port": place.port, "retry_seconds": 2, "request_seconds": 9}
    )
    names = [f"some/{number}" for number in range(40)]
    for name in names[1:]:
        obstore.put(root.store, name, b"x")

    root.delete(names)

    assert root.objects("some") == []
