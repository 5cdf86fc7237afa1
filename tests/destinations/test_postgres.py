"""What is PostgreSQL's own: how it is signed in to, broken off and read from during a load."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from counterfoil.destinations.base import Destination, in_silence
from counterfoil.destinations.postgres import connect as postgres_connect
from counterfoil.destinations.postgres.connect import Server as Reached
from counterfoil.destinations.postgres.connect import interrupted
from counterfoil.destinations.postgres.kind import KIND
from counterfoil.errors import Cancelled, CounterfoilError, SettingInvalid, WarehouseFailed, WarehouseRefused
from counterfoil.stop import NEVER, Stop
from tests.contract.making import Bringing
from tests.contract.postgres_place import PostgresPlace
from tests.postgres import Server

BOOKS = "books"


@pytest.fixture(scope="module")
def module_place(postgres: Server) -> PostgresPlace:
    return PostgresPlace(postgres)


@pytest.fixture
def place(module_place: PostgresPlace) -> Iterator[PostgresPlace]:
    yield module_place
    module_place.tell(f"DROP SCHEMA IF EXISTS {BOOKS} CASCADE")


@pytest.fixture
def bringing(tmp_path: Path) -> Bringing:
    return Bringing(folder=tmp_path, dataset=BOOKS)


def load(warehouse: Destination, bringing: Bringing, *records: dict[str, Any], **more: Any) -> None:
    warehouse.load(bringing.landing(bringing.batch(*records)), waiting=in_silence, **more)


def memos(place: PostgresPlace) -> list[str]:
    return sorted(row["memo"] for row in place.rows(BOOKS, "invoice"))


def test_readers_see_the_state_before_until_all_of_it_has_landed(
    place: PostgresPlace, bringing: Bringing
) -> None:
    warehouse, seen = place.open(), []
    load(warehouse, bringing, {"id": "1", "memo": "old"})

    load(warehouse, bringing, {"id": "1", "memo": "new"}, assure=lambda: seen.append(memos(place)))

    assert seen == [["old"]]
    assert memos(place) == ["new"]


def test_a_connection_lost_at_the_commit_is_told_and_the_next_load_brings_it_all(
    place: PostgresPlace, bringing: Bringing
) -> None:
    warehouse = place.open()
    load(warehouse, bringing, {"id": "1", "memo": "old"})

    def lost() -> None:
        place.tell(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'counterfoil' AND datname = current_database()"
        )

    with pytest.raises(WarehouseFailed, match="next sync"):
        load(warehouse, bringing, {"id": "1", "memo": "new"}, assure=lost)

    assert memos(place) == ["old"]
    load(warehouse, bringing, {"id": "1", "memo": "new"})
    assert memos(place) == ["new"]


def slow(place: PostgresPlace) -> None:
    """Whoever writes an invoice sleeps for a minute."""
    place.tell(
        f"CREATE FUNCTION {BOOKS}.sleep() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_catalog.pg_sleep(60); RETURN NEW; END $$"
    )
    place.tell(
        f"CREATE TRIGGER sleep BEFORE INSERT ON {BOOKS}.invoice FOR EACH ROW EXECUTE FUNCTION {BOOKS}.sleep()"
    )


def seconds_to_stop(deed: Callable[[Stop], object], after: float) -> float:
    stop = Stop()
    asked: list[float] = []

    def ask() -> None:
        asked.append(time.monotonic())
        stop.ask(Cancelled("Enough."))

    timer = Timer(after, ask)
    timer.start()
    with pytest.raises(Cancelled, match="Enough"):
        deed(stop)
    timer.join()
    return time.monotonic() - asked[0]


def test_a_statement_that_takes_long_is_broken_off_by_a_stop(
    place: PostgresPlace, bringing: Bringing
) -> None:
    load(place.open(), bringing, {"id": "1", "memo": "old"})
    slow(place)

    assert seconds_to_stop(lambda stop: load(place.open(), bringing, {"id": "1"}, stop=stop), 0.5) < 10
    assert memos(place) == ["old"]


def test_a_statement_that_takes_longer_than_allowed_is_told(place: PostgresPlace, bringing: Bringing) -> None:
    load(place.open(), bringing, {"id": "1"})
    slow(place)

    with pytest.raises(CounterfoilError, match="statement_seconds"):
        load(place.open(statement_seconds="1"), bringing, {"id": "1"})


def test_a_server_that_answers_nothing_any_more_is_left_when_told_to_stop(
    place: PostgresPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connect, "PATIENCE", 0.5)
    with Reached(_options(place)).connect(NEVER) as connection:
        process = connection.info.backend_pid

        def frozen(stop: Stop) -> None:
            os.kill(process, signal.SIGSTOP)
            try:
                with interrupted(connection, stop):
                    connection.execute("SELECT 1")
            except Exception:
                stop.check()
                raise
            finally:
                os.kill(process, signal.SIGCONT)

        assert seconds_to_stop(frozen, 0.1) < 10


def test_a_column_that_was_made_jsonb_is_filled_all_the_same(
    place: PostgresPlace, bringing: Bringing
) -> None:
    load(place.open(), bringing, {"id": "1", "address": '{"b": 1, "a": 2.50}'})
    place.tell(f"ALTER TABLE {BOOKS}.invoice ALTER COLUMN address TYPE jsonb USING address::jsonb")

    for record in ({"id": "1", "address": '{"b": 1, "a": 2.50}'}, {"id": "2", "address": None}):
        load(place.open(), bringing, record)

    rows = {row["id"]: row["address"] for row in place.rows(BOOKS, "invoice")}
    assert rows["1"] == {"a": 2.5, "b": 1}
    assert rows["2"] is None


def test_a_column_of_the_same_width_and_another_meaning_is_never_filled_with_its_bytes(
    place: PostgresPlace, bringing: Bringing
) -> None:
    load(place.open(), bringing, {"id": "1"})
    place.tell(f"ALTER TABLE {BOOKS}.invoice ALTER COLUMN copies TYPE double precision")

    load(place.open(), bringing, {"id": "1", "copies": 3})

    assert [row["copies"] for row in place.rows(BOOKS, "invoice")] == [3.0]


def test_records_are_found_by_an_index(place: PostgresPlace, bringing: Bringing) -> None:
    load(place.open(), bringing, {"id": "1", "lines": [{}]})

    with place.connected() as connection:
        made = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = %s ORDER BY 1", [BOOKS]
        ).fetchall()

    assert [definition.rpartition("(")[2] for (definition,) in made] == ["id)", "invoice_id)"]


def test_what_the_service_itself_has_lying_about_is_not_used_to_sign_in(
    place: PostgresPlace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours = tmp_path / "pgpass"
    ours.write_text("*:*:*:*:the-services-own\n")
    ours.chmod(0o600)
    monkeypatch.setenv("PGPASSWORD", "the-services-own")
    monkeypatch.setenv("PGPASSFILE", str(ours))
    monkeypatch.setenv("PGOPTIONS", "-c search_path=evil")

    with Reached(_options(place)).connect(NEVER) as connection:
        assert connection.info.password == ""
        assert connection.info.options == ""


def test_a_wrong_password_is_told_without_the_password(place: PostgresPlace, postgres: Server) -> None:
    _ask_for_passwords(postgres, place)
    place.tell("CREATE ROLE locked LOGIN PASSWORD 'right'")

    with pytest.raises(WarehouseRefused, match="password") as refused:
        list(place.open(user="locked", password="tr0ub4dor").prove(BOOKS))
    assert "tr0ub4dor" not in str(refused.value)
    with pytest.raises(WarehouseRefused):
        list(place.open(user="locked").prove(BOOKS))

    place.tell("GRANT CREATE ON DATABASE " + place.options["database"] + " TO locked")
    assert len(list(place.open(user="locked", password="right").prove(BOOKS))) == len(KIND.steps)


def _ask_for_passwords(server: Server, place: PostgresPlace) -> None:
    rules = server.folder / "data" / "pg_hba.conf"
    rules.write_text("local all locked scram-sha-256\n" + rules.read_text())
    place.tell("SELECT pg_reload_conf()")


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ({"database": "nowhere"}, WarehouseRefused, "CREATE DATABASE"),
        ({"user": "nobody_here"}, WarehouseRefused, "CREATE ROLE"),
        ({"host": "127.0.0.1", "port": "1"}, WarehouseFailed, "firewall"),
        ({"host": "no.such.host.invalid"}, WarehouseFailed, "could not be reached"),
        ({"host": "one,two"}, SettingInvalid, "one server"),
        ({"host": "@abstract"}, SettingInvalid, "one server"),
    ],
)
def test_a_server_that_lets_nobody_in_says_why_and_what_to_do(
    place: PostgresPlace, given: dict[str, str], kind: type[CounterfoilError], words: str
) -> None:
    with pytest.raises(kind, match=words) as failed:
        list(place.open(**given).prove(BOOKS))
    assert failed.value.do


def test_a_database_that_cannot_hold_every_character_is_refused(place: PostgresPlace) -> None:
    place.tell("CREATE DATABASE old ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")

    with pytest.raises(WarehouseRefused, match="LATIN1"):
        place.open(database="old").tables(BOOKS)


def test_only_addresses_that_were_allowed_are_connected_to(place: PostgresPlace) -> None:
    options = {**place.options, "host": "db.example.invalid", "port": "1"}

    with pytest.raises(WarehouseFailed, match="refused"):  # and not: the name is unknown
        list(KIND.open(options, {"host": ("127.0.0.1",)}).prove(BOOKS))
    reached = Reached({**_options(place), "host": "db.example", "host_addresses": ("192.0.2.1", "192.0.2.2")})
    sent = reached._parameters()
    assert (sent["host"], sent["hostaddr"]) == ("db.example,db.example", "192.0.2.1,192.0.2.2")


def test_a_driver_that_is_missing_is_named_with_the_command_that_installs_it(
    place: PostgresPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "counterfoil.destinations.postgres.load", None)

    with pytest.raises(SettingInvalid, match=r"pip install 'counterfoil\[postgres\]'"):
        place.open()


def test_rows_of_tables_that_we_may_not_read_are_not_asked_for(
    place: PostgresPlace, bringing: Bringing
) -> None:
    place.tell("CREATE ROLE stranger LOGIN")
    place.tell(f"GRANT CREATE ON DATABASE {place.options['database']} TO stranger")
    load(place.open(user="stranger"), bringing, {"id": "1"})
    place.tell(f"CREATE TABLE {BOOKS}.secret (word text)")

    assert "secret" not in place.open(user="stranger").tables(BOOKS)
    assert "secret" in place.open().tables(BOOKS)


def test_many_loads_of_one_database_at_once_do_not_wait_for_each_other_for_ever(
    place: PostgresPlace, bringing: Bringing
) -> None:
    landings = []
    for number in range(6):
        bringing.prefix = f"p{number % 3}_"
        landings.append(bringing.landing(bringing.batch({"id": "1", "memo": str(number)})))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda landing: place.open().load(landing, waiting=in_silence), landings))

    assert all(len(place.rows(BOOKS, f"p{number}_invoice")) == 1 for number in range(3))


def _options(place: PostgresPlace) -> dict[str, Any]:
    return {option.name: option.default for option in KIND.options} | place.options
