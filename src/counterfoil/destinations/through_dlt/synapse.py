"""Azure Synapse, dedicated SQL pools: rows are staged by dlt, then the tables of a sync change in one transaction."""

from collections.abc import Mapping
from typing import Any

from counterfoil.destinations.base import Destination, Kind, Option, Step
from counterfoil.destinations.through_dlt import tsql
from counterfoil.errors import SettingInvalid

CAPABILITIES = tsql.capabilities(all_tables_at_once=False, tables_first=True)

STEPS = (
    Step(name="Reach the server", grant="Add this machine's address to the workspace's firewall rules."),
    Step(
        name="Sign in",
        grant="In master: CREATE LOGIN counterfoil WITH PASSWORD = '…'; in the pool: CREATE USER counterfoil FOR "
        "LOGIN counterfoil;",
    ),
    Step(name="Make a dataset", grant="GRANT CREATE SCHEMA, CREATE TABLE TO counterfoil;"),
    Step(name="Make a table", grant="GRANT ALTER ON SCHEMA::quickbooks TO counterfoil;"),
    Step(
        name="Bring a row through the stage",
        grant="GRANT CREATE SCHEMA, CREATE TABLE, ADMINISTER DATABASE BULK OPERATIONS TO counterfoil;",
    ),
    Step(
        name="Replace it and read it back",
        grant="GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::quickbooks TO counterfoil;",
    ),
)

STAGING = (
    Option(
        name="staging_bucket",
        help="A folder in Azure Blob Storage that rows go through, as az://container/folder; without one they are "
        "inserted, some hundred a second.",
        tuning=True,
    ),
    Option(name="staging_account", help="The storage account of that container.", tuning=True),
    Option(name="staging_key", help="A key of that storage account.", secret=True),
)


def make(options: Mapping[str, Any]) -> Destination:
    """Open a pool. Raises SettingInvalid when its drivers are missing."""
    try:
        from counterfoil.destinations.through_dlt.load import ThroughDlt  # noqa: PLC0415
        from counterfoil.destinations.through_dlt.tsql_way import synapse  # noqa: PLC0415

        return ThroughDlt(synapse(options, CAPABILITIES), int(options["wait_seconds"]))
    except ImportError as error:
        raise SettingInvalid(
            "Synapse's driver is not installed.", do="Run: pip install 'counterfoil[synapse]'"
        ) from error


KIND = Kind(
    name="synapse",
    title="Azure Synapse",
    options=tsql.options(*STAGING),
    capabilities=CAPABILITIES,
    steps=STEPS,
    make=make,
    driver=("dlt", "synapse"),
)
