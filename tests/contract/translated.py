"""One warehouse's SQL spoken to a PostgreSQL: cursors of psycopg2 that translate each statement by sqlglot."""

import re
from functools import cache
from typing import Any

import psycopg2.extensions
import sqlglot

SQL_SERVER = "tsql"
DATABRICKS = "databricks"

UNKNOWN = (
    "SET enable_case_sensitive_identifier",
    "SET XACT_ABORT",
    "SET QUOTED_IDENTIFIER",
    "SET ANSI_WARNINGS",
)
"""Settings that no PostgreSQL knows, nor needs: what they ask for it always does."""

TURN = """
    SELECT CASE WHEN pg_advisory_xact_lock(hashtextextended(%s, 0)) IS NULL THEN 0 ELSE 0 END + 0 * %s
"""

BIT = psycopg2.extensions.new_type((21,), "BIT", lambda value, _: None if value is None else value != "0")
"""A small number stands in for a bit: it is compared with 0 and 1."""


def plainly() -> type[Any]:
    """Cursors that only leave out what no PostgreSQL knows."""

    class Lenient(psycopg2.extensions.cursor):  # type: ignore[misc]
        def execute(self, query: Any, values: Any = None) -> None:
            if not str(query).startswith(UNKNOWN):
                super().execute(str(query).replace(" WITH NO SCHEMA BINDING", ""), values)

    return Lenient


def speaking(dialect: str) -> type[Any]:
    """Cursors that translate."""

    class Translating(psycopg2.extensions.cursor):  # type: ignore[misc]
        def execute(self, query: Any, values: Any = None) -> None:
            psycopg2.extensions.register_type(BIT, self)
            if str(query).startswith(UNKNOWN):
                return
            told = TURN if "sp_getapplock" in query else translated(str(query), dialect)
            super().execute(told, values) if values else super().execute(told.replace("%%", "%"))

    return Translating


@cache
def translated(sql: str, dialect: str) -> str:
    """One statement in PostgreSQL's SQL, with psycopg2's marks."""
    plain = sql.replace(" WITH (HEAP, DISTRIBUTION = ROUND_ROBIN)", "")
    (told,) = sqlglot.transpile(plain, read=dialect, write="postgres")
    parts = re.split(r"""("(?:[^"]|"")*")""", told)  # names stay as they are
    for place in range(0, len(parts), 2):
        part = re.sub(r"(?i)\bVARCHAR\(MAX\)", "TEXT", parts[place])
        part = re.sub(r"\bBIT\b", "SMALLINT", part)
        parts[place] = re.sub(r"\bNCHAR\(", "chr(", part).replace(" NULLS FIRST", "").replace("%s", "\0")
    return (
        "".join(parts).replace("%", "%%").replace("\0", "%s").replace("SET LOCK_TIMEOUT", "SET lock_timeout")
    )
