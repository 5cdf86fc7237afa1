"""What is BigQuery's own: what its script does when it fails or is stopped, and what is left of a load."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("google.cloud.bigquery")

import requests
from google.api_core import exceptions as api

from counterfoil.destinations.base import Destination, in_silence
from counterfoil.destinations.bigquery import landing as bigquery_landing
from counterfoil.destinations.bigquery.connect import Carrier
from counterfoil.destinations.bigquery.kind import KIND
from counterfoil.destinations.bigquery.script import script
from counterfoil.destinations.bigquery.tables import STAGE
from counterfoil.destinations.merge import SYNCS
from counterfoil.errors import (
    Cancelled,
    WarehouseBusy,
    WarehouseFailed,
    WarehouseRefused,
)
from counterfoil.model.table import Table
from counterfoil.stop import Stop
from tests.contract.bigquery_place import PROJECT, BigQueryPlace, running_emulator
from tests.contract.making import INVOICE, Bringing

pytestmark = pytest.mark.kinds
BOOKS = "books"
LINES = [{"description": "pump"}, {"description": "hose"}]


@pytest.fixture(scope="module")
def module_place() -> Iterator[BigQueryPlace]:
    with running_emulator() as port:
        yield BigQueryPlace(port)


@pytest.fixture
def place(module_place: BigQueryPlace) -> Iterator[BigQueryPlace]:
    yield module_place
    module_place.client.delete_dataset(f"{PROJECT}.{BOOKS}", delete_contents=True, not_found_ok=True)


@pytest.fixture
def bringing(tmp_path: Path) -> Bringing:
    return Bringing(folder=tmp_path, dataset=BOOKS)


def load(warehouse: Destination, bringing: Bringing, *records: dict[str, Any], **more: Any) -> Any:
    told = {"waiting": in_silence, **more}
    return warehouse.load(bringing.landing(bringing.batch(*records)), **told)


def memos(place: BigQueryPlace) -> list[str]:
    return sorted(row["memo"] for row in place.rows(BOOKS, "invoice"))


def failing_at(statement: int, begun: list[str]) -> Callable[..., str]:
    """Write scripts that fail before their nth statement; `begun` are all that could fail."""

    def failing(*told: Any, **more: Any) -> str:
        lines = script(*told, **more).split("\n")
        places = [place for place, line in enumerate(lines) if re.match("IF|INSERT|SET|COMMIT", line)]
        begun[:] = [lines[place] for place in places]
        lines.insert(places[statement], "SELECT ERROR('it failed');")
        return "\n".join(lines)

    return failing


def test_a_script_that_fails_at_any_statement_changes_nothing(
    place: BigQueryPlace, bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(place.open(), bringing, {"id": "1", "memo": "old", "lines": LINES}, {"id": "2", "memo": "old"})
    before, begun = place.contents(BOOKS), ["first"]
    landing = bringing.landing(bringing.batch({"id": "1", "memo": "new", "lines": LINES[:1]}, deleted=["2"]))

    for statement in count():
        if statement == len(begun):
            break
        with monkeypatch.context() as patch:
            patch.setattr(bigquery_landing, "script", failing_at(statement, begun))
            with pytest.raises(WarehouseRefused, match="it failed"):
                place.open().load(landing, waiting=in_silence)
        assert place.contents(BOOKS) == before, begun[statement]

    place.open().load(landing, waiting=in_silence)
    assert len(begun) == 11
    assert {row["id"]: row["_deleted"] for row in place.rows(BOOKS, "invoice")} == {"1": False, "2": True}


def test_readers_see_the_state_before_until_the_script_has_run(
    place: BigQueryPlace, bringing: Bringing
) -> None:
    load(place.open(), bringing, {"id": "1", "memo": "old"})
    seen: list[list[str]] = []

    load(place.open(), bringing, {"id": "1", "memo": "new"}, assure=lambda: seen.append(memos(place)))

    assert seen == [["old"]]
    assert memos(place) == ["new"]


def test_stages_expire_by_themselves_and_are_gone_after_a_load(
    place: BigQueryPlace, bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    send = Carrier.send

    def noting(carrier: Carrier, request: requests.PreparedRequest, *args: Any, **more: Any) -> Any:
        if request.method == "POST" and str(request.url).partition("?")[0].endswith("/tables"):
            made.append(
                json.loads(
                    str(request.body, "utf-8") if isinstance(request.body, bytes) else str(request.body)
                )
            )
        return send(carrier, request, *args, **more)

    monkeypatch.setattr(Carrier, "send", noting)
    load(place.open(), bringing, {"id": "1", "lines": LINES})

    stages = [each for each in made if each["tableReference"]["tableId"].startswith(STAGE)]
    late = (datetime.now(UTC) + timedelta(hours=12)).timestamp() * 1000
    assert [0 < int(each["expirationTime"]) <= late for each in stages] == [True, True]
    left = {each.table_id for each in place.client.list_tables(f"{PROJECT}.{BOOKS}")}
    assert left == {"invoice", "invoice_line", SYNCS}


def test_tables_are_laid_out_by_the_ids_of_their_records(place: BigQueryPlace, bringing: Bringing) -> None:
    load(place.open(), bringing)

    fields = {
        table: place.client.get_table(f"{PROJECT}.{BOOKS}.{table}").clustering_fields
        for table in ("invoice", "invoice_line")
    }
    assert fields == {"invoice": ["_realm_id", "id"], "invoice_line": ["_realm_id", "invoice_id"]}


def test_a_sync_is_few_requests_and_one_that_brings_nothing_is_two_queries(
    place: BigQueryPlace, bringing: Bringing
) -> None:
    load(place.open(), bringing, {"id": "1", "lines": LINES})

    with place.cut_at(1000) as begun:
        place.open().load(bringing.landing(), waiting=in_silence)
    assert len([each for each in begun if re.search(r"/(?:queries|jobs)\b", each)]) == len(begun) == 2

    with place.cut_at(1000) as begun:
        load(place.open(), bringing, {"id": "1", "lines": LINES})
    assert (
        len([each for each in begun if each.startswith("POST") and "upload" not in each]) == 4
    )  # and two stages


def test_a_landing_of_more_tables_than_a_transaction_holds_is_signed_once_at_its_end(
    place: BigQueryPlace, bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bigquery_landing, "MOST_TABLES", 2)
    other = Table(name="bill", columns=INVOICE.columns)
    first = bringing.batch({"id": "1", "lines": LINES})
    bringing.table = other
    second = bringing.batch({"id": "7"})
    signed_before: list[int] = []
    tables = [*INVOICE.family(), other]

    changes = place.open().load(
        bringing.landing(first, second, tables=tables),
        waiting=in_silence,
        assure=lambda: signed_before.append(len(place.rows(BOOKS, SYNCS))),
    )

    assert signed_before == [0, 0]
    assert {name: change.inserted for name, change in changes.items()} == {
        "invoice": 1,
        "invoice_line": 2,
        "bill": 1,
    }
    (signed,) = place.rows(BOOKS, SYNCS)
    assert signed["rows_inserted"] == 4


def test_a_transaction_that_someone_else_was_in_the_way_of_is_tried_again_and_told_in_the_end(
    place: BigQueryPlace, bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bigquery_landing, "POLL_SECONDS", 0.01)
    ended, said = bigquery_landing._only_row, list[str]()
    left = [2]

    def conflicting(*told: Any) -> Mapping[str, int]:
        left[0] -= 1
        if left[0] >= 0:
            raise api.BadRequest(
                "Transaction is aborted due to concurrent update against table books.invoice"
            )
        return ended(*told)

    monkeypatch.setattr(bigquery_landing, "_only_row", conflicting)
    load(place.open(), bringing, {"id": "1", "memo": "new"}, waiting=said.append)
    assert len(said) == 1
    assert set(memos(place)) == {"new"}

    left[0] = 1_000_000
    with pytest.raises(WarehouseBusy, match="concurrent"):
        load(place.open(wait_seconds="0"), bringing, {"id": "1"})


@pytest.mark.parametrize("landed", [True, False])
def test_a_stop_cancels_the_script_and_tells_how_it_ended(
    place: BigQueryPlace, bringing: Bringing, monkeypatch: pytest.MonkeyPatch, landed: bool
) -> None:
    stop, cancelled, ended = Stop(), threading.Event(), bigquery_landing._only_row

    def slow(*told: Any) -> Mapping[str, int]:
        stop.ask(Cancelled("Enough."))
        assert cancelled.wait(20)
        if not landed:
            raise api.GoogleAPICallError("Job execution was cancelled")
        return ended(*told)

    monkeypatch.setattr(bigquery_landing, "_only_row", slow)
    monkeypatch.setattr(bigquery_landing, "_cancel", lambda _: cancelled.set())

    if landed:
        assert load(place.open(), bringing, {"id": "1"}, stop=stop)["invoice"].inserted == 1
    else:
        with pytest.raises(Cancelled, match="Enough"):
            load(place.open(), bringing, {"id": "1"}, stop=stop)
    assert cancelled.is_set()


def test_a_connection_lost_while_the_script_runs_is_told_and_the_next_load_brings_it_all(
    place: BigQueryPlace, bringing: Bringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> Mapping[str, int]:
        raise requests.ConnectionError("reset")

    with monkeypatch.context() as patch:
        patch.setattr(bigquery_landing, "_only_row", lost)
        with pytest.raises(WarehouseFailed, match="next sync"):
            load(place.open(), bringing, {"id": "1", "memo": "new", "lines": LINES})

    load(place.open(), bringing, {"id": "1", "memo": "new", "lines": LINES})
    assert memos(place) == ["new"]
    assert len(place.rows(BOOKS, "invoice_line")) == 2


def test_a_column_of_a_coarser_type_takes_what_it_holds_whole_and_refuses_the_rest(
    place: BigQueryPlace, bringing: Bringing
) -> None:
    load(place.open(), bringing, {"id": "1"})
    full = place.full(BOOKS, "invoice")
    place.tell(
        f"CREATE OR REPLACE TABLE {full} AS SELECT * REPLACE (CAST(total AS INT64) AS total) FROM {full}"
    )

    load(place.open(), bringing, {"id": "1", "total": Decimal(2)})
    assert [row["total"] for row in place.rows(BOOKS, "invoice")] == [2]

    with pytest.raises(WarehouseRefused, match="total is INT64 now"):
        load(place.open(), bringing, {"id": "1", "total": Decimal("1.5")})
    assert [row["total"] for row in place.rows(BOOKS, "invoice")] == [2]


def test_it_is_connected_to_by_the_address_that_was_allowed_and_never_sent_elsewhere(
    place: BigQueryPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {**place.options, "host": "warehouse.invalid"}
    warehouse = KIND.open(options, {"host": ("127.0.0.1",)})
    assert warehouse.tables(BOOKS) == {}

    carrier = Carrier("http://warehouse.invalid", ("127.0.0.1",))
    elsewhere = requests.Request("GET", "http://metadata.internal/token").prepare()
    with pytest.raises(requests.exceptions.InvalidURL, match="elsewhere"):
        carrier.send(elsewhere)
