"""Microsoft SQL Server and Azure SQL: rows are staged by dlt, then all tables of a sync change in one transaction."""

from collections.abc import Mapping
from typing import Any

from counterfoil.destinations.base import Destination, Kind, Step
from counterfoil.destinations.through_dlt import tsql
from counterfoil.errors import SettingInvalid

CAPABILITIES = tsql.capabilities(all_tables_at_once=True, tables_first=False)

STEPS = (
    Step(
        name="Reach the server", grant="Let this machine through the firewall, to the server's host and port."
    ),
    Step(
        name="Sign in",
        grant="CREATE LOGIN counterfoil WITH PASSWORD = '…'; CREATE USER counterfoil FOR LOGIN counterfoil;",
    ),
    Step(name="Make a dataset", grant="GRANT CREATE SCHEMA, CREATE TABLE TO counterfoil;"),
    Step(name="Make a table", grant="GRANT ALTER ON SCHEMA::quickbooks TO counterfoil;"),
    Step(name="Bring a row through the stage", grant="GRANT CREATE SCHEMA, CREATE TABLE TO counterfoil;"),
    Step(
        name="Replace it and read it back",
        grant="GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::quickbooks TO counterfoil;",
    ),
)


def make(options: Mapping[str, Any]) -> Destination:
    """Open a server. Raises SettingInvalid when its drivers are missing."""
    try:
        from counterfoil.destinations.through_dlt.load import ThroughDlt  # noqa: PLC0415
        from counterfoil.destinations.through_dlt.tsql_way import sql_server  # noqa: PLC0415

        return ThroughDlt(sql_server(options, CAPABILITIES), int(options["wait_seconds"]))
    except ImportError as error:
        raise SettingInvalid(
            "SQL Server's driver is not installed.", do="Run: pip install 'counterfoil[mssql]'"
        ) from error


KIND = Kind(
    name="mssql",
    title="Microsoft SQL Server",
    options=tsql.options(),
    capabilities=CAPABILITIES,
    steps=STEPS,
    make=make,
    driver=("dlt", "mssql"),
)
