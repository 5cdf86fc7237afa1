"""Signing in to a Snowflake account."""

import logging
import re
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.error import HTTPError

import snowflake.connector
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from counterfoil.destinations.snowflake.words import Aim, as_ours
from counterfoil.errors import SettingInvalid, WarehouseFailed
from counterfoil.stop import Stop

ACCOUNT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,3}")
HOST = re.compile(r"[a-zA-Z0-9._-]+")
OWN = re.compile(r"[a-z0-9._-]+\.snowflakecomputing\.(com|cn)")
KEY = re.compile(r"(-----BEGIN [A-Z ]+-----)(.*?)(-----END [A-Z ]+-----)", re.DOTALL)

LOCK_SECONDS = 20
"""How long a statement waits for somebody else's."""

logging.getLogger("snowflake.connector").setLevel(logging.CRITICAL)  # what it has to say, it raises


class Account:
    """Which account, and how to sign in to it. Raises SettingInvalid."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        account = str(options["account"]).strip().removesuffix(".snowflakecomputing.com")
        if not ACCOUNT.fullmatch(account):
            raise SettingInvalid(
                "`account` is no account's identifier.", do="It looks like `myorganisation-myaccount`."
            )
        self.account = account
        self.host = str(options["host"] or _host_of(account)).strip()
        self._refuse_strange_host()
        self.port = int(options["port"])
        self.seconds = max(2, int(options["connect_seconds"]))
        self.database = _identifier(str(options["database"]))
        self.aim = Aim(host=self.host, database=self.database, user=str(options["user"]))
        self.warehouse = str(options["warehouse"] or "")
        self._key = _read_key(options)

    def _refuse_strange_host(self) -> None:
        """The driver goes wherever the host sends it, with our files: a host that is not Snowflake's needs trust."""
        own = OWN.fullmatch(self.host.lower()) and self.options["protocol"] == "https"
        if "host_addresses" in self.options and not own:
            raise SettingInvalid(
                "`host` is not one of Snowflake's own, reached by https.",
                do="Leave it empty, or ask an administrator to set it up.",
            )

    def reach(self) -> None:
        """Knock at its door. Raises WarehouseFailed."""
        url = f"{self.options['protocol']}://{self.host}:{self.port}/"
        try:
            with suppress(HTTPError):  # whatever it says, it is there
                urllib.request.urlopen(url, timeout=self.seconds).close()  # noqa: S310 (https or http, no other)
        except (OSError, ValueError) as error:
            raise WarehouseFailed(
                f"{self.aim} could not be reached: {getattr(error, 'reason', error)}.",
                do="Check the account's identifier, and the firewall between.",
            ) from error

    def connect(self, stop: Stop) -> "snowflake.connector.SnowflakeConnection":
        """Sign in. Raises WarehouseFailed, WarehouseRefused, WarehouseBusy, and what the stop is asked with."""
        stop.check()
        if not HOST.fullmatch(self.host):
            raise WarehouseFailed(
                f"{self.host!r} is no name of a host.", do="Check the account's identifier, or the host."
            )
        try:
            return snowflake.connector.connect(**self._parameters())
        except snowflake.connector.Error as error:
            raise as_ours(error, self.aim, "") from error

    def aim_of(self, connection: "snowflake.connector.SnowflakeConnection") -> Aim:
        """Where it leads, with the role that it has: the one to grant rights to."""
        return replace(self.aim, role=str(connection.role or ""))

    def _parameters(self) -> dict[str, Any]:
        its = self.options
        given: dict[str, Any] = {
            name: its[name] for name in ("user", "role", "warehouse", "protocol") if its[name]
        }
        if self._key is not None:
            given |= {"authenticator": "SNOWFLAKE_JWT", "private_key": self._key}
        else:
            given["password"] = str(its["password"] or "")
        return {
            **given,
            "account": self.account,
            "host": self.host,
            "port": self.port,
            "database": self.database,
            "login_timeout": self.seconds,
            "network_timeout": max(2, int(its["network_seconds"])),
            "paramstyle": "qmark",  # values are bound, never written into a statement
            "application": "counterfoil",
            "platform_detection_timeout_seconds": 0,  # it would ask the metadata service of the cloud that we run in
            "autocommit": True,  # transactions are begun by name
            "session_parameters": {
                "TIMEZONE": "UTC",
                "QUERY_TAG": "counterfoil",
                "QUOTED_IDENTIFIERS_IGNORE_CASE": False,
                "STATEMENT_TIMEOUT_IN_SECONDS": int(its["statement_seconds"]),
                "LOCK_TIMEOUT": LOCK_SECONDS,
                "ABORT_DETACHED_QUERY": True,  # what was killed lets go of its locks
                "CLIENT_TELEMETRY_ENABLED": False,
            },
        }


def _host_of(account: str) -> str:
    name = account.lower().replace("_", "-")
    return f"{name}.snowflakecomputing.{'cn' if '.cn-' in name else 'com'}"


def _identifier(text: str) -> str:
    """A name as Snowflake reads it: in upper case, unless it stands in quotes."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text.upper()


def _read_key(options: Mapping[str, Any]) -> Any:
    """The key; its lines may have become one on their way through an environment variable."""
    if not options["private_key"]:
        return None
    found = KEY.search(str(options["private_key"]).replace("\\n", "\n"))
    passphrase = str(options["private_key_passphrase"] or "").encode() or None
    try:
        if found is None:
            raise ValueError("there is no key in it")
        first, body, last = found.groups()
        return load_pem_private_key("\n".join([first, *body.split(), last]).encode(), passphrase)
    except (ValueError, TypeError) as error:
        raise SettingInvalid(
            "`private_key` could not be read.",
            do="It is PEM, from -----BEGIN to -----END; an encrypted one needs `private_key_passphrase`.",
        ) from error
