"""Views through the doors: the command line makes, shows and takes them away; files and exports tell the switch."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from counterfoil.actions import sources, views
from counterfoil.actions.source_changes import Changes
from counterfoil.books.fivetran.definition import schema
from counterfoil.cli.exits import ExitCode
from counterfoil.errors import AlreadyExists, SettingInvalid, WarehouseRefused
from counterfoil.model.destination import Destination
from counterfoil.model.style import Style
from counterfoil.sandbox.company import companies
from counterfoil.store import connections, destinations
from counterfoil.store.db import Database
from tests.doors.terminal import Ended, environment, look
from tests.road.conftest import NOW, World, opened_store, opened_world

FEW = ("Customer", "Account")
BOOKS = """\
version: 1
credentials: [{{name: acme, realm_id: 1, environment: sandbox}}]
destinations: [{{name: duck, kind: duckdb, options: {{path: {folder}/books.duckdb}}}}]
sources:
  - name: books
    credential: acme
    views: false
    fivetran: {fivetran}
    prefix: acme_
    destinations: [duck]
"""


def ask(home: Path, *words: str, code: ExitCode = ExitCode.OK) -> Ended:
    ended = look(*words, env=environment(home / "home"))
    assert ended.code == code, ended.out + ended.err
    return ended


def apply(home: Path, fivetran: str, code: ExitCode = ExitCode.OK) -> Ended:
    file = home / "books.yaml"
    file.write_text(BOOKS.format(folder=home, fivetran=fivetran), encoding="utf-8")
    return ask(home, "apply", str(file), code=code)


@pytest.mark.parametrize(
    ("written", "kept", "exported"), [("true", "", "true"), ("their_names", "their_names", "their_names")]
)
def test_a_file_switches_them_and_an_export_says_so(
    tmp_path: Path, written: str, kept: str, exported: str
) -> None:
    apply(tmp_path, written)

    told = ask(tmp_path, "sources", "show", "books", "--json").document
    assert (told["views"], told["fivetran"]) == (False, kept)
    assert f"fivetran: {exported}\n" in ask(tmp_path, "export").out
    assert "views: false\n" in ask(tmp_path, "export").out

    apply(tmp_path, "false")
    assert ask(tmp_path, "sources", "show", "books", "--json").document["fivetran"] is None


def test_a_dataset_that_no_warehouse_takes_is_told_with_its_line(tmp_path: Path) -> None:
    ended = apply(tmp_path, "Their-Names", code=ExitCode.NEEDS_PERSON)

    assert "books.yaml:8:15" in "".join(ended.err.split())
    assert "may hold only a to z" in ended.err


def test_the_command_line_switches_them(tmp_path: Path) -> None:
    apply(tmp_path, "false")

    on = ask(tmp_path, "sources", "edit", "books", "--fivetran", "yes", "--views", "--json").document
    named = ask(tmp_path, "sources", "edit", "books", "--fivetran", "theirs", "--json").document
    off = ask(tmp_path, "sources", "edit", "books", "--fivetran", "no", "--no-views", "--json").document

    assert [(one["views"], one["fivetran"]) for one in (on, named, off)] == [
        (True, ""),
        (True, "theirs"),
        (False, None),
    ]


def test_their_sql_is_shown_before_anything_is_made(tmp_path: Path) -> None:
    apply(tmp_path, "false")

    told = ask(tmp_path, "views", "show", "books", "--style", "fivetran", "--json").document
    plain = ask(tmp_path, "views", "show", "books", "--style", "fivetran").out

    (shown,) = told["destinations"]
    assert (shown["destination"], shown["dataset"]) == ("duck", "quickbooks_acme_fivetran")
    assert len(shown["views"]) == 52
    assert '"acme_invoice"' in shown["views"]["invoice"]
    assert 'CREATE OR REPLACE VIEW "quickbooks_acme_fivetran"."invoice" AS' in plain
    assert not (tmp_path / "books.duckdb").exists()


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    """A company whose tables stand in `quickbooks`, under a prefix."""
    made = companies(3, seed=5, invoices=3, now=NOW)
    with opened_store(tmp_path) as db, opened_world(tmp_path, db, made) as world:
        world.source(prefix="acme_", streams=FEW)
        world.sync()
        yield world


def names(world: World, dataset: str) -> set[str]:
    with duckdb.connect(str(world.warehouse), read_only=True) as connection:
        sql = "SELECT view_name FROM duckdb_views() WHERE schema_name = ? AND NOT internal"
        return {name for (name,) in connection.execute(sql, [dataset]).fetchall()}


def customers(world: World, dataset: str) -> int:
    return int(world.ask(f"SELECT count(*) FROM {dataset}.customer")[0][0])


USUAL = "quickbooks_acme_fivetran"


def test_installed_views_are_there_at_once_and_stay_until_they_are_removed(acme: World) -> None:
    ((feed, made),) = views.install(acme.around, "acme", Style.FIVETRAN)

    assert (feed.dataset, made.dataset) == ("quickbooks", USUAL)
    assert names(acme, USUAL) == set(made.names) == set(schema())
    assert customers(acme, USUAL) == acme.ask("SELECT count(*) FROM acme_customer")[0][0] > 0

    views.remove(acme.around, "acme", Style.FIVETRAN)
    acme.sync()
    assert names(acme, USUAL) == set()
    assert acme.ask("SELECT count(*) FROM acme_customer")[0][0] > 0


def test_a_sync_makes_what_was_switched_on_moves_it_and_takes_it_away(acme: World) -> None:
    sources.change(acme.around, "acme", Changes(fivetran=""))
    acme.sync()
    assert customers(acme, USUAL) > 0
    assert acme.ask(f"SELECT count(*) FROM {USUAL}.invoice") == [(0,)]

    sources.change(acme.around, "acme", Changes(fivetran="theirs", streams=frozenset({*FEW, "Invoice"})))
    acme.sync()
    assert names(acme, USUAL) == set()
    assert acme.ask("SELECT count(*) FROM theirs.invoice") == acme.ask("SELECT count(*) FROM acme_invoice")

    sources.change(acme.around, "acme", Changes(fivetran=None))
    acme.sync()
    assert names(acme, "theirs") == set()


def test_two_sources_cannot_share_a_dataset_of_views(acme: World) -> None:
    acme.source("birch", realm=acme.sandbox.realms[1], prefix="birch_", streams=FEW)
    views.install(acme.around, "acme", Style.FIVETRAN, "theirs")

    with pytest.raises(AlreadyExists, match="Tables or views of acme stand in the dataset theirs"):
        views.install(acme.around, "birch", Style.FIVETRAN, "theirs")

    acme.source("cedar", realm=acme.sandbox.realms[2], prefix="cedar_", streams=FEW)
    with pytest.raises(SettingInvalid, match="has the tables"):
        views.install(acme.around, "cedar", Style.FIVETRAN, "quickbooks")
    assert customers(acme, "theirs") > 0


def test_where_nothing_speaks_sql_there_are_none(tmp_path: Path, db: Database) -> None:
    with opened_world(tmp_path, db, companies(1, seed=5, invoices=3, now=NOW)) as world:
        source = world.source(streams=FEW)
        (feed,) = connections.of_source(db, source)
        folder = Destination(
            id=feed.destination.id, name="lake", kind="s3", created_at=NOW, options={"bucket": "none"}
        )
        destinations.save(db, folder)

        with pytest.raises(WarehouseRefused, match="feeds no destination that speaks SQL"):
            views.install(world.around, "acme", Style.FIVETRAN)
        assert [one.views for one in views.show(world.around, "acme", Style.FIVETRAN)] == [()]
