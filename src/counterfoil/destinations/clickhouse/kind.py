"""ClickHouse: each table is prepared beside the old one and takes its place in one moment."""

from collections.abc import Mapping
from typing import Any

from counterfoil.destinations.base import Capabilities, Destination, Kind, Option, Step
from counterfoil.errors import SettingInvalid
from counterfoil.model.table import ColumnType

TYPES = {
    ColumnType.TEXT: "Nullable(String)",
    ColumnType.DECIMAL: "Nullable(Decimal(38, 9))",
    ColumnType.INTEGER: "Nullable(Int64)",
    ColumnType.BOOLEAN: "Nullable(Bool)",
    ColumnType.DATE: "Nullable(Date32)",
    ColumnType.TIMESTAMP: "Nullable(DateTime64(6, 'UTC'))",
    ColumnType.JSON: "Nullable(String)",  # not JSON, which turns keys round and reads large numbers as floats
}

CAPABILITIES = Capabilities(
    all_tables_at_once=False,
    default_dataset="quickbooks",
    longest_name=127,  # a name becomes part of a file's, together with its database's and more
    types=TYPES,
    quote="`",
    dialect="clickhouse",
    reserved_datasets=r"system|information_schema|INFORMATION_SCHEMA|_temporary_and_external_tables",
)

OPTIONS = (
    Option(name="host", help="The server's name or address.", required=True, host=True),
    Option(
        name="port",
        help="Where it listens for HTTP: mostly 8443 when encrypted, 8123 when not.",
        type=int,
        default=8443,
    ),
    Option(name="user", help="Whom to sign in as.", required=True, tuning=True),
    Option(name="password", help="That user's password; empty where the server asks for none.", secret=True),
    Option(
        name="sslmode",
        help="How far the connection is protected; verify-full is the one that nobody can listen in on.",
        default="verify-full",
        tuning=True,
        choices=("disable", "require", "verify-full"),
    ),
    Option(
        name="sslrootcert",
        help="A file on this machine with the certificates that the server's is checked against; "
        "empty for those that this machine trusts.",
        tuning=True,
    ),
    Option(
        name="connect_seconds",
        help="How long to wait for the server to answer.",
        type=int,
        default=15,
        tuning=True,
    ),
    Option(
        name="statement_seconds",
        help="How long one statement may take; 0 for as long as it needs.",
        type=int,
        default=3600,
        tuning=True,
    ),
    Option(
        name="wait_seconds",
        help="How long to wait for another sync of ours that loads the same tables.",
        type=int,
        default=600,
        tuning=True,
    ),
)

RIGHTS = "GRANT SELECT, INSERT, ALTER, CREATE TABLE, DROP TABLE ON quickbooks.* TO counterfoil;"

STEPS = (
    Step(
        name="Reach the server", grant="Let this machine through the firewall, to the server's host and port."
    ),
    Step(name="Sign in", grant="CREATE USER counterfoil IDENTIFIED BY '…';"),
    Step(
        name="Make a dataset",
        grant="GRANT CREATE DATABASE ON quickbooks.* TO counterfoil; or make it: CREATE DATABASE quickbooks;",
    ),
    Step(name="Make a table", grant=RIGHTS),
    Step(name="Write a row", grant=RIGHTS),
    Step(name="Replace it and read it back", grant=RIGHTS),
)


def make(options: Mapping[str, Any]) -> Destination:
    """Open a server. Raises SettingInvalid when its driver is missing."""
    try:
        from counterfoil.destinations.clickhouse.load import ClickHouse  # noqa: PLC0415 (its driver is an extra)
    except ImportError as error:
        raise SettingInvalid(
            "ClickHouse's driver is not installed.", do="Run: pip install 'counterfoil[clickhouse]'"
        ) from error
    return ClickHouse(options)


KIND = Kind(
    name="clickhouse",
    title="ClickHouse",
    options=OPTIONS,
    capabilities=CAPABILITIES,
    steps=STEPS,
    make=make,
    driver=("clickhouse_connect", "clickhouse"),
)
