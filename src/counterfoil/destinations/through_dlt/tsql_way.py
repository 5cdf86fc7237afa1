"""The way to a SQL Server or a Synapse pool through ODBC."""

import struct
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from counterfoil.destinations.base import Capabilities, Landing
from counterfoil.destinations.flavour import Flavour
from counterfoil.destinations.merge import Dialect
from counterfoil.destinations.through_dlt import tsql
from counterfoil.destinations.through_dlt.stage import Loader
from counterfoil.destinations.through_dlt.way import AGAIN, Way
from counterfoil.errors import WarehouseBusy

MOMENT = -155
"""The driver's number for datetimeoffset, which it hands out as bytes."""

LOCK = """
    DECLARE @turn int; EXEC @turn = sp_getapplock @Resource = ?, @LockMode = 'Exclusive', @LockTimeout = ?; SELECT @turn
"""

SETTINGS = ("SET XACT_ABORT ON", "SET QUOTED_IDENTIFIER ON", "SET ANSI_WARNINGS ON", "SET LOCK_TIMEOUT {ms}")

LAYOUT = """
    SELECT t.name, c.name FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id
    JOIN sys.columns c ON c.object_id = t.object_id WHERE s.name = ?
"""

SYNAPSE = replace(
    tsql.FLAVOUR,
    heap=" WITH (HEAP, DISTRIBUTION = ROUND_ROBIN)",  # its other tables hold no text of any length
    row="SELECT {}",  # calls do not stand in VALUES
    rows="SELECT ?{}",
    another=" UNION ALL SELECT ?",
)


def sql_server(options: Mapping[str, Any], capabilities: Capabilities) -> Way:
    """How this server is reached and loaded."""
    made = _way("SQL Server", options, capabilities, tsql.FLAVOUR)
    return replace(made, settings=SETTINGS, turn=take_turn, view="CREATE OR ALTER VIEW")


def synapse(options: Mapping[str, Any], capabilities: Capabilities) -> Way:
    """How this pool is reached and loaded."""
    made = _way("Synapse", options, capabilities, SYNAPSE)
    told = dict(made.loader.arguments)
    loader = Loader(destination="synapse", arguments=told)
    if options["staging_bucket"]:
        keys = {"azure_storage_account_name": options["staging_account"]}
        keys |= {"azure_storage_account_key": options["staging_key"]} if options["staging_key"] else {}
        loader = Loader(
            destination="synapse",
            arguments=told,
            staging={"bucket_url": options["staging_bucket"], "credentials": keys},
            format="parquet",
        )
    return replace(
        made,
        loader=loader,
        limit=_limit,
        makes_within=False,
        view="CREATE VIEW",
        drops_views=True,  # it knows no other way
        secrets=(*made.secrets, str(options["staging_key"] or "")),
    )


def _way(title: str, options: Mapping[str, Any], capabilities: Capabilities, flavour: Flavour) -> Way:
    module, aim = tsql.odbc(), tsql.aim(title, options)
    told = tsql.credentials(options, tsql.driver(options, module))
    return Way(
        aim=aim,
        capabilities=capabilities,
        flavour=flavour,
        connect=lambda: connect(module, told),
        loader=Loader(destination="mssql", arguments={"credentials": told}),
        errors=module.Error,
        meanings=tsql.MEANINGS,
        grant=lambda doing: tsql.grant(doing, aim),
        addresses=tuple(options.get("host_addresses", ())),
        layout=LAYOUT,
        conflict=tsql.CONFLICT,
        moments_as_text=True,
        between="T",
        secrets=(str(options["password"] or ""),),
    )


def connect(module: Any, told: Mapping[str, Any]) -> Any:
    """A connection that commits each statement by itself."""
    connection = module.connect(tsql.dsn(told), timeout=15, autocommit=True)
    connection.add_output_converter(MOMENT, moment)
    return connection


def moment(packed: bytes) -> datetime:
    """A datetimeoffset, from the driver's own structure: six shorts, nanoseconds, and the zone's hours and minutes."""
    year, month, day, hour, minute, second, nanoseconds, hours, minutes = struct.unpack("<6hI2h", packed)
    zone = timezone(timedelta(hours=hours, minutes=minutes))
    return datetime(year, month, day, hour, minute, second, nanoseconds // 1000, zone)


def take_turn(speak: Dialect, landing: Landing, seconds: float) -> None:
    """One load at a time in a dataset."""
    ((turn,),) = speak.execute(LOCK, f"counterfoil {landing.dataset}"[:255], int(seconds * 1000))
    if int(turn) < 0:
        raise WarehouseBusy(f"Someone else loaded into {landing.dataset} for {seconds:.0f} s.", do=AGAIN)


def _limit(connection: Any, seconds: float) -> None:
    connection.timeout = int(seconds)
