"""Reaching a ClickHouse server, signing in, and having its requests broken off."""

import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from clickhouse_connect.driver.httputil import get_pool_manager_options
from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from counterfoil.destinations.clickhouse.words import Aim, as_ours
from counterfoil.errors import WarehouseFailed
from counterfoil.stop import Stop

T = TypeVar("T")

TROUBLES = (ClickHouseError, HTTPError, OSError)
"""What the driver raises."""

PINNED = {
    "async_insert": 0,
    "insert_deduplicate": 0,  # the same rows again are meant
    "input_format_null_as_default": 0,  # a null is never made a zero
    "mutations_sync": 2,
    "lightweight_deletes_sync": 2,
    "alter_sync": 2,
    "select_sequential_consistency": 1,  # what we wrote is read, by whichever replica answers
    "max_query_size": 16 * 1024 * 1024,
    "output_format_arrow_string_as_string": 1,
    "final": 0,
    "limit": 0,
    "offset": 0,
    "max_result_rows": 0,
    "data_type_default_nullable": 0,
}
"""What a user's profile says elsewhere does not matter to us."""


class Straight(PoolManager):
    """Connections that go where they are sent: a server that sends us elsewhere is not followed."""

    def urlopen(self, method: str, url: str, *_: Any, **more: Any) -> Any:
        return super().urlopen(method, url, **{**more, "redirect": False})


class Server:
    """Where the server is, and how to sign in."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.aim = Aim(
            host=str(options["host"]).strip().strip("[]"),
            port=int(options["port"]),
            user=str(options["user"]),
        )
        self.seconds = max(2, int(options["connect_seconds"]))
        self.addresses: tuple[str, ...] = tuple(options.get("host_addresses", ()))
        self._password = str(options["password"] or "")
        self._mode, self._root = str(options["sslmode"]), str(options["sslrootcert"] or "")

    def reach(self) -> str:
        """Knock at its doors, and answer with the one that opened. Raises WarehouseFailed."""
        said: OSError | None = None
        for address in self.addresses or (self.aim.host,):
            try:
                socket.create_connection((address, self.aim.port), timeout=self.seconds).close()
            except (OSError, UnicodeError) as error:
                said = error if isinstance(error, OSError) else OSError(str(error))
            else:
                return address
        raise WarehouseFailed(
            f"{self.aim} could not be reached: {said and (said.strerror or said)}.",
            do="Check host and port, that the server runs and listens there, and the firewall between.",
        )

    def connect(self, stop: Stop, seconds: float) -> Client:
        """Sign in, for statements of so many seconds at most, or any length when 0.

        Raises WarehouseFailed, WarehouseRefused, WarehouseBusy, and what the stop is asked with.
        """
        address = stop.result(in_a_thread(self.reach))
        try:
            return stop.result(in_a_thread(lambda: self._open(address, seconds)))
        except TROUBLES as error:
            raise as_ours(error, self.aim, "") from error

    def _open(self, address: str, seconds: float) -> Client:
        secure, checked = self._mode != "disable", self._mode == "verify-full"
        options = get_pool_manager_options(ca_cert=self._root or None, verify=checked, retries=0)
        if secure:
            options |= {"server_hostname": self.aim.host}
            options |= {"assert_hostname": self.aim.host if checked else False}
        limit = {"max_execution_time": int(seconds)} if seconds else {}
        return clickhouse_connect.get_client(
            host=address,
            port=self.aim.port,
            username=self.aim.user,
            password=self._password,
            interface="https" if secure else "http",
            pool_mgr=Straight(**options),  # none of the service's own proxies
            server_host_name=self.aim.host,
            settings={**PINNED, **limit},
            connect_timeout=self.seconds,
            send_receive_timeout=int(seconds) + 30 if seconds else 7 * 24 * 3600,
            query_retries=0,
            autogenerate_session_id=False,
            client_name="counterfoil",
            compress=False,
            form_encode_query_params=True,  # an address has no room for them
        )


def in_a_thread(deed: Callable[[], T]) -> "Future[T]":
    """Begin a deed that nothing can break off, so that whoever waits for it can go away."""
    future: Future[T] = Future()

    def done() -> None:
        try:
            future.set_result(deed())
        except BaseException as error:  # whatever it is, it is raised where it is waited for
            future.set_exception(error)

    threading.Thread(target=done, name="clickhouse", daemon=True).start()
    return future
