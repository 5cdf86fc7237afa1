"""How a ClickHouse server is reached, signed in to and broken off, and what its errors are told as."""

import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from counterfoil.destinations.base import in_silence
from counterfoil.destinations.clickhouse.kind import KIND
from counterfoil.errors import (
    Cancelled,
    CounterfoilError,
    SettingInvalid,
    WarehouseBusy,
    WarehouseFailed,
    WarehouseRefused,
)
from counterfoil.stop import NEVER, Stop
from tests.contract.making import Bringing

pytest.importorskip("clickhouse_connect")

from clickhouse_connect.driver.exceptions import DatabaseError

from counterfoil.destinations.clickhouse.reach import Server
from counterfoil.destinations.clickhouse.sql import Speaking
from counterfoil.destinations.clickhouse.words import Aim, as_ours
from tests.contract.clickhouse_place import ClickHousePlace, running_server

pytestmark = pytest.mark.kinds


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHousePlace]:
    with running_server(tmp_path_factory.mktemp("clickhouse")) as place:
        yield place


SLOW = "SELECT sleepEachRow(1) FROM numbers(60) SETTINGS max_block_size = 1"


def _speaking(place: ClickHousePlace, stop: Stop, seconds: float) -> Speaking:
    options = {option.name: option.default for option in KIND.options} | place.options
    return Speaking(Server(options).connect(stop, seconds), stop)


def test_a_statement_that_takes_long_is_left_when_told_to_stop(
    place: ClickHousePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Stop()
    speaking = _speaking(place, stop, 60)
    said: list[str] = []
    query = speaking.client.raw_query

    def heard(sql: str, *args: Any, **more: Any) -> bytes:
        said.append(sql)
        if len(said) == 1:
            stop.ask(Cancelled("Enough."))
        return bytes(query(sql, *args, **more)) if len(said) == 1 else b""

    monkeypatch.setattr(speaking.client, "raw_query", heard)
    began = time.monotonic()
    with pytest.raises(Cancelled, match="Enough"):
        speaking.read("SELECT sleepEachRow(1) FROM numbers(3) SETTINGS max_block_size = 1")

    assert time.monotonic() - began < 2
    assert said[1].startswith("KILL QUERY WHERE query_id = '")


def test_a_statement_that_takes_longer_than_allowed_is_told(place: ClickHousePlace) -> None:
    speaking = _speaking(place, NEVER, 1)
    with pytest.raises(DatabaseError) as late:
        speaking.read(SLOW)

    assert isinstance(as_ours(late.value, Aim(host="h", port=1, user="u"), SLOW), WarehouseBusy)


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ({"password": "tr0ub4dor"}, WarehouseRefused, "password"),
        ({"port": "1"}, WarehouseFailed, "firewall"),
        ({"host": "no.such.host.invalid"}, WarehouseFailed, "could not be reached"),
        ({"sslmode": "verify-full"}, WarehouseRefused, "sslmode"),
    ],
)
def test_a_server_that_lets_nobody_in_says_why_and_what_to_do(
    place: ClickHousePlace, given: dict[str, str], kind: type[CounterfoilError], words: str
) -> None:
    with pytest.raises(kind, match=words) as failed:
        list(place.open(**given).prove("books"))
    assert failed.value.do
    assert "tr0ub4dor" not in str(failed.value)


def test_a_right_that_is_missing_is_named_with_the_statement_that_gives_it() -> None:
    aim = Aim(host="h", port=8443, user="o'brien`s")
    denied = DatabaseError(
        "Received ClickHouse exception, code: 497, server response: Code: 497. DB::Exception: o'brien`s: "
        "Not enough privileges. To execute this query, it's necessary to have the grant CREATE TABLE ON b.x. "
        "(ACCESS_DENIED) (for url https://h:8443)",
        code=497,
    )

    error = as_ours(denied, aim, "CREATE TABLE `b`.`x` AS `b`.`y`")
    assert isinstance(error, WarehouseRefused)
    assert "Not enough privileges" in error.what
    assert error.do == "Run: GRANT SELECT, INSERT, ALTER, CREATE TABLE, DROP TABLE ON `b`.* TO `o'brien\\`s`;"
    made = as_ours(denied, aim, "CREATE DATABASE IF NOT EXISTS `b`")
    assert made.do == "Run: GRANT CREATE DATABASE ON `b`.* TO `o'brien\\`s`;"


def test_only_addresses_that_were_allowed_are_connected_to_whatever_the_service_itself_uses(
    place: ClickHousePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    options = {**place.options, "host": "db.example.invalid"}

    assert KIND.open(options, {"host": ("127.0.0.1",)}).tables("nothing") == {}
    with pytest.raises(WarehouseFailed, match="could not be reached"):
        KIND.open({**options, "connect_seconds": "2"}, {"host": ("192.0.2.1",)}).tables("nothing")


def test_a_server_that_sends_us_elsewhere_is_not_followed(place: ClickHousePlace) -> None:
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(307)
            self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            self.do_POST()

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(CounterfoilError):
            place.open(port=str(server.server_port)).tables("books")
        server.shutdown()

    assert asked
    assert not any("elsewhere" in path for path in asked)


def test_a_driver_that_is_missing_is_named_with_the_command_that_installs_it(
    place: ClickHousePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "counterfoil.destinations.clickhouse.load", None)

    with pytest.raises(SettingInvalid, match=r"pip install 'counterfoil\[clickhouse\]'"):
        place.open()


def test_nobody_waits_for_ever_for_another_sync_of_the_same_tables(
    place: ClickHousePlace, tmp_path: Path
) -> None:
    bringing = Bringing(folder=tmp_path, dataset="waited_for")
    landing = bringing.landing(bringing.batch({"id": "1"}))

    def meanwhile() -> None:
        with pytest.raises(WarehouseBusy, match="same tables"):
            place.open(wait_seconds="1").load(landing, waiting=in_silence)

    place.open().load(landing, waiting=in_silence, assure=meanwhile)

    assert len(place.rows("waited_for", "invoice")) == 1
