"""Amazon Redshift: rows are staged by dlt, then all tables of a sync change in one transaction."""

from collections.abc import Mapping
from typing import Any

from counterfoil.destinations.base import Capabilities, Destination, Kind, Option, Step
from counterfoil.errors import SettingInvalid
from counterfoil.model.table import ColumnType

TYPES = {
    ColumnType.TEXT: "varchar(65535)",
    ColumnType.DECIMAL: "numeric(38,9)",
    ColumnType.INTEGER: "bigint",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamptz",
    ColumnType.JSON: "varchar(65535)",  # not super, which turns keys round and numbers into floats
}

CAPABILITIES = Capabilities(
    all_tables_at_once=True,
    default_dataset="quickbooks",
    longest_name=127,
    longest_text=65535,
    types=TYPES,
    quote='"',
    dialect="redshift",
    reserved_datasets=r"pg_.*|information_schema|catalog_history",
    instead_of_nul="␀",
)

OPTIONS = (
    Option(
        name="host",
        help="The cluster's or workgroup's endpoint, without port and database.",
        required=True,
        host=True,
    ),
    Option(name="port", help="Where it listens.", type=int, default=5439),
    Option(name="database", help="The database; it must exist.", required=True),
    Option(name="user", help="Whom to sign in as.", required=True, tuning=True),
    Option(name="password", help="That user's password.", required=True, secret=True),
    Option(
        name="staging_bucket",
        help="A folder in S3 that rows go through, as s3://bucket/folder; without one they are inserted, "
        "some thousand a second.",
        tuning=True,
    ),
    Option(
        name="staging_key_id",
        help="The access key's id for that folder; it has to list, write and delete.",
        tuning=True,
    ),
    Option(name="staging_secret", help="That access key's secret.", secret=True),
    Option(name="staging_region", help="The bucket's region, the same as the cluster's.", tuning=True),
    Option(
        name="staging_role",
        help="The role that Redshift itself reads the folder with, by its ARN; without one it uses the access key.",
        tuning=True,
    ),
    Option(
        name="wait_seconds",
        help="How long one statement may take, waiting for others included.",
        type=int,
        default=3600,
        tuning=True,
    ),
)

STEPS = (
    Step(
        name="Reach the server",
        grant="Let this machine through the security group and the VPC's routes, to the endpoint and port.",
    ),
    Step(name="Sign in", grant="CREATE USER counterfoil PASSWORD '…';"),
    Step(name="Make a dataset", grant="GRANT CREATE ON DATABASE … TO counterfoil;"),
    Step(name="Make a table", grant="GRANT USAGE, CREATE ON SCHEMA quickbooks TO counterfoil;"),
    Step(
        name="Bring a row through the stage",
        grant="GRANT CREATE ON DATABASE … TO counterfoil; and the bucket's list, read, write and delete.",
    ),
    Step(name="Replace it and read it back", grant="GRANT TEMPORARY ON DATABASE … TO counterfoil;"),
)


def make(options: Mapping[str, Any]) -> Destination:
    """Open a cluster. Raises SettingInvalid when its drivers are missing."""
    try:
        from counterfoil.destinations.through_dlt.load import ThroughDlt  # noqa: PLC0415
        from counterfoil.destinations.through_dlt.redshift_way import way  # noqa: PLC0415 (psycopg2 is an extra)
    except ImportError as error:
        raise SettingInvalid(
            "Redshift's driver is not installed.", do="Run: pip install 'counterfoil[redshift]'"
        ) from error
    return ThroughDlt(way(options), int(options["wait_seconds"]))


KIND = Kind(
    name="redshift",
    title="Amazon Redshift",
    options=OPTIONS,
    capabilities=CAPABILITIES,
    steps=STEPS,
    make=make,
    driver=("dlt", "redshift"),
)
