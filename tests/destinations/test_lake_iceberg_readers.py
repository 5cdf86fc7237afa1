"""Iceberg tables that describe themselves, read by DuckDB: by the hint in their folder."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.destinations.lake.iceberg import Iceberg
from counterfoil.destinations.lake.open import root_of
from tests.destinations.test_lake_iceberg import COLUMNS, bring, options
from tests.emulators import environment
from tests.seaweed import BUCKET, KEY, SECRET, Seaweed, running_seaweed

pytestmark = pytest.mark.kinds

EXTENSIONS = ("avro", "httpfs", "iceberg")
REQUIREMENTS = ("duckdb==1.5.5", *(f"duckdb-extension-{name}==1.5.5" for name in EXTENSIONS))
"""Ours is newer than the extension, which cannot be had for it."""

READ = """
import json, sys
from importlib.resources import files
import duckdb
folder, secret, *extensions = sys.argv[1:]
connection = duckdb.connect()
for name in extensions:
    path = files(f"duckdb_extension_{name}") / "extensions" / "v1.5.5" / f"{name}.duckdb_extension"
    connection.execute(f"LOAD '{path}'")
connection.execute(f"CREATE SECRET (TYPE s3, {secret})")
rows = connection.execute(f"SELECT invoice_id, description, _deleted FROM iceberg_scan('{folder}') ORDER BY 1")
print(json.dumps(rows.fetchall()))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Seaweed]:
    with running_seaweed() as running:
        yield running


def in_duckdb(server: Seaweed, folder: str) -> list[list[object]]:
    python = environment("duckdb-iceberg", REQUIREMENTS)
    secret = f"KEY_ID '{KEY}', SECRET '{SECRET}', ENDPOINT '127.0.0.1:{server.port}', USE_SSL false, URL_STYLE 'path'"
    asked: list[str | Path] = [python, "-c", READ, folder, secret, *EXTENSIONS]
    told = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=120)
    rows: list[list[object]] = json.loads(told.stdout)
    return rows


def test_duckdb_finds_each_state_of_a_table_by_its_folder(server: Seaweed) -> None:
    given = options(0, catalog="") | {
        "bucket": BUCKET,
        "path": "read",
        "region": "us-east-1",
        "host": "127.0.0.1",
        "port": server.port,
        "protocol": "http",
        "access_key_id": KEY,
        "secret_access_key": SECRET,
        "retry_seconds": 2,
    }
    iceberg = Iceberg(root_of("s3", given), given)
    iceberg.ensure("books", "a line?", COLUMNS)

    bring(iceberg, "1", "2", "3", table="a line?", text="old ☕")
    bring(iceberg, "1", gone=("2",), table="a line?", text="new")

    folder = f"s3://{BUCKET}/read/{iceberg.root.place('books', 'a line?')}"
    assert in_duckdb(server, folder) == [["1", "new", False], ["2", "old ☕", True], ["3", "old ☕", False]]
