"""What the pages tell people to type works: each SQL statement runs, each configuration can be applied."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from counterfoil.actions.apply import apply
from counterfoil.actions.document import Document
from counterfoil.books.companies.united import Place
from counterfoil.books.companies.views import views as united
from counterfoil.books.views import STATEMENTS, views
from counterfoil.destinations import KINDS
from counterfoil.destinations.duckdb.sql import TYPES
from counterfoil.destinations.merge import SYNCS, SYNCS_COLUMNS
from counterfoil.model.member import DATASET, Member
from counterfoil.model.table import Column, all_columns
from counterfoil.model.view import Ground
from counterfoil.quickbooks.catalog import everything, tables
from counterfoil.store.db import Database, open_database
from counterfoil.store.vault import Vault
from tests.house.code import files, read
from tests.surroundings import surroundings

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def examples(language: str) -> list[tuple[Path, str]]:
    """Every block in a language on any page, without the blanks that it stands behind in a list."""
    block = re.compile(rf"^( *)```{language}\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
    pages = [path for path in files() if path.suffix == ".md"]
    return [
        (page, re.sub(f"^{indent}", "", text, flags=re.MULTILINE))
        for page in pages
        for indent, text in block.findall(read(page))
    ]


SQL = examples("sql")
UNITED = ("account", "customer", "invoice", "preferences", "exchange_rate")
CONFIGURATIONS = [(page, text) for page, text in examples("yaml") if text.startswith("version:")]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """All tables, empty, as the first sync makes them."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE SCHEMA quickbooks")
        for table in tables(everything().values()):
            _make(connection, table.name, all_columns(table))
        _make(connection, SYNCS, SYNCS_COLUMNS)
        connection.execute("SET schema = 'quickbooks'")
        ground = Ground(dialect="duckdb", prefix="", tables=tuple(tables(everything().values())))
        for view in views(ground):
            connection.execute(f'CREATE VIEW "{view.name}" AS {view.sql}')
        _unite(connection)
        connection.execute("SET schema = 'quickbooks'")
        yield connection


def _unite(connection: duckdb.DuckDBPyConnection) -> None:
    """Some of the views over all companies of a warehouse."""
    some = [table for table in tables(everything().values()) if table.name in UNITED]
    kind = KINDS["duckdb"].capabilities
    member = Member(
        source="acme",
        company="Acme",
        realm_id="1",
        dataset="quickbooks",
        prefix="",
        tables=frozenset(UNITED),
        views=frozenset(STATEMENTS),
    )
    place = Place(dialect=kind.dialect, quoted=kind.quoted)
    connection.execute(f"CREATE SCHEMA {DATASET}")
    connection.execute(f"SET schema = '{DATASET}'")
    for view in united([member], some, kind.ground(DATASET, "", ()), place, "USD"):
        connection.execute(f'CREATE VIEW "{view.name}" AS {view.sql}')


def _make(connection: duckdb.DuckDBPyConnection, name: str, columns: tuple[Column, ...]) -> None:
    declared = ", ".join(f'"{column.name}" {TYPES[column.type]}' for column in columns)
    connection.execute(f"CREATE TABLE quickbooks.{name} ({declared})")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(
        f"sqlite:///{tmp_path}/store.db", vault=Vault([bytes(32)]), locks=tmp_path / "locks"
    )
    yield opened
    opened.close()


@pytest.mark.parametrize(("page", "sql"), SQL, ids=[f"{page}-{place}" for place, (page, _) in enumerate(SQL)])
def test_every_statement_on_a_page_runs(page: Path, sql: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute(sql) is warehouse, page


@pytest.mark.parametrize(("page", "text"), CONFIGURATIONS, ids=[str(page) for page, _ in CONFIGURATIONS])
def test_every_whole_configuration_on_a_page_can_be_applied(page: Path, text: str, db: Database) -> None:
    around = surroundings(db, page.parent, now=NOW, environment={"BOOKS_FOLDER": "books"})

    changes = apply(around, Document(filename=str(page), text=text))

    assert {change.noun for change in changes} >= {"credential", "destination", "source"}


def test_there_are_examples_to_try() -> None:
    assert len(SQL) >= 4
    assert len(CONFIGURATIONS) >= 2
