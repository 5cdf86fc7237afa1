"""The ledger and the statements in the SQL of warehouses that run nowhere here, given back to PostgreSQL.

sqlglot words our views for a kind, and words that for PostgreSQL again: what gets lost or goes through a float on the
way there shows in the rows. That the server itself takes the words is not shown by it.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
import sqlglot
from psycopg import sql

from counterfoil.books.views import STATEMENTS, asked, views
from counterfoil.destinations import KINDS
from counterfoil.destinations.postgres.load import Postgres
from tests.books.conftest import DATASET, Library, Row, tables

BITS = "mssql"
"""It knows no booleans, only 0 and 1, and joins texts by a plus."""
FARTHEST = ["bigquery", "mssql"]
"""Those whose words differ most from PostgreSQL's; `pytest -m kinds` takes the others too."""
OTHERS = [pytest.param(name, marks=pytest.mark.kinds) for name in ("databricks", "redshift")]


@pytest.fixture(scope="session")
def pond(library: Library) -> Iterator["psycopg.Connection[Any]"]:
    """The library's PostgreSQL, able to join texts by a plus."""
    warehouse = library.shelves["postgres"].warehouse
    assert isinstance(warehouse, Postgres)
    aim = warehouse.server.aim
    with psycopg.connect(host=aim.host, dbname=aim.database, user=aim.user, autocommit=True) as connection:
        connection.execute("CREATE OPERATOR public.+ (LEFTARG = text, RIGHTARG = text, FUNCTION = textcat)")
        yield connection


def lent(pond: "psycopg.Connection[Any]", schema: str, *, bits: bool) -> None:
    """Give a schema the tables of the books, with 0 and 1 in place of booleans where there are none."""
    pond.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    columns = pond.execute(
        "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c "
        "INNER JOIN information_schema.tables AS t USING (table_schema, table_name) "
        "WHERE c.table_schema = %s AND t.table_type = 'BASE TABLE' ORDER BY c.ordinal_position",
        [DATASET],
    )
    told: dict[str, list[sql.Composable]] = {}
    for table, column, type_ in columns:
        name = sql.Identifier(column)
        whole = sql.SQL("CAST({0} AS integer) AS {0}") if bits and type_ == "boolean" else sql.SQL("{0}")
        told.setdefault(table, []).append(whole.format(name))
    for table, names in told.items():
        pond.execute(
            sql.SQL("CREATE VIEW {}.{} AS SELECT {} FROM {}.{}").format(
                sql.Identifier(schema),
                sql.Identifier(table),
                sql.SQL(", ").join(names),
                sql.Identifier(DATASET),
                sql.Identifier(table),
            )
        )


@pytest.mark.parametrize("name", ["mssql", *OTHERS])
def test_a_question_about_the_ledger_needs_no_view_and_no_query_with_parts_within_another(
    library: Library, pond: "psycopg.Connection[Any]", name: str
) -> None:
    schema, shelf = f"asked_in_{name}", library.shelves["postgres"]
    lent(pond, schema, bits=name == BITS)
    ground = KINDS[name].capabilities.ground(schema, "", tables())

    said = asked(
        "SELECT p.account_id, SUM(p.amount) AS amount FROM ledger AS p GROUP BY p.account_id", ground
    )

    read = sqlglot.parse_one(said, read=ground.dialect)
    assert [part.parent for part in read.find_all(sqlglot.exp.With)] == [read]
    found = pond.execute(again(said, ground.dialect)).fetchall()
    expected = shelf.ask("SELECT account_id, SUM(amount) FROM {general_ledger_posting} GROUP BY account_id")
    assert len(expected) > 20
    assert sorted(map(shown, found)) == sorted(map(shown, expected))


def again(said: str, dialect: str) -> bytes:
    """A query of a kind in PostgreSQL's words."""
    (told,) = sqlglot.transpile(said, read=dialect, write="postgres")
    told = told.replace("BIGDECIMAL", "NUMERIC")
    return re.sub(r"\bBIT\b", "INTEGER", told).replace("VARCHAR(MAX)", "TEXT").encode()


def test_bigquery_rounds_a_product_once() -> None:
    ground = KINDS["bigquery"].capabilities.ground("books", "", tables())
    told = {view.name: sqlglot.parse_one(view.sql, read="bigquery") for view in views(ground)}

    products = [each for view in told.values() for each in view.find_all(sqlglot.exp.Mul)]
    money = [
        each for each in products if each.find(sqlglot.exp.Cast) and each.find_ancestor(sqlglot.exp.Round)
    ]
    types = {each.to.this for product in money for each in (product.this, product.expression)}
    assert len(money) >= 4
    assert types == {sqlglot.exp.DType.BIGDECIMAL}


def shown(row: Row) -> tuple[str, ...]:
    """A row as text, to sort and compare by: a bit is a boolean, and BigQuery keeps no noughts at the end."""
    return tuple(
        f"{value.normalize():f}"
        if isinstance(value, Decimal)
        else str(int(value))
        if isinstance(value, bool)
        else str(value)
        for value in row
    )


@pytest.fixture(scope="session")
def expected(library: Library) -> dict[str, list[tuple[str, ...]]]:
    """All rows of each view as PostgreSQL says them in its own words."""
    shelf = library.shelves["postgres"]
    return {name: sorted(map(shown, shelf.ask(f"SELECT * FROM {{{name}}}"))) for name in STATEMENTS}


@pytest.mark.parametrize("name", [*FARTHEST, *OTHERS])
def test_every_view_says_the_same_in_other_words(
    expected: dict[str, list[tuple[str, ...]]], pond: "psycopg.Connection[Any]", name: str
) -> None:
    schema = f"said_in_{name}"
    lent(pond, schema, bits=name == BITS)
    ground = KINDS[name].capabilities.ground(schema, "", tables())

    for view in views(ground):
        pond.execute(f'CREATE VIEW "{schema}"."{view.name}" AS '.encode() + again(view.sql, ground.dialect))

    for view_name, rows in expected.items():
        found = sorted(map(shown, pond.execute(f'SELECT * FROM "{schema}"."{view_name}"'.encode())))
        assert rows
        assert found == rows, view_name
