"""Serve `fakesnow` on a port, with what it gets wrong put right: `python snowflake_front.py PORT`.

It runs in the emulator's own environment, and is no part of the tests' process.
"""

import json
import sys
import time
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import duckdb
import pyarrow as pa
import snowflake.connector.errors as errors
import uvicorn
from fakesnow import arrow, copy_into, info_schema
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.server import login_request, routes
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

LOCKED = 625
IDLE_SECONDS = 4
ROW_COUNT = "row_count"


def text_lengths(catalog: str, schema: str, table: str, lengths: list[tuple[str, int]]) -> str:
    """The same with names that may hold an apostrophe."""
    safe = [(name.replace("'", "''"), length) for name, length in lengths]
    return str(_text_lengths(catalog, schema, table.replace("'", "''"), safe))


def execute(cursor: FakeSnowflakeCursor, command: str, *given: Any, **more: Any) -> Any:
    """Of two writers DuckDB refuses the second at once: said as Snowflake says that it waited for too long."""
    used[cursor._conn] = time.monotonic()
    if ROW_COUNT in command:
        command = command.replace(ROW_COUNT, counted(cursor._duck_conn))
    try:
        return _execute(cursor, command, *given, **more)
    except duckdb.TransactionException as conflict:
        undo_idle()
        raise errors.ProgrammingError(msg=str(conflict), errno=LOCKED, sqlstate="57014") from conflict


def undo_idle() -> None:
    """A transaction that is in others' way while its session does nothing is undone: Snowflake waits five minutes."""
    for session, moment in list(used.items()):
        if moment + IDLE_SECONDS < time.monotonic():
            with suppress(duckdb.Error):  # there is none
                session._duck_conn.rollback()
            session._in_transaction = False


def counted(connection: Any) -> str:
    """How many rows each table has: DuckDB's own estimate, which stands there, knows of none that was deleted."""
    found = connection.execute(
        "SELECT database_name, schema_name, table_name FROM duckdb_tables()"
    ).fetchall()
    cases = ["CASE table_catalog || '.' || table_schema || '.' || table_name"]
    for parts in found:
        name = ".".join('"' + part.replace('"', '""') + '"' for part in parts)
        ((rows,),) = connection.execute(f"SELECT count(*) FROM {name}").fetchall()
        cases.append("WHEN '" + ".".join(parts).replace("'", "''") + f"' THEN {rows}")
    return " ".join([*cases, "END"])


def timestamps(times: pa.ChunkedArray) -> pa.StructArray:
    """Null stays null; else it would be 1970."""
    made, kept = _timestamps(times), times.combine_chunks() if isinstance(times, pa.ChunkedArray) else times
    return pa.StructArray.from_arrays(made.flatten(), fields=list(made.type), mask=kept.is_null())


async def login(request: Request) -> JSONResponse:
    """With the second token, without which no driver ever ends its session."""
    answer = json.loads((await login_request(request)).body)
    answer["data"] |= {"masterToken": answer["data"]["token"], "masterValidityInSeconds": 14_400}
    return JSONResponse(answer)


class Sessions(dict[str, Any]):
    """A session that ends takes its transaction with it."""

    def __delitem__(self, token: str) -> None:
        ended = self[token]
        super().__delitem__(token)
        with suppress(duckdb.Error):  # there is none
            ended._duck_conn.rollback()
        ended.close()


def describe_table(
    table: Any, connection: Any, catalog: str | None, schema: str | None
) -> list[tuple[str, str]]:
    """A table's columns and their types, whatever its name is, and if it is one of the session alone."""
    parts = (table.catalog, table.db, table.name)
    name = ".".join('"' + part.replace('"', '""') + '"' for part in parts if part)
    return [row[:2] for row in connection.execute(f"DESCRIBE {name}").fetchall()]


used: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
_text_lengths = info_schema.insert_text_lengths_sql
_timestamps = arrow.timestamp_to_sf_struct
_execute = FakeSnowflakeCursor.execute

if __name__ == "__main__":
    sys.modules["fakesnow.server"].sessions = Sessions()  # type: ignore[attr-defined]
    info_schema.insert_text_lengths_sql = text_lengths
    arrow.timestamp_to_sf_struct = timestamps
    copy_into._describe_table = describe_table
    FakeSnowflakeCursor.execute = execute
    here = Route("/session/v1/login-request", login, methods=["POST"])
    app = Starlette(routes=[here, *routes])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
