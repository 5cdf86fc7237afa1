"""The way to a Redshift cluster: signing in, its words for errors, and what dlt is told."""

import re
from collections.abc import Mapping
from typing import Any

import psycopg2

from counterfoil.destinations.base import Landing
from counterfoil.destinations.flavour import Flavour
from counterfoil.destinations.merge import SYNCS, Dialect
from counterfoil.destinations.through_dlt.redshift import CAPABILITIES
from counterfoil.destinations.through_dlt.stage import Loader
from counterfoil.destinations.through_dlt.way import AGAIN, Aim, Meaning, Way
from counterfoil.errors import WarehouseBusy, WarehouseFailed, WarehouseRefused

FLAVOUR = Flavour(
    clear="DELETE FROM",  # TRUNCATE would end the transaction
    now="getdate()",
)

LAYOUT = """
    SELECT c.relname, a.attname FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
    WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
"""
"""The information schema leaves out the tables that one has no right to: they would be made once more."""

SETTINGS = (
    "SET timezone TO 'UTC'",
    "SET enable_case_sensitive_identifier TO true",  # else names lose their capitals
    "SET statement_timeout TO {ms}",
)

MEANINGS: tuple[Meaning, ...] = (
    (r"password authentication failed|no password supplied", WarehouseRefused, "Check user and password."),
    (r'database ".*" does not exist', WarehouseRefused, "Make the database: CREATE DATABASE …;"),
    (r'(user|role) ".*" does not exist', WarehouseRefused, "CREATE USER … PASSWORD '…';"),
    (r"^42501|permission denied|must be owner", WarehouseRefused, ""),
    (r"^57014|statement timeout|canceling statement", WarehouseBusy, f"Raise `wait_seconds`. {AGAIN}"),
    (
        r"^40|serializable isolation violation|^42P06|^42P07|^23505|already exists|tuple concurrently",
        WarehouseBusy,
        f"Someone else loaded the same tables. {AGAIN}",
    ),
    (r"^53|disk full|too many clients|connection limit", WarehouseBusy, f"Make room there. {AGAIN}"),
    (r"^57P|server closed|terminating connection|SSL connection has been closed", WarehouseFailed, AGAIN),
    (
        r"^22001|value too long|exceeds ddl length",
        WarehouseRefused,
        "A text is longer than the column: give the column its type again, or leave the stream out.",
    ),
    (
        r"^22|^23|invalid input|overflow",
        WarehouseRefused,
        "Give the column the type again that it had, then sync.",
    ),
    (
        r"AccessDenied|S3ServiceException|InvalidAccessKeyId|NoSuchBucket|Forbidden",
        WarehouseRefused,
        "Check the `staging_…` options and what the key and the role may do with that folder.",
    ),
    (
        r"^42|^0A",
        WarehouseRefused,
        "Something else in that dataset is in the way: rename it, or choose another.",
    ),
    (
        r"could not translate host name|Name or service not known",
        WarehouseFailed,
        "Check the host's name, and this machine's name server.",
    ),
    (
        r"could not connect|Connection refused|timeout expired",
        WarehouseFailed,
        f"Check that it runs, and that this machine reaches its host and port. {AGAIN}",
    ),
)


def way(options: Mapping[str, Any]) -> Way:
    """How this cluster is reached and loaded."""
    aim = Aim(
        title="Redshift",
        machine=str(options["host"]),
        port=int(options["port"]),
        database=str(options["database"]),
        user=str(options["user"]),
    )
    addresses = tuple(options.get("host_addresses", ()))
    return Way(
        aim=aim,
        capabilities=CAPABILITIES,
        flavour=FLAVOUR,
        connect=lambda: connect(aim, str(options["password"] or ""), addresses),
        loader=_loader(aim, options, addresses),
        errors=psycopg2.Error,
        meanings=MEANINGS,
        grant=lambda doing: grant(doing, aim),
        addresses=addresses,
        mark="%s",
        settings=SETTINGS,
        layout=LAYOUT,
        turn=take_turn,
        view_ends=" WITH NO SCHEMA BINDING",  # else no table that it reads could be made anew
        conflict="loaded the same tables|already exists|isolation|concurrent",
        secrets=(str(options["password"] or ""), str(options["staging_secret"] or "")),
    )


def connect(aim: Aim, password: str, addresses: tuple[str, ...] = (), **more: str) -> Any:
    """A connection that commits each statement by itself."""
    given = {"sslmode": "prefer", "hostaddr": ",".join(addresses[:1]) or None} | more
    connection = psycopg2.connect(
        host=aim.machine,
        port=aim.port,
        dbname=aim.database,
        user=aim.user,
        password=password,
        connect_timeout=15,
        application_name="counterfoil",
        passfile="",
        client_encoding="utf-8",
        keepalives_idle=30,
        **given,
    )
    connection.autocommit = True
    return connection


def take_turn(speak: Dialect, landing: Landing, _: float) -> None:
    """One load at a time in a dataset: Redshift would undo one of two that write to the same table."""
    if SYNCS in speak.layout(landing.dataset):
        speak.execute(f"LOCK TABLE {speak.table(landing.dataset, SYNCS)}")


def grant(doing: str, aim: Aim) -> str:
    """The very statement that gives the right, as whoever owns the database would type it."""
    user, database = _name(aim.user), _name(aim.database)
    place = re.search(r'"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")?', doing)
    full = place.group() if place else "…"
    schema = re.sub(r'\."(?:[^"]|"")*"$', "", full)
    if doing.startswith(("CREATE SCHEMA", "CREATE TEMPORARY")):
        return f"Run: GRANT CREATE, TEMPORARY ON DATABASE {database} TO {user};"
    if doing.startswith("CREATE TABLE"):
        return f"Run: GRANT USAGE, CREATE ON SCHEMA {schema} TO {user};"
    if doing.startswith("ALTER TABLE"):
        return f"Run: ALTER TABLE {full} OWNER TO {user};"
    return (
        f"Run: GRANT USAGE ON SCHEMA {schema} TO {user}; "
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user};"
    )


def _loader(aim: Aim, options: Mapping[str, Any], addresses: tuple[str, ...]) -> Loader:
    credentials = {
        "host": aim.machine,
        "port": aim.port,
        "database": aim.database,
        "username": aim.user,
        "password": str(options["password"] or ""),
        "connect_timeout": 15,
    }
    if addresses:
        credentials["query"] = {"hostaddr": addresses[0]}
    if not options["staging_bucket"]:
        return Loader(destination="redshift", arguments={"credentials": credentials})
    keys = {
        "aws_access_key_id": options["staging_key_id"],
        "aws_secret_access_key": options["staging_secret"],
        "region_name": options["staging_region"],
    }
    return Loader(
        destination="redshift",
        arguments={"credentials": credentials, "staging_iam_role": options["staging_role"] or None},
        staging={
            "bucket_url": options["staging_bucket"],
            "credentials": {name: value for name, value in keys.items() if value},
        },
        format="parquet",
    )


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
