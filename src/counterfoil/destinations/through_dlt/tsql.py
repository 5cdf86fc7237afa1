"""What SQL Server and Synapse share: options, the way there, T-SQL, and its words for errors."""

import re
from collections.abc import Mapping
from typing import Any

from counterfoil.destinations.base import Capabilities, Option
from counterfoil.destinations.flavour import Flavour
from counterfoil.destinations.through_dlt.way import AGAIN, Aim, Meaning
from counterfoil.errors import SettingInvalid, WarehouseBusy, WarehouseFailed, WarehouseRefused
from counterfoil.model.table import ColumnType

TYPES = {
    ColumnType.TEXT: "nvarchar(max)",
    ColumnType.DECIMAL: "decimal(38,9)",
    ColumnType.INTEGER: "bigint",
    ColumnType.BOOLEAN: "bit",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "datetimeoffset(6)",
    ColumnType.JSON: "nvarchar(max)",
}

DRIVERS = ("ODBC Driver 18 for SQL Server", "ODBC Driver 17 for SQL Server")
"""Microsoft's; the first one that is installed is taken."""


def capabilities(*, all_tables_at_once: bool, tables_first: bool) -> Capabilities:
    """What differs between the two."""
    return Capabilities(
        all_tables_at_once=all_tables_at_once,
        tables_first=tables_first,
        default_dataset="quickbooks",
        longest_name=128,
        types=TYPES,
        quote='"',
        dialect="tsql",
        reserved_datasets=r"sys|information_schema|guest|db_.*",
        instead_of_nul="␀",
    )


def options(*more: Option) -> tuple[Option, ...]:
    """What both want to know."""
    return (
        Option(name="host", help="The server's name or address.", required=True, host=True),
        Option(name="port", help="Where it listens.", type=int, default=1433),
        Option(name="database", help="The database; it must exist.", required=True),
        Option(name="user", help="Whom to sign in as.", required=True, tuning=True),
        Option(name="password", help="That user's password.", required=True, secret=True),
        Option(
            name="driver",
            help="Microsoft's ODBC driver on this machine, by its name; empty for the newest that is there.",
            tuning=True,
            choices=DRIVERS,
        ),
        Option(
            name="trust_certificate",
            help="Whether to take the server's certificate unchecked: only where nobody can listen in.",
            default="no",
            tuning=True,
            choices=("no", "yes"),
        ),
        *more,
        Option(
            name="wait_seconds",
            help="How long to wait for someone else who holds a table, or loads the same ones.",
            type=int,
            default=600,
            tuning=True,
        ),
    )


EXACT = "{} COLLATE Latin1_General_100_BIN2"
"""A database's own collation may take capitals and accents for the same."""

FLAVOUR = Flavour(
    newest="#newest",
    gone="#gone",
    scratch="CREATE TABLE",
    scratch_text="nvarchar(max) COLLATE Latin1_General_100_BIN2",
    clear="DELETE FROM",
    add="ADD",
    now="SYSUTCDATETIME()",
    true="1",
    false="0",
    untrue="{} = 0",
    exact=EXACT,
    length="DATALENGTH({})",  # LEN does not count spaces at the end
    char="NCHAR({})",
    top="TOP ({}) ",
    page="",
    begin="BEGIN TRANSACTION",
    cascade=False,
)

