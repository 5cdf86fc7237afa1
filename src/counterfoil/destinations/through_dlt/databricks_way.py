"""The way to a SQL warehouse of Databricks: signing in, its words for errors, and what dlt is told."""

import re
from collections.abc import Mapping
from typing import Any

import databricks.sql
from databricks.sdk.core import Config, oauth_service_principal

from counterfoil.destinations.flavour import Flavour
from counterfoil.destinations.through_dlt.databricks import CAPABILITIES
from counterfoil.destinations.through_dlt.stage import Loader
from counterfoil.destinations.through_dlt.way import AGAIN, Aim, Meaning, Way
from counterfoil.errors import WarehouseBusy, WarehouseFailed, WarehouseRefused

MEANINGS: tuple[Meaning, ...] = (
    (
        r"invalid access token|401|invalid_client|credential",
        WarehouseRefused,
        "Check the token, or the service principal's id and secret, and that none has ended.",
    ),
    (r"INSUFFICIENT_PERMISSIONS|PERMISSION_DENIED|does not have|403", WarehouseRefused, ""),
    (
        r"CONCURRENT_(APPEND|DELETE|WRITE)|ConcurrentAppend|ConcurrentDelete|METADATA_CHANGED|ALREADY_EXISTS",
        WarehouseBusy,
        f"Someone else wrote to the same table. {AGAIN}",
    ),
    (
        r"timed? ?out|TIMEOUT|CANCELED|TEMPORARILY_UNAVAILABLE|429|503",
        WarehouseBusy,
        f"Raise `wait_seconds`, or look at the SQL warehouse. {AGAIN}",
    ),
    (r"NO_SUCH_CATALOG|CATALOG_NOT_FOUND", WarehouseRefused, "Make the catalog: CREATE CATALOG …;"),
    (
        r"CAST_INVALID_INPUT|DATATYPE_MISMATCH|EXCEED|OUT_OF_RANGE|CANNOT_SAFELY_CAST|INCOMPATIBLE_DATA",
        WarehouseRefused,
        "A column has another type than we gave it: give it that type again, then sync.",
    ),
    (
        r"getaddrinfo|Name or service not known|Max retries|Connection refused",
        WarehouseFailed,
        f"Check `server_hostname`, and that this machine reaches it. {AGAIN}",
    ),
    (
        r"^42|PARSE_SYNTAX|UNRESOLVED|DELTA_",
        WarehouseRefused,
        "Something else in that dataset is in the way: rename it, or choose another.",
    ),
)


def way(options: Mapping[str, Any]) -> Way:
    """How this SQL warehouse is reached and loaded."""
    aim = Aim(
        title="Databricks",
        machine=str(options["server_hostname"]),
        port=443,
        database=str(options["catalog"]),
        user=str(options["client_id"] or "counterfoil"),
    )
    told = {
        "server_hostname": aim.machine,
        "http_path": str(options["http_path"]),
        "catalog": aim.database,
        "access_token": options["access_token"],
        "client_id": options["client_id"] if options["client_secret"] else None,
        "client_secret": options["client_secret"],
        "session_timezone": "UTC",
        "user_agent_entry": "counterfoil",
    }
    seconds = int(options["wait_seconds"])
    more = {"staging_volume_name": options["staging_volume"]} if options["staging_volume"] else {}
    return Way(
        aim=aim,
        capabilities=CAPABILITIES,
        flavour=Flavour(),
        connect=lambda: connect(told, seconds),
        loader=Loader(
            destination="databricks",
            arguments={"credentials": told, "keep_staged_files": False, "create_comments": False, **more},
            format="parquet",
        ),
        errors=databricks.sql.Error,
        meanings=MEANINGS,
        grant=lambda doing: grant(doing, aim),
        addresses=tuple(options.get("server_hostname_addresses", ())),
        conflict="wrote to the same table|CONCURRENT|ALREADY_EXISTS",
        one_transaction=False,
        makes_within=False,
        secrets=tuple(str(options[name] or "") for name in ("access_token", "client_secret")),
    )


def connect(told: Mapping[str, Any], seconds: int) -> Any:
    """A session; Databricks commits each statement by itself."""
    signing: dict[str, Any] = {"access_token": told["access_token"]}
    if told["client_id"]:
        host = f"https://{told['server_hostname']}"
        config = Config(host=host, client_id=told["client_id"], client_secret=told["client_secret"])
        signing = {"credentials_provider": lambda: oauth_service_principal(config)}
    return databricks.sql.connect(
        server_hostname=told["server_hostname"],
        http_path=told["http_path"],
        catalog=told["catalog"],
        session_configuration={
            "spark.sql.session.timeZone": "UTC",
            "ANSI_MODE": "true",  # else what cannot be cast becomes null
            "STATEMENT_TIMEOUT": str(seconds),
        },
        user_agent_entry="counterfoil",
        **signing,
    )


def grant(doing: str, aim: Aim) -> str:
    """The very statement that gives the right, as whoever owns the catalog would type it."""
    user = f"`{aim.user}`"
    place = re.search(r"`(?:[^`]|``)*`(?:\.`(?:[^`]|``)*`)?", doing)
    schema = re.sub(r"\.`(?:[^`]|``)*`$", "", place.group() if place else "…")
    if doing.startswith("CREATE SCHEMA"):
        return f"Run: GRANT USE CATALOG, CREATE SCHEMA ON CATALOG `{aim.database}` TO {user};"
    full = f"`{aim.database}`.{schema}"
    return f"Run: GRANT USE SCHEMA, CREATE TABLE, SELECT, MODIFY ON SCHEMA {full} TO {user};"
