"""Views over all companies through the doors: commands and files make, show and take them away, syncs follow."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from counterfoil.cli.exits import ExitCode
from counterfoil.model.member import Union
from counterfoil.store import connections, credentials, destinations, unions
from tests.doors.terminal import Ended, environment, look
from tests.road.broken import holding
from tests.road.conftest import World, opened_store, opened_world
from tests.sandbox.acme import TinyCompany

HARD = 'O\'Neill "& Söhne" $1 \\'
FEW = ("Account", "Customer", "Preferences")
FILE = """\
version: 1
destinations:
  - name: lake
    kind: duckdb
    options: {{path: {path}}}
    companies: {companies}
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two companies in one warehouse, of which acme is loaded and birch is not yet."""
    with opened_in(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same, for what changes nothing."""
    with opened_in(tmp_path_factory.mktemp("still")) as opened:
        yield opened


@contextmanager
def opened_in(folder: Path) -> Iterator[World]:
    made = [TinyCompany(), TinyCompany(realm_id="9130000000000002")]
    store = f"sqlite:///{folder}/counterfoil.db"
    with opened_store(folder, store) as db, opened_world(folder, db, made) as opened:
        for place, name in enumerate(("acme", "birch")):
            opened.source(name, realm=opened.sandbox.realms[place], prefix=f"{name}_", streams=FEW)
        opened.sync()
        yield opened


def ask(world: World, *words: str, code: ExitCode = ExitCode.OK) -> Ended:
    key = base64.b64encode(bytes(32)).decode()
    ended = look(*words, env=environment(world.warehouse.parent) | {"COUNTERFOIL_SECRET_KEY": key})
    assert ended.code == code, ended.out + ended.err
    return ended


def apply(world: World, wanted: str, code: ExitCode = ExitCode.OK) -> Ended:
    file = world.warehouse.parent / "books.yaml"
    file.write_text(FILE.format(path=world.warehouse, companies=wanted), encoding="utf-8")
    return ask(world, "apply", str(file), "--json", code=code)


def names(world: World, dataset: str = "all_companies") -> set[str]:
    with duckdb.connect(str(world.warehouse), read_only=True) as connection:
        sql = "SELECT view_name FROM duckdb_views() WHERE schema_name = ? AND NOT internal"
        return {name for (name,) in connection.execute(sql, [dataset]).fetchall()}


def told(world: World, column: str, dataset: str = "all_companies") -> list[object]:
    return [value for (value,) in world.ask(f"SELECT {column} FROM {dataset}.company ORDER BY 1")]


def test_commands_show_make_and_take_away(world: World) -> None:
    shown = ask(world, "companies", "show", "lake", "--currency", "usd", "--json").document
    plain = ask(world, "companies", "show", "lake").out
    assert (shown["dataset"], shown["currency"]) == ("all_companies", "USD")
    assert [one["source"] for one in shown["companies"]] == ["acme"]
    assert {"account", "company", "group_rate"} <= set(shown["views"])
    assert 'CREATE OR REPLACE VIEW "all_companies"."customer" AS' in plain
    assert names(world) == set()

    made = ask(world, "companies", "install", "lake", "--currency", "usd", "--json").document
    assert names(world) == set(made["views"]) == set(shown["views"])
    seen = ask(world, "destinations", "show", "lake", "--json").document
    assert seen["companies"] == {"dataset": "all_companies", "currency": "USD"}

    gone = ask(world, "companies", "remove", "lake", "--json").document
    assert set(gone["gone"]) == set(made["views"])
    assert names(world) == set()
    assert ask(world, "destinations", "show", "lake", "--json").document["companies"] is None
    world.sync()
    assert names(world) == set()


