"""From the browser to the warehouse by commands alone, against a real sandbox and a real DuckDB file."""

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from counterfoil.cli.exits import ExitCode
from counterfoil.sandbox.company import companies
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import locks
from counterfoil.store.db import open_database
from counterfoil.store.vault import Vault
from tests.doors.terminal import connect, environment, look, run, start

STREAMS = ("CompanyInfo", "Customer", "Invoice")

FILE = """\
version: 1
credentials: [{{name: acme, realm_id: "{realm}", environment: sandbox}}]
destinations: [{{name: lake, kind: duckdb, options: {{path: {path}}}}}]
sources:
  - name: acme
    credential: acme
    prefix: acme_
    streams: [CompanyInfo, Customer, Invoice]
    destinations: [{{name: lake, dataset: books}}]
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A home, a sandbox with two companies, and a warehouse fed from the first."""

    sandbox: Sandbox
    env: dict[str, str]
    home: Path
    file: Path
    warehouse: Path

    @property
    def realm(self) -> str:
        return self.sandbox.realms[0]

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("acme")
    made = companies(2, seed=3, invoices=30, now=datetime(2026, 11, 22, 12, tzinfo=UTC))
    with Sandbox(made) as sandbox:
        here = Place(
            sandbox,
            environment(folder / "home", sandbox),
            folder / "home",
            folder / "acme.yaml",
            folder / "lake.duckdb",
        )
        here.file.write_text(FILE.format(realm=here.realm, path=json.dumps(str(here.warehouse))))
        ended, _ = connect("acme", "--environment", "sandbox", env=here.env, realm=here.realm)
        assert ended.code == 0, ended.err
        assert look("apply", str(here.file), env=here.env).code == 0
        assert look("sync", "acme", env=here.env).code == 0
        yield here
        sandbox.heal()


@pytest.fixture(autouse=True)
def _healthy(place: Place) -> Iterator[None]:
    yield
    place.sandbox.heal()


def test_sync_reads_only_the_streams_that_are_named(place: Place) -> None:
    ended = look("sync", "acme", "--stream", "Invoice", "--full", "--json", env=place.env)

    assert ended.code == 0, ended.err
    assert [(each["stream"], each["mode"]) for each in ended.document["streams"]] == [("Invoice", "full")]


def test_sync_of_an_unknown_stream_names_the_nearest(place: Place) -> None:
    ended = look("sync", "acme", "--stream", "invoces", env=place.env)

    assert ended.code == ExitCode.NEEDS_PERSON
    assert "acme reads no stream 'invoces'" in ended.err
    assert "Did you mean Invoice?" in ended.err


def test_connect_keeps_the_company_and_shows_its_name_and_no_token(place: Place) -> None:
    ended, status = connect("acme", "--environment", "sandbox", "--json", env=place.env, realm=place.realm)

    listed = look("credentials", "--json", env=place.env)
    assert (ended.code, status) == (0, 200)
    assert ended.document["company"]["name"] == next(iter(place.sandbox.world.books.values())).name
    assert listed.document["credentials"][0]["state"] == "connected"
    assert "token" not in ended.out + listed.out


def test_connect_takes_a_declined_consent_kindly(place: Place) -> None:
    ended, _ = connect("birch", "--environment", "sandbox", env=place.env, realm=place.realm, decision="deny")

    assert ended.code == ExitCode.NEEDS_PERSON
    assert "declined in the browser" in ended.err
    assert "birch" not in look("credentials", env=place.env).out


def test_connect_ignores_an_answer_that_does_not_repeat_its_state(place: Place) -> None:
    ended, status = connect(
        "acme", "--environment", "sandbox", env=place.env, realm=place.realm, state="guessed"
    )

    assert status == 400
    assert ended.code == 0


def test_connect_refuses_another_company_under_a_known_name(place: Place) -> None:
    ended, _ = connect(
        "acme", "--environment", "sandbox", "--json", env=place.env, realm=place.sandbox.realms[1]
    )

    assert ended.code == ExitCode.NEEDS_PERSON
    assert ended.document["code"] == "already_exists"


def test_connect_names_the_port_that_is_taken(place: Place) -> None:
    taken = place.sandbox.url.rsplit(":", 1)[1]

    ended = look("connect", "cedar", "--no-browser", "--port", taken, env=place.env)

    assert ended.code == ExitCode.NEEDS_PERSON
    assert f"Port {taken}" in ended.err


