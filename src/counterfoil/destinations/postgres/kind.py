"""PostgreSQL: all tables of a sync in one transaction; readers see the state before it or after it."""

from collections.abc import Mapping
from typing import Any

from counterfoil.destinations.base import Capabilities, Destination, Kind, Option, Step
from counterfoil.errors import SettingInvalid
from counterfoil.model.table import ColumnType

TYPES = {
    ColumnType.TEXT: "text",
    ColumnType.DECIMAL: "numeric(38,9)",
    ColumnType.INTEGER: "bigint",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamptz",
    ColumnType.JSON: "json",  # not jsonb, which turns keys round, drops those named twice and refuses \u0000
}

CAPABILITIES = Capabilities(
    all_tables_at_once=True,
    default_dataset="quickbooks",
    longest_name=63,
    types=TYPES,
    quote='"',
    reserved_datasets=r"pg_.*|information_schema",
    instead_of_nul="␀",
    dialect="postgres",
)

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

OPTIONS = (
    Option(
        name="host",
        help="The server's name or address; for an administrator also the folder of its socket.",
        required=True,
        host=True,
    ),
    Option(name="port", help="Where it listens.", type=int, default=5432),
    Option(name="database", help="The database; it must exist.", required=True),
    Option(name="user", help="Whom to sign in as.", required=True, tuning=True),
    Option(name="password", help="That user's password; empty where the server asks for none.", secret=True),
    Option(
        name="sslmode",
        help="How far the connection is protected; verify-full is the one that nobody can listen in on.",
        default="prefer",
        tuning=True,
        choices=SSL_MODES,
    ),
    Option(
        name="sslrootcert",
        help="A file on this machine with the certificates that the server's is checked against; "
        "empty for those that this machine trusts.",
        tuning=True,
    ),
    Option(
        name="sslcert", help="A file on this machine with a certificate to sign in with, if any.", tuning=True
    ),
    Option(name="sslkey", help="The file with that certificate's key.", tuning=True),
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
        help="How long to wait for someone else who holds a table, or loads the same ones.",
        type=int,
        default=600,
        tuning=True,
    ),
)

STEPS = (
    Step(
        name="Reach the server", grant="Let this machine through the firewall, to the server's host and port."
    ),
    Step(
        name="Sign in",
        grant="CREATE ROLE counterfoil LOGIN PASSWORD '…'; let it in from this machine in pg_hba.conf.",
    ),
    Step(
        name="Make a dataset",
        grant="GRANT CREATE ON DATABASE … TO counterfoil; or make the schema for it: "
        "CREATE SCHEMA quickbooks AUTHORIZATION counterfoil;",
    ),
    Step(name="Make a table", grant="GRANT USAGE, CREATE ON SCHEMA quickbooks TO counterfoil;"),
    Step(
        name="Write a row",
        grant="GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA quickbooks TO counterfoil;",
    ),
    Step(name="Replace it and read it back", grant="GRANT TEMPORARY ON DATABASE … TO counterfoil;"),
)


def make(options: Mapping[str, Any]) -> Destination:
    """Open a server. Raises SettingInvalid when its driver is missing."""
    try:
        from counterfoil.destinations.postgres.load import Postgres  # noqa: PLC0415 (psycopg is an extra)
    except ImportError as error:
        raise SettingInvalid(
            "PostgreSQL's driver is not installed.", do="Run: pip install 'counterfoil[postgres]'"
        ) from error
    return Postgres(options)


KIND = Kind(
    name="postgres",
    title="PostgreSQL",
    options=OPTIONS,
    capabilities=CAPABILITIES,
    steps=STEPS,
    make=make,
    driver=("psycopg", "postgres"),
)
