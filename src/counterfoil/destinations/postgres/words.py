"""What PostgreSQL's errors mean, by their codes; and, while connecting, by their words, which have no codes."""

import re
from dataclasses import dataclass

import psycopg

from counterfoil.errors import CounterfoilError, WarehouseBusy, WarehouseFailed, WarehouseRefused

AGAIN = "Nothing is lost: the next sync brings it all."


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Which server, and as whom, in the words of an error."""

    host: str
    port: int
    database: str
    user: str

    def __str__(self) -> str:
        where = self.host if self.host.startswith("/") else f"{self.host}:{self.port}"
        return f"PostgreSQL at {where}, database {self.database}"


CODES: tuple[tuple[str, type[CounterfoilError], str], ...] = (
    ("53100", WarehouseFailed, f"The server's disk is full: make room there, then sync again. {AGAIN}"),
    ("53300", WarehouseBusy, "The server takes no more connections: raise max_connections, or wait."),
    (
        "53200",
        WarehouseFailed,
        "The server is out of memory or locks: raise max_locks_per_transaction there.",
    ),
    ("55P03", WarehouseBusy, "Someone holds a table that the load needs: end what they do, then sync again."),
    ("40P01", WarehouseBusy, f"It and someone else waited for each other. {AGAIN}"),
    ("57014", WarehouseBusy, "Raise `statement_seconds`, or find out what slows the server down."),
    ("57P", WarehouseFailed, f"The server was shut down, or ended the connection. {AGAIN}"),
    (
        "25006",
        WarehouseRefused,
        "This server is a copy that nobody writes to: give the host of the primary one.",
    ),
    ("22001", WarehouseRefused, "Somebody made a column shorter: give it the type `text` again, then sync."),
    ("22P05", WarehouseRefused, "Make the database anew with ENCODING 'UTF8'."),
    (
        "22",
        WarehouseRefused,
        "A column has another type than we gave it: give it that type again, then sync.",
    ),
    ("23", WarehouseRefused, "A rule that somebody gave the table is in the way: drop it, then sync again."),
    (
        "42939",
        WarehouseRefused,
        "PostgreSQL keeps names that begin with pg_ for itself: choose another dataset.",
    ),
    (
        "42",
        WarehouseRefused,
        "Something else in that dataset is in the way: rename it, or choose another dataset.",
    ),
    ("54", WarehouseRefused, "It is larger than PostgreSQL allows; please report it."),
    (
        "0A",
        WarehouseRefused,
        "Something else in that dataset is in the way: rename it, or choose another dataset.",
    ),
)
"""What codes begin with, what they mean, and what helps; the first one counts."""

GREETINGS: tuple[tuple[str, type[CounterfoilError], str], ...] = (
    (
        r"password authentication failed|no password supplied|authentication failed",
        WarehouseRefused,
        "Check user and password.",
    ),
    (
        r'role ".*" does not exist|not permitted to log in|permission denied for database',
        WarehouseRefused,
        "Make the user: CREATE ROLE … LOGIN PASSWORD '…'; and GRANT CONNECT ON DATABASE … to it.",
    ),
    (r'database ".*" does not exist', WarehouseRefused, "Make the database: CREATE DATABASE …;"),
    (
        r"no pg_hba\.conf entry|no encryption",
        WarehouseRefused,
        "Let this machine in, in the server's pg_hba.conf; where it asks for encryption, set `sslmode` to require.",
    ),
    (
        r"does not support SSL|sslmode|certificate|SSL error|SSL SYSCALL|private key",
        WarehouseRefused,
        "Check `sslmode`, `sslrootcert`, `sslcert` and `sslkey` against what the server offers.",
    ),
    (
        r"too many (?:clients|connections)|remaining connection slots|connection limit",
        WarehouseBusy,
        "The server takes no more connections: raise max_connections, or wait.",
    ),
    (
        r"could not translate host name|Name or service not known|nodename nor servname|resolve host",
        WarehouseFailed,
        "Check the host's name, and this machine's name server.",
    ),
)
"""What is said while connecting, in the words of driver and server."""


def not_connected(error: psycopg.Error, aim: Aim) -> CounterfoilError:
    """Why there is no connection, with what to do about it."""
    said = _first_line(error)
    for words, kind, do in GREETINGS:
        if re.search(words, said, re.IGNORECASE):
            return kind(f"{aim} did not let {aim.user} in: {said}", do=do)
    return WarehouseFailed(
        f"{aim} could not be reached: {said}",
        do=f"Check that it runs, and that this machine reaches its host and port. {AGAIN}",
    )


def as_ours(error: psycopg.Error, aim: Aim, doing: str) -> CounterfoilError:
    """An error of the statement that was being done, as one of ours."""
    code, said = error.sqlstate or "", _first_line(error)
    if code == "42501":
        return WarehouseRefused(f"{aim} does not let {aim.user} do that: {said}", do=_grant(doing, aim))
    for beginning, kind, do in CODES:
        if code.startswith(beginning):
            return kind(f"{aim}: {said}{_where(error)}", do=do)
    return WarehouseFailed(f"The connection to {aim} was lost: {said}", do=AGAIN)


def _grant(doing: str, aim: Aim) -> str:
    """The very statement that gives the right, as whoever owns the database would type it."""
    user, database = _name(aim.user), _name(aim.database)
    place = re.search(r'"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")?', doing)
    full = place.group() if place else "…"
    schema = re.sub(r'\."(?:[^"]|"")*"$', "", full)
    if doing.startswith("CREATE SCHEMA"):
        return f"Run: GRANT CREATE ON DATABASE {database} TO {user};"
    if doing.startswith("CREATE TEMPORARY"):
        return f"Run: GRANT TEMPORARY ON DATABASE {database} TO {user};"
    if doing.startswith("CREATE TABLE"):
        return f"Run: GRANT USAGE, CREATE ON SCHEMA {schema} TO {user};"
    if doing.startswith(("ALTER TABLE", "CREATE INDEX")):
        return f"Run: ALTER TABLE {full} OWNER TO {user};"
    return (
        f"Run: GRANT USAGE ON SCHEMA {schema} TO {user}; "
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user};"
    )


def _where(error: psycopg.Error) -> str:
    """Which table and column it is about, where the server says so; never the row itself."""
    found = re.match(
        r"COPY (?P<table>.+?), line \d+(?:, column (?P<column>\S+?))?(?::|$)", error.diag.context or ""
    )
    table = error.diag.table_name or (found["table"] if found else "")
    column = error.diag.column_name or (found["column"] if found else "")
    named = [f"{word} {name}" for word, name in (("table", table), ("column", column)) if name]
    return f" ({', '.join(named)})" if named else ""


def _first_line(error: psycopg.Error) -> str:
    said = error.diag.message_primary or str(error)
    return (said.splitlines() or ["it gave no reason"])[0][:300]


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
