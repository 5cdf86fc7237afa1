"""Where a lake is, and how to get there: the store that its options mean."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from obstore.store import AzureStore, GCSStore, S3Store

from counterfoil.destinations.lake.store import Root
from counterfoil.errors import WarehouseRefused

PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
"""Names that become part of an address have nothing in them that could make it another address."""

CONNECT_SECONDS = 15


def root_of(kind: str, options: Mapping[str, Any]) -> Root:
    """The folder that the options mean. Raises WarehouseRefused."""
    return OPENERS[kind](options)


def _s3(options: Mapping[str, Any]) -> Root:
    bucket, region = _plain(options, "bucket"), _plain(options, "region")
    config: Any = {
        "endpoint": _server(options) or f"https://s3.{region}.amazonaws.com",
        "region": region,
        "access_key_id": str(options["access_key_id"]).strip(),
        "secret_access_key": str(options["secret_access_key"]).strip(),
        "virtual_hosted_style_request": "false",
        "conditional_put": "etag",
    }
    path, client = _path(options), _client(options)
    return Root(
        store=S3Store(
            bucket, prefix=path or None, config=config, client_options=client, retry_config=_retry(options)
        ),
        url="/".join(filter(None, ["s3:/", bucket, path])),
        storage={
            **{f"aws_{name}": value for name, value in config.items() if name != "endpoint"},
            "aws_endpoint_url": config["endpoint"],
            **_told(options),
        },
        kind="s3",
        bucket=bucket,
        path=path,
        endpoint=config["endpoint"],
        secrets=(config["secret_access_key"],),
    )


def _gcs(options: Mapping[str, Any]) -> Root:
    bucket, server = _plain(options, "bucket"), _server(options)
    key = _service_account(str(options["service_account_key"] or ""), server)
    path = _path(options)
    return Root(
        store=GCSStore(
            bucket,
            prefix=path or None,
            config={"service_account_key": key},
            client_options=_client(options),
            retry_config=_retry(options),
        ),
        url="/".join(filter(None, ["gs:/", bucket, path])),
        storage={"google_service_account_key": key, **_told(options)},
        kind="gcs",
        bucket=bucket,
        path=path,
        endpoint=server or "https://storage.googleapis.com",
        secrets=(str(json.loads(key, parse_float=Decimal).get("private_key") or key),),
    )


def _service_account(text: str, server: str) -> str:
    """Of a key only what signs; where to is told by the options alone."""
    try:
        given = json.loads(text, parse_float=Decimal) if text.strip() else {}
        key = {name: str(given[name]) for name in ("client_email", "private_key", "private_key_id") if given}
    except (ValueError, KeyError, TypeError) as error:
        raise WarehouseRefused(
            "`service_account_key` is not a service account's key.",
            do="Give the whole JSON file that Google made.",
        ) from error
    if not key and not server:
        raise WarehouseRefused(
            "`service_account_key` is missing.", do="Give the whole JSON file that Google made."
        )
    if server:
        key["gcs_base_url"] = server
    if not given:
        key = {**key, "private_key": "", "private_key_id": "", "client_email": "", "disable_oauth": True}  # type: ignore[dict-item]
    return json.dumps(key)


def _azure(options: Mapping[str, Any]) -> Root:
    account, container = _plain(options, "account"), _plain(options, "container")
    server = _server(options)
    # A server of one's own has all accounts under one name.
    endpoint = f"{server}/{account}" if server else f"https://{account}.blob.core.windows.net"
    config: Any = {"account_name": account, "endpoint": endpoint}
    key, token = str(options["account_key"] or "").strip(), str(options["sas_token"] or "").strip()
    if bool(key) == bool(token):
        raise WarehouseRefused("One of `account_key` and `sas_token` is needed.", do="Give one of them.")
    config |= {"account_key": key} if key else {"sas_key": token.removeprefix("?")}
    path = _path(options)
    return Root(
        store=AzureStore(
            container,
            prefix=path or None,
            config=config,
            client_options=_client(options),
            retry_config=_retry(options),
        ),
        url="/".join(filter(None, ["az:/", container, path])),
        storage={**{f"azure_storage_{name}": value for name, value in config.items()}, **_told(options)},
        kind="azure",
        bucket=container,
        path=path,
        endpoint=endpoint,
        secrets=(key or token,),
    )


OPENERS: Mapping[str, Callable[[Mapping[str, Any]], Root]] = {"s3": _s3, "gcs": _gcs, "azure": _azure}


def _plain(options: Mapping[str, Any], name: str) -> str:
    text = str(options[name] or "").strip()
    if not PLAIN.fullmatch(text):
        raise WarehouseRefused(f"`{name}` is not a name that a store knows: {text[:100]!r}.", do="Check it.")
    return text


def _path(options: Mapping[str, Any]) -> str:
    path = str(options["path"] or "").strip().strip("/")
    if path and not all(re.fullmatch(r"[A-Za-z0-9_=-][A-Za-z0-9_.=-]*", part) for part in path.split("/")):
        raise WarehouseRefused(
            f"`path` is not a folder: {path[:100]!r}.",
            do="Use letters, digits, dots, dashes and underscores, with / between folders.",
        )
    return path


def _server(options: Mapping[str, Any]) -> str:
    """The address of a server that is not the provider's own; "" for that."""
    host = str(options["host"] or "").strip().strip("[]")
    if not host:
        return ""
    if not re.fullmatch(r"[A-Za-z0-9.:-]+", host):
        raise WarehouseRefused(
            "`host` is the name of a server, without protocol or path.", do="Give only the name."
        )
    addresses = tuple(options.get("host_addresses", ()))
    if addresses and options["protocol"] == "http":
        host = addresses[0]  # looked up once: nothing else may be connected to
    port = f":{int(options['port'])}" if options["port"] else ""
    return f"{options['protocol']}://{f'[{host}]' if ':' in host else host}{port}"


def _client(options: Mapping[str, Any]) -> Any:
    return {
        "allow_http": options["protocol"] == "http",
        "timeout": timedelta(seconds=int(options["request_seconds"])),
        "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
    }


def _retry(options: Mapping[str, Any]) -> Any:
    seconds = int(options["retry_seconds"])
    return {"max_retries": 10 if seconds else 0, "retry_timeout": timedelta(seconds=seconds or 1)}


def _told(options: Mapping[str, Any]) -> dict[str, str]:
    """The same for Delta's library."""
    seconds = int(options["retry_seconds"])
    return {
        "allow_http": "true" if options["protocol"] == "http" else "false",
        "timeout": f"{int(options['request_seconds'])}s",
        "connect_timeout": f"{CONNECT_SECONDS}s",
        "max_retries": "10" if seconds else "0",
        "retry_timeout": f"{seconds or 1}s",
    }