def test_apply_tells_what_it_would_do_and_saves_nothing(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "more.yaml"
    file.write_text(
        "version: 1\ndestinations: [{name: other, kind: duckdb, options: {path: /nowhere/x.duckdb}}]\n"
    )

    ended = look("apply", str(file), "--dry-run", "--json", env=place.env)

    assert [change["did"] for change in ended.document["changes"]] == ["created"]
    assert "other" not in look("destinations", env=place.env).out


def test_apply_says_when_nothing_is_left_to_do(place: Place) -> None:
    ended = look("apply", str(place.file), env=place.env)

    assert ended.code == 0
    assert "as the file says already" in ended.out


def test_apply_shows_each_mistake_with_its_place(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("version: 1\nsources:\n  - name: x\n    credential: acm\n")

    ended = look("apply", str(file), env=place.env)

    assert ended.code == ExitCode.NEEDS_PERSON
    assert "wrong.yaml:4:17" in "".join(ended.err.split())


def test_sync_answers_with_one_document_and_keeps_progress_off_standard_output(place: Place) -> None:
    ended = run("sync", "acme", "--json", env=place.env)

    document = ended.document
    assert (ended.code, document["state"]) == (0, "succeeded")
    assert {"Customer", "Invoice"} <= {stream["stream"] for stream in document["streams"]} <= set(STREAMS)
    assert document["tables_in"] == [f"{place.warehouse} · books"]
    assert document["peak_memory_bytes"] > 10_000_000
    assert "Invoice" in ended.err


def test_sync_ends_with_a_card_and_what_to_do_next(place: Place) -> None:
    ended = look("sync", "acme", env=place.env)

    assert "in step with QuickBooks" in ended.out
    assert "metered by Intuit" in ended.out
    assert "counterfoil tables acme" in ended.err
    assert max(len(line) for line in ended.out.splitlines()) <= 80


def test_a_card_of_a_sync_that_brought_nothing_shows_no_empty_table(place: Place) -> None:
    look("sync", "acme", env=place.env)

    ended = look("sync", "acme", env=place.env)

    assert "with nothing new" in ended.out
    assert "Gone" not in ended.out
    assert "0 rows/s" not in ended.out


def test_tables_shows_what_stands_in_the_warehouse(place: Place) -> None:
    ended = look("tables", "acme", "--json", env=place.env)

    tables = {row["table"]: row for row in ended.document["destinations"][0]["tables"]}
    counted = place.ask("SELECT count(*) FROM books.acme_invoice")[0][0]
    columns = place.ask("SELECT count(*) FROM information_schema.columns WHERE table_name = 'acme_invoice'")[
        0
    ][0]
    assert (tables["acme_invoice"]["rows"], tables["acme_invoice"]["columns"]) == (counted, columns)


def test_syncs_lists_those_of_a_source_and_shows_one(place: Place) -> None:
    listed = look("syncs", "acme", "--json", env=place.env).document["syncs"]
    shown = look("syncs", "show", listed[-1]["id"], env=place.env)

    assert shown.code == 0
    assert listed[-1]["id"] in shown.out
    assert "CompanyInfo" in shown.out


def test_sources_and_destinations_say_what_goes_where(place: Place) -> None:
    sources = look("sources", "--json", env=place.env).document["sources"]
    destinations = look("destinations", env=place.env).out

    assert sources[0]["destinations"] == [{"name": "lake", "kind": "duckdb", "dataset": "books"}]
    assert sources[0]["streams"] == sorted(STREAMS)
    assert "lake" in destinations


def test_a_sync_that_landed_partly_names_the_stream_and_what_to_do(place: Place) -> None:
    place.sandbox.fault(kind="fault", status=400, code="4000", entity="Customer", times=1000)

    ended = look("sync", "acme", env=place.env)

    assert ended.code == ExitCode.PARTLY_FAILED
    assert "partly in step" in ended.out
    assert "✗ Customer" in ended.out


def test_a_company_that_is_being_read_already_is_tried_later(place: Place) -> None:
    db = open_database(
        f"sqlite:///{place.home}/counterfoil.db", vault=Vault([bytes(32)]), locks=place.home / "locks"
    )
    with locks.company(db, place.realm, locks.Purpose.SYNC):
        ended = look("sync", "acme", "--json", env=place.env)
    db.close()

    assert ended.code == ExitCode.TRY_LATER
    assert ended.document["code"] == "sync.running"


def test_a_company_that_ended_the_permission_has_to_be_reconnected(place: Place) -> None:
    place.sandbox.disconnect(place.realm)

    ended = look("sync", "acme", env=place.env)
    listed = look("credentials", "--json", env=place.env).document["credentials"]
    again, _ = connect("acme", "--environment", "sandbox", env=place.env, realm=place.realm)

    assert ended.code == ExitCode.NEEDS_PERSON
    assert "not synced" in ended.out
    assert "Connect it again: counterfoil connect acme --environment sandbox" in ended.out
    assert [each["state"] for each in listed] == ["ended"]
    assert again.code == 0


def test_the_sandbox_prints_what_connect_needs(tmp_path: Path) -> None:
    process = start(
        "sandbox", "serve", "--port", "18765", "--invoices", "5", "--json", env=environment(tmp_path)
    )
    assert process.stdout is not None
    document = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
    env = environment(tmp_path) | document["environment"]

    ended, _ = connect(
        "hollow", "--environment", "sandbox", env=env, realm=document["companies"][0]["realm_id"]
    )
    process.send_signal(signal.SIGINT)

    assert ended.code == 0
    assert process.wait(timeout=120) == 0


def test_the_demonstration_syncs_a_made_up_company_with_nothing_set_up(tmp_path: Path) -> None:
    env = environment(tmp_path / "unused")

    ended = run("demo", "--invoices", "20", "--json", env=env, folder=tmp_path)

    assert ended.code == 0
    assert not (tmp_path / "unused").exists()
    assert [len(query["rows"]) > 0 for query in ended.document["queries"]] == [True, True, True]
    with duckdb.connect(str(tmp_path / ended.document["database"]), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM quickbooks.invoice").fetchall()[0][0] > 20
