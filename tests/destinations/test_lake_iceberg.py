"""What only Iceberg does: versions, hints, races, tidying; on a store in memory."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import obstore
import pyarrow as pa
import pytest
from obstore.store import MemoryStore
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table

from counterfoil.destinations.base import TableChange
from counterfoil.destinations.lake import iceberg_expire as lake_iceberg_expire
from counterfoil.destinations.lake.format import Replacement
from counterfoil.destinations.lake.iceberg import Iceberg
from counterfoil.destinations.lake.iceberg_expire import expire, files
from counterfoil.destinations.lake.iceberg_folder import FolderCatalog
from counterfoil.destinations.lake.iceberg_rest import Rest
from counterfoil.destinations.lake.iceberg_versions import Versions
from counterfoil.destinations.lake.store import Root
from counterfoil.destinations.staged import ARROW
from counterfoil.model.table import all_columns
from tests.contract.making import LINE, NOW, REALM

COLUMNS = all_columns(LINE)
SCHEMA = pa.schema([pa.field(column.name, ARROW[column.type]) for column in COLUMNS])
NO_CATALOG = {"catalog": "", "catalog_credential": "", "catalog_token": ""}
METADATA = "books/lines/metadata"


@pytest.fixture
def root() -> Root:
    store = MemoryStore()
    return Root(
        store=store, url="memory://lake", storage={}, kind="s3", bucket="lake", path="", endpoint="memory:"
    )


@pytest.fixture
def iceberg(root: Root) -> Iceberg:
    made = Iceberg(root, NO_CATALOG)
    made.ensure("books", "lines", COLUMNS)
    return made


def bring(
    iceberg: Iceberg, *ids: str, gone: tuple[str, ...] = (), text: str = "x", table: str = "lines"
) -> TableChange:
    rows = [
        {"invoice_id": id_, "index": 0, "description": text, "_realm_id": REALM, "_deleted": False}
        for id_ in ids
    ]
    brought = Replacement(
        realm_id=REALM,
        whose="invoice_id",
        newest=pa.array(ids, pa.string()),
        gone=pa.array(gone, pa.string()),
        columns=COLUMNS,
        rows=lambda: iter([pa.RecordBatch.from_pylist(rows, SCHEMA)] if rows else []),
        synced_at=NOW,
        sync_id="sync",
    )
    return iceberg.replace("books", table, brought)


def texts(iceberg: Iceberg) -> dict[str, str]:
    found = iceberg.read("books", "lines", ["invoice_id", "description"])
    return {row["invoice_id"]: row["description"] for rows in found for row in rows.to_pylist()}


def table(iceberg: Iceberg) -> Table:
    return iceberg.catalog.load_table(("books", "lines"))


def paths(root: Root) -> set[str]:
    return {each["path"] for each in root.objects("books/lines")}


def content(root: Root, path: str) -> bytes:
    return bytes(obstore.get(root.store, path).bytes())


def test_each_change_is_one_snapshot(iceberg: Iceberg) -> None:
    bring(iceberg, "1", "2", "3")

    bring(iceberg, "1", gone=("2",), text="new")

    assert [snapshot.summary.operation.value for snapshot in table(iceberg).snapshots()] == [  # type: ignore[union-attr]
        "append",
        "overwrite",
    ]


def test_a_change_that_changes_nothing_writes_nothing(iceberg: Iceberg, root: Root) -> None:
    bring(iceberg, "1", gone=("2",))
    before = paths(root)

    assert bring(iceberg, gone=("2", "3")) == TableChange(before=1, total=1, live=1)

    assert paths(root) == before


def test_of_two_who_commit_at_once_one_has_to_do_it_again_and_nothing_is_lost(
    iceberg: Iceberg, root: Root
) -> None:
    bring(iceberg, "0")
    others = [Iceberg(root, NO_CATALOG) for _ in range(6)]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(bring, others, map(str, range(1, 7))))

    assert set(texts(iceberg)) == {str(number) for number in range(7)}
    assert len(table(iceberg).snapshots()) == 7
    assert content(root, f"{METADATA}/version-hint.text") == b"8"


def test_who_knows_only_an_older_version_cannot_commit(iceberg: Iceberg) -> None:
    old = table(iceberg)
    bring(iceberg, "1")

    with pytest.raises(CommitFailedException), old.update_schema() as update:
        update.delete_column("description")

    assert texts(iceberg) == {"1": "x"}


def test_whoever_is_killed_before_the_hint_has_committed_and_the_next_who_comes_tells_readers(
    iceberg: Iceberg, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(iceberg, "1", text="old")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Versions, "_tell", killed)
        with pytest.raises(KeyboardInterrupt):
            bring(iceberg, "1", text="new")
    assert content(root, f"{METADATA}/version-hint.text") == b"2"

    assert texts(iceberg) == {"1": "new"}
    assert content(root, f"{METADATA}/version-hint.text") == b"3"


@pytest.mark.parametrize("hint", [None, b"", b"words", b"99"])
def test_a_hint_that_is_missing_or_wrong_is_made_anew(
    iceberg: Iceberg, root: Root, hint: bytes | None
) -> None:
    bring(iceberg, "1")
    path = f"{METADATA}/version-hint.text"
    obstore.delete(root.store, path) if hint is None else obstore.put(root.store, path, hint)

    assert texts(iceberg) == {"1": "x"}
    assert content(root, path) == b"2"


def test_a_commit_whose_answer_was_lost_and_that_is_sent_again_counts_as_ours(
    iceberg: Iceberg, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = obstore.put

    def twice(store: Any, path: str, *given: Any, **more: Any) -> Any:
        if path.endswith(".metadata.json"):
            put(store, path, *given, **more)
        return put(store, path, *given, **more)

    monkeypatch.setattr(obstore, "put", twice)
    bring(iceberg, "1")

    assert len(table(iceberg).snapshots()) == 1
    assert texts(iceberg) == {"1": "x"}


def test_many_small_changes_leave_few_files(iceberg: Iceberg) -> None:
    for number in range(30):
        bring(iceberg, str(number))

    now = table(iceberg)
    assert len(list(now.scan().plan_files())) == 1
    assert len(now.current_snapshot().manifests(now.io)) <= 2  # type: ignore[union-attr]
    assert len(texts(iceberg)) == 30


def test_old_versions_go_with_the_files_that_only_they_need(iceberg: Iceberg, root: Root) -> None:
    for number in range(lake_iceberg_expire.WORTH_IT + 1):
        bring(iceberg, str(number))
    obstore.put(root.store, "books/lines/data/left-by-whoever-was-killed.parquet", b"PAR1")
    before = texts(iceberg)

    assert expire(table(iceberg), datetime.now(UTC)) == 0
    assert expire(table(iceberg), datetime.now(UTC) + timedelta(days=8)) == lake_iceberg_expire.WORTH_IT

    now = table(iceberg)
    needed = {path.removeprefix("memory://lake/") for path in files(now.io, now.metadata.snapshots)}
    newest = now.metadata_location.removeprefix("memory://lake/")
    assert paths(root) == {*needed, newest, f"{METADATA}/version-hint.text"}
    assert texts(iceberg) == before
    bring(iceberg, "0", text="goes on")
    assert texts(iceberg)["0"] == "goes on"


def test_what_is_younger_stays_when_old_versions_go(
    iceberg: Iceberg, monkeypatch: pytest.MonkeyPatch, root: Root
) -> None:
    for number in range(lake_iceberg_expire.WORTH_IT + 1):
        bring(iceberg, str(number))
    before = paths(root)
    monkeypatch.setattr(FolderCatalog, "older_files", lambda *_: [])

    expire(table(iceberg), datetime.now(UTC) + timedelta(days=8))

    assert before < paths(root)


@contextmanager
def answering(config: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """A catalog that says this of itself."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            said = json.dumps(config if self.path.startswith("/v1/config") else {"namespaces": [["books"]]})
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def options(port: int, **more: Any) -> dict[str, Any]:
    given = {"catalog": "127.0.0.1", "catalog_port": port, "catalog_protocol": "http", "request_seconds": 5}
    empty = dict.fromkeys(
        (
            "catalog_path",
            "catalog_warehouse",
            "catalog_credential",
            "catalog_token",
            "catalog_scope",
        )
    )
    return {**empty, **given, **more}


def test_a_catalog_cannot_send_us_elsewhere_nor_choose_what_we_run(root: Root) -> None:
    evil = {
        "uri": "http://192.0.2.1",
        "s3.endpoint": "http://192.0.2.1",
        "py-io-impl": "antigravity.Fly",
        "auth": {"type": "custom", "impl": "antigravity.Fly"},
        "prefix": "main",
    }

    with answering({"defaults": evil, "overrides": evil}) as (port, asked):
        catalog = Rest(root, options(port, catalog_warehouse="w"))

        assert catalog.list_namespaces() == [("books",)]

    assert asked == ["/v1/config?warehouse=w", "/v1/main/namespaces"]
    assert catalog._load_file_io({"py-io-impl": "antigravity.Fly"}) is catalog._files