MEANINGS: tuple[Meaning, ...] = (
    (r"^28000|Login failed|\(18456\)|\(40615\)", WarehouseRefused, "Check user, password and firewall rule."),
    (
        r"\(4060\)|Cannot open database",
        WarehouseRefused,
        "Make the database, and a user in it for this login.",
    ),
    (
        r"Can't open lib|IM002|Data source name not found",
        WarehouseRefused,
        "Install Microsoft's ODBC Driver 18 for SQL Server on the machine of Counterfoil.",
    ),
    (r"\((229|262|297|300|2760|15247|1088|3701|4902)\)|permission", WarehouseRefused, ""),
    (
        r"\((1222|1205|3960|2714|2759|2627|2601)\)|lock request time out|deadlock|counterfoil: someone",
        WarehouseBusy,
        f"Someone else loads or holds the same tables. {AGAIN}",
    ),
    (r"^HYT0|timeout expired", WarehouseBusy, f"Raise `wait_seconds`. {AGAIN}"),
    (
        r"certificate|SSL Provider",
        WarehouseRefused,
        "Give the server a certificate that this machine trusts, or set `trust_certificate` to yes.",
    ),
    (r"\((9002|1105|1101|40544)\)", WarehouseFailed, f"The server is full: make room there. {AGAIN}"),
    (
        r"\((2628|8152)\)|truncated",
        WarehouseRefused,
        "Somebody made a column shorter: give it its type again.",
    ),
    (
        r"\((245|8114|8115|241|206|257|515|547|2627)\)|^22|^23|Conversion failed",
        WarehouseRefused,
        "A column has another type than we gave it: give it that type again, then sync.",
    ),
    (
        r"AuthorizationFailure|AuthenticationFailed|\(105215\)|storage account",
        WarehouseRefused,
        "Check the `staging_…` options, and what the key may do with that container.",
    ),
    (r"^08|Communication link|connection is broken|not currently available", WarehouseFailed, AGAIN),
    (r"^42", WarehouseRefused, "Something else in that dataset is in the way: rename it, or choose another."),
)

CONFLICT = "already an object|deadlock|snapshot isolation"


def aim(title: str, given: Mapping[str, Any]) -> Aim:
    """Which server, and as whom."""
    return Aim(
        title=title,
        machine=str(given["host"]),
        port=int(given["port"]),
        database=str(given["database"]),
        user=str(given["user"]),
    )


def odbc() -> Any:
    """The module that speaks ODBC. Raises SettingInvalid when the system lacks what it needs."""
    try:
        import pyodbc  # noqa: PLC0415 (an extra)
    except ImportError as error:
        if error.name == "pyodbc":
            raise
        raise SettingInvalid(
            "The system's ODBC library is not installed.",
            do="Install unixODBC, and Microsoft's ODBC Driver 18 for SQL Server, on the machine of Counterfoil.",
        ) from error
    return pyodbc


def driver(given: Mapping[str, Any], module: Any) -> str:
    """The driver that was asked for, or the newest that is here. Raises SettingInvalid when there is none."""
    there = module.drivers()
    wanted = [given["driver"]] if given["driver"] else list(DRIVERS)
    for name in wanted:
        if name in there:
            return str(name)
    raise SettingInvalid(
        f"{wanted[0]} is not installed on the machine of Counterfoil.",
        do="Install it as Microsoft's page tells: learn.microsoft.com/sql/connect/odbc/linux-mac",
    )


def credentials(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What dlt is told, and what our own sessions are opened with."""
    return {
        "host": str(given["host"]),
        "port": int(given["port"]),
        "database": str(given["database"]),
        "username": str(given["user"]),
        "password": str(given["password"] or ""),
        "driver": name,
        "connect_timeout": 15,
        "query": {"encrypt": "yes", "trustservercertificate": str(given["trust_certificate"])},
    }


def dsn(told: Mapping[str, Any], **more: str) -> str:
    """The driver's connection string; every value stands in braces, where nothing ends it."""
    words = {
        "DRIVER": told["driver"],
        "SERVER": f"{told['host']},{told['port']}",
        "DATABASE": told["database"],
        "UID": told["username"],
        "PWD": told["password"],
        "APP": "counterfoil",
        **told["query"],
        **more,
    }
    return ";".join(f"{name}={{{str(value).replace('}', '}}')}}}" for name, value in words.items())


def grant(doing: str, to: Aim) -> str:
    """The very statement that gives the right, as whoever owns the database would type it."""
    user = _name(to.user)
    place = re.search(r'"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")?', doing)
    full = place.group() if place else "…"
    schema = re.sub(r'\."(?:[^"]|"")*"$', "", full)
    if doing.startswith("CREATE SCHEMA"):
        return f"Run: GRANT CREATE SCHEMA, CREATE TABLE TO {user};"
    if doing.startswith("CREATE TABLE"):
        return f"Run: GRANT CREATE TABLE TO {user}; GRANT ALTER ON SCHEMA::{schema} TO {user};"
    return f"Run: GRANT SELECT, INSERT, UPDATE, DELETE, ALTER ON SCHEMA::{schema} TO {user};"


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
