"""Snowflake: all tables of a sync in one transaction; readers see the state before it or after it."""

from collections.abc import Mapping
from typing import Any

from counterfoil.destinations.base import Capabilities, Destination, Kind, Option, Step
from counterfoil.errors import SettingInvalid
from counterfoil.model.table import ColumnType

TYPES = {
    ColumnType.TEXT: "TEXT",
    ColumnType.DECIMAL: "NUMBER(38,9)",
    ColumnType.INTEGER: "NUMBER(38,0)",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP_TZ(6)",
    ColumnType.JSON: "TEXT",  # VARIANT would order keys, keep one of two that bear the same name and round numbers
}

CAPABILITIES = Capabilities(
    all_tables_at_once=True,
    default_dataset="quickbooks",
    longest_name=255,
    types=TYPES,
    quote='"',
    dialect="snowflake",
    upper_names=True,
    tables_first=True,
    reserved_datasets=r"(?i)information_schema",
)

OPTIONS = (
    Option(
        name="account",
        help="The account's identifier, as `organisation-account`: what stands before .snowflakecomputing.com.",
        required=True,
    ),
    Option(name="user", help="Whom to sign in as; a user of the type SERVICE.", required=True, tuning=True),
    Option(
        name="private_key",
        help="The private key that belongs to the user's RSA_PUBLIC_KEY, as PEM, with its first and last line.",
        secret=True,
    ),
    Option(
        name="private_key_passphrase", help="What opens the private key, if it is encrypted.", secret=True
    ),
    Option(
        name="password",
        help="The user's password, or a programmatic access token, where there is no key.",
        secret=True,
    ),
    Option(name="role", help="The role to work as; empty for the user's own default.", tuning=True),
    Option(
        name="warehouse", help="The warehouse that does the work; empty for the user's default.", tuning=True
    ),
    Option(
        name="database",
        help='The database; it must exist. In upper case, as Snowflake reads it; in "…" as it stands.',
        required=True,
    ),
    Option(
        name="host",
        help="Where the account is reached, if not at its own name: a private link, or an emulator.",
        host=True,
    ),
    Option(name="port", help="Where it listens.", type=int, default=443),
    Option(
        name="protocol",
        help="https; http, which anybody can listen in on, only for an emulator.",
        default="https",
        tuning=True,
        choices=("https", "http"),
    ),
    Option(
        name="connect_seconds",
        help="How long to try to sign in.",
        type=int,
        default=30,
        tuning=True,
    ),
    Option(
        name="network_seconds",
        help="How long to try again when Snowflake does not answer.",
        type=int,
        default=120,
        tuning=True,
    ),
    Option(
        name="statement_seconds",
        help="How long one statement may take; 0 for as long as the warehouse allows.",
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

STEPS = (
    Step(
        name="Reach the account",
        grant="Check the account's identifier, and let this machine out to it through the firewall, to port 443.",
    ),
    Step(
        name="Sign in",
        grant="CREATE USER counterfoil TYPE = SERVICE RSA_PUBLIC_KEY = '…' DEFAULT_ROLE = counterfoil;",
    ),
    Step(
        name="Use the warehouse",
        grant="GRANT USAGE ON WAREHOUSE … TO ROLE counterfoil;",
    ),
    Step(
        name="Make a dataset",
        grant="GRANT USAGE, CREATE SCHEMA ON DATABASE … TO ROLE counterfoil;",
    ),
    Step(name="Make a table", grant="GRANT USAGE, CREATE TABLE ON SCHEMA … TO ROLE counterfoil;"),
    Step(
        name="Load a file",
        grant="Let this machine out to the cloud storage that the account stands on, to port 443: "
        "SELECT SYSTEM$ALLOWLIST() names it.",
    ),
    Step(
        name="Replace it and read it back",
        grant="GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA … TO ROLE counterfoil;",
    ),
)


def make(options: Mapping[str, Any]) -> Destination:
    """Open an account. Raises SettingInvalid when its driver is missing, or an option is wrong."""
    try:
        from counterfoil.destinations.snowflake.load import Snowflake  # noqa: PLC0415 (its driver is an extra)
    except ImportError as error:
        raise SettingInvalid(
            "Snowflake's driver is not installed.", do="Run: pip install 'counterfoil[snowflake]'"
        ) from error
    return Snowflake(options)


KIND = Kind(
    name="snowflake",
    title="Snowflake",
    options=OPTIONS,
    capabilities=CAPABILITIES,
    steps=STEPS,
    make=make,
    driver=("snowflake.connector", "snowflake"),
)
