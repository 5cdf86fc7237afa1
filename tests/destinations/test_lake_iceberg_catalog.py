"""Iceberg tables in a real catalog over REST: the one that SeaweedFS has for buckets of tables."""

from collections.abc import Iterator
from typing import Any

import pytest
from pyiceberg.catalog.rest import RestCatalog

from counterfoil.destinations.base import TableChange
from counterfoil.destinations.lake.iceberg import Iceberg
from counterfoil.destinations.lake.open import root_of
from counterfoil.errors import CounterfoilError, WarehouseFailed, WarehouseRefused
from tests.destinations.test_lake_iceberg import COLUMNS, bring, options, texts
from tests.seaweed import KEY, SECRET, Seaweed, running_seaweed

pytestmark = pytest.mark.kinds
BUCKET = "tables"


@pytest.fixture(scope="module")
def server() -> Iterator[Seaweed]:
    with running_seaweed() as running:
        running.tell(f"s3tables.bucket -create -name {BUCKET} -account 000000000000\n")
        yield running


@pytest.fixture
def given(server: Seaweed) -> dict[str, Any]:
    reached = {
        "bucket": BUCKET,
        "path": "",
        "region": "us-east-1",
        "host": "127.0.0.1",
        "port": server.port,
        "protocol": "http",
        "access_key_id": KEY,
        "secret_access_key": SECRET,
        "retry_seconds": 2,
    }
    credential = f"{KEY}:{SECRET}"
    warehouse = f"s3://{BUCKET}"
    return reached | options(server.catalog, catalog_credential=credential, catalog_warehouse=warehouse)


def opened(given: dict[str, Any], **more: Any) -> Iceberg:
    return Iceberg(root_of("s3", given | more), given | more)


def test_tables_are_made_changed_looked_at_and_dropped_as_the_catalog_knows_them(
    given: dict[str, Any], server: Seaweed
) -> None:
    iceberg = opened(given)
    assert iceberg.names("books") == []

    iceberg.ensure("books", "lines", COLUMNS[:3])
    iceberg.ensure("books", "lines", COLUMNS)
    bring(iceberg, "1", "2", text="old")
    changed = bring(opened(given), "1", gone=("2",), text="new")

    assert changed == TableChange(updated=1, deleted=1, before=2, total=2, live=1)
    assert texts(iceberg) == {"1": "new", "2": "old"}
    assert (iceberg.names("books"), iceberg.rows("books", "lines")) == (["lines"], 2)
    assert seen_by_others(server) == {"1": False, "2": True}
    iceberg.drop("books", "lines")
    assert iceberg.names("books") == []


def seen_by_others(server: Seaweed) -> dict[str, bool]:
    theirs = RestCatalog(
        "theirs",
        **{
            "uri": f"http://127.0.0.1:{server.catalog}",
            "warehouse": f"s3://{BUCKET}",
            "credential": f"{KEY}:{SECRET}",
            "s3.endpoint": f"http://127.0.0.1:{server.port}",
            "s3.access-key-id": KEY,
            "s3.secret-access-key": SECRET,
        },
    )
    rows = theirs.load_table(("books", "lines")).scan().to_arrow().to_pylist()
    return {row["invoice_id"]: row["_deleted"] for row in rows}


@pytest.mark.parametrize(
    ("wrong", "kind", "words"),
    [
        ({"catalog_credential": f"{KEY}:not-the-secret"}, WarehouseRefused, "catalog_credential"),
        ({"catalog_port": 1}, WarehouseFailed, "catalog could not be used"),
    ],
)
def test_a_catalog_that_cannot_be_used_is_told_without_the_secret(
    given: dict[str, Any], wrong: dict[str, Any], kind: type[CounterfoilError], words: str
) -> None:
    with pytest.raises(kind, match=words) as failed:
        opened(given, **wrong).ensure("books", "lines", COLUMNS)

    assert failed.value.do
    assert "not-the-secret" not in str(failed.value)


def test_a_name_that_the_catalog_does_not_allow_is_told(given: dict[str, Any]) -> None:
    with pytest.raises(WarehouseRefused, match="must start with a letter"):
        opened(given).ensure("books", "_lines", COLUMNS)
