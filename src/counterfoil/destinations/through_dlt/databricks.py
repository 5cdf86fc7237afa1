"""Databricks: rows are staged by dlt, then each table changes in one atomic statement, one table after another."""

from collections.abc import Mapping
from typing import Any

from counterfoil.destinations.base import Capabilities, Destination, Kind, Option, Step
from counterfoil.errors import SettingInvalid
from counterfoil.model.table import ColumnType

TYPES = {
    ColumnType.TEXT: "string",
    ColumnType.DECIMAL: "decimal(38,9)",
    ColumnType.INTEGER: "bigint",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.JSON: "string",  # not variant, which turns keys round and keeps one of two by the same name
}

CAPABILITIES = Capabilities(
    all_tables_at_once=False,
    tables_first=True,
    default_dataset="quickbooks",
    longest_name=255,
    types=TYPES,
    quote="`",
    dialect="databricks",
    reserved_datasets=r"information_schema|.*[./ ].*",
    instead_of_nul="␀",
)

OPTIONS = (
    Option(
        name="server_hostname",
        help="The workspace's host, from the SQL warehouse's connection details.",
        required=True,
        host=True,
    ),
    Option(name="http_path", help="The SQL warehouse's path, from the same page.", required=True),
    Option(name="catalog", help="The catalog in Unity Catalog; it must exist.", required=True),
    Option(
        name="access_token", help="A personal access token; or sign in as a service principal.", secret=True
    ),
    Option(name="client_id", help="A service principal's application id, instead of a token.", tuning=True),
    Option(name="client_secret", help="That service principal's OAuth secret.", secret=True),
    Option(
        name="staging_volume",
        help="A volume that rows go through, as catalog.schema.volume; without one each load makes its own.",
        tuning=True,
    ),
    Option(
        name="wait_seconds",
        help="How long one statement may take, waiting for the warehouse to start included.",
        type=int,
        default=3600,
        tuning=True,
    ),
)

STEPS = (
    Step(name="Reach the workspace", grant="Let this machine through to the workspace's host, port 443."),
    Step(
        name="Sign in",
        grant="Give the token's owner, or the service principal, *Can use* on the SQL warehouse; "
        "GRANT USE CATALOG ON CATALOG … TO `counterfoil`;",
    ),
    Step(name="Make a dataset", grant="GRANT CREATE SCHEMA ON CATALOG … TO `counterfoil`;"),
    Step(name="Make a table", grant="GRANT USE SCHEMA, CREATE TABLE ON SCHEMA …quickbooks TO `counterfoil`;"),
    Step(
        name="Bring a row through the stage",
        grant="GRANT CREATE SCHEMA ON CATALOG … TO `counterfoil`; with `staging_volume`: GRANT READ VOLUME, WRITE "
        "VOLUME ON VOLUME … TO `counterfoil`;",
    ),
    Step(
        name="Replace it and read it back",
        grant="GRANT SELECT, MODIFY ON SCHEMA …quickbooks TO `counterfoil`;",
    ),
)


def make(options: Mapping[str, Any]) -> Destination:
    """Open a SQL warehouse. Raises SettingInvalid when its drivers, or a way to sign in, are missing."""
    if not (options["access_token"] or (options["client_id"] and options["client_secret"])):
        raise SettingInvalid(
            "Databricks needs a way to sign in.",
            do="Give `access_token`, or `client_id` and `client_secret`.",
        )
    try:
        from counterfoil.destinations.through_dlt.databricks_way import way  # noqa: PLC0415 (an extra)
        from counterfoil.destinations.through_dlt.load import ThroughDlt  # noqa: PLC0415
    except ImportError as error:
        raise SettingInvalid(
            "Databricks' driver is not installed.", do="Run: pip install 'counterfoil[databricks]'"
        ) from error
    return ThroughDlt(way(options), int(options["wait_seconds"]))


KIND = Kind(
    name="databricks",
    title="Databricks",
    options=OPTIONS,
    capabilities=CAPABILITIES,
    steps=STEPS,
    make=make,
    driver=("dlt", "databricks"),
)