def test_another_dataset_takes_the_place_of_the_first(world: World) -> None:
    ask(world, "companies", "install", "lake")
    ask(world, "companies", "install", "lake", "--dataset", "group_books")

    assert names(world) == set()
    assert told(world, "_source", "group_books") == ["acme"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("install", "lake", "--currency", "dollar"), "is no currency"),
        (("install", "lake", "--dataset", "Group-Books"), "may hold only a to z"),
        (("install", "lake", "--dataset", "quickbooks"), "stand in the dataset quickbooks already"),
        (("install", "nowhere"), "no destination named 'nowhere'"),
        (("show", "nowhere"), "no destination named 'nowhere'"),
        (("remove", "lake"), "has no views over all companies"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(still: World, words: tuple[str, ...], said: str) -> None:
    ended = ask(still, "companies", *words, code=ExitCode.NEEDS_PERSON)

    assert said in " ".join(ended.err.split())
    assert ask(still, "destinations", "show", "lake", "--json").document["companies"] is None
    assert names(still) == names(still, "Group-Books") == set()


@pytest.mark.parametrize(
    ("written", "union", "exported"),
    [
        ("true", Union(), "companies: true\n"),
        ("{currency: USD}", Union(currency="USD"), "companies:\n      currency: USD\n"),
        (
            "{dataset: group_books, currency: USD}",
            Union(dataset="group_books", currency="USD"),
            "companies:\n      dataset: group_books\n      currency: USD\n",
        ),
    ],
)
def test_a_file_makes_them_an_export_says_so_and_a_silent_file_takes_them_away(
    world: World, written: str, union: Union, exported: str
) -> None:
    (change, *_) = apply(world, written).document["changes"]
    assert f"views over all companies are in {union.dataset}" in change["note"]
    assert told(world, "_source", union.dataset) == ["acme"]
    assert destinations.named(world.around.db, "lake").companies == union
    assert exported in ask(world, "export").out

    again = apply(world, written).document["changes"]
    assert [one["did"] for one in again] == ["unchanged"]

    (change, *_) = apply(world, "false").document["changes"]
    assert change["note"] == "its views over all companies are taken away"
    assert names(world, union.dataset) == set()
    assert "companies:" not in ask(world, "export").out


@pytest.mark.parametrize(
    ("written", "place", "said"),
    [
        ("maybe", "6:16", "`companies` is true or false"),
        ("{currency: euro}", "6:27", "is no currency"),
        ("{dataset: My-Books}", "6:26", "may hold only a to z"),
        ("{dataset: quickbooks}", "6:26", "stand in the dataset quickbooks"),
        ("{money: USD}", "6:17", "unknown key 'money'"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(
    still: World, written: str, place: str, said: str
) -> None:
    ended = apply(still, written, code=ExitCode.NEEDS_PERSON)

    assert f"books.yaml:{place}: " in ended.document["what"]
    assert said in ended.document["what"]
    assert destinations.named(still.around.db, "lake").companies is None


def test_a_file_for_a_warehouse_that_holds_nothing_yet_promises_them(still: World) -> None:
    file = still.warehouse.parent / "new.yaml"
    file.write_text(
        FILE.format(path=still.warehouse.parent / "new.duckdb", companies="true").replace("lake", "pond")
    )

    (change, *_) = ask(still, "apply", str(file), "--json").document["changes"]

    assert change["note"] == "its views over all companies come with the first sync into it"
    assert not (still.warehouse.parent / "new.duckdb").exists()


def test_a_warehouse_that_somebody_holds_is_told_and_nothing_changes(world: World) -> None:
    lake = destinations.named(world.around.db, "lake")
    destinations.save(world.around.db, replace(lake, options={**lake.options, "wait_seconds": "0"}))
    with holding(world.warehouse):
        ended = ask(world, "companies", "install", "lake", code=ExitCode.TRY_LATER)

    assert "holds" in ended.err
    assert destinations.named(world.around.db, "lake").companies is None
    assert unions.of(world.around.db, lake) is None


def test_syncs_follow_sources_that_come_go_and_are_renamed(world: World) -> None:
    ask(world, "companies", "install", "lake")
    assert told(world, "_source") == ["acme"]

    world.sync("birch")
    assert told(world, "_source") == ["acme", "birch"]
    counts = world.ask("SELECT _source, count(*) FROM all_companies.customer GROUP BY 1 ORDER BY 1")
    assert counts == [
        (name, world.ask(f"SELECT count(*) FROM {name}_customer")[0][0]) for name in ("acme", "birch")
    ]

    (feed,) = (each for each in connections.every(world.around.db) if each.source.name == "acme")
    credentials.save(world.around.db, replace(feed.source.credential, company_name=HARD))
    world.sync("birch")
    assert HARD in told(world, "_company_name")

    connections.remove(world.around.db, feed)
    world.sync("birch")
    assert told(world, "_source") == ["birch"]
    assert world.ask("SELECT DISTINCT _source FROM all_companies.customer") == [("birch",)]


def test_they_come_back_in_a_warehouse_that_was_taken_away(world: World) -> None:
    ask(world, "companies", "install", "lake")
    world.warehouse.unlink()

    world.sync()

    assert told(world, "_source") == ["acme"]
