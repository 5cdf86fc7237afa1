"""Connecting to a PostgreSQL server, and breaking off what it does."""

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.types.string import TextLoader

from counterfoil.destinations.postgres.words import Aim, not_connected
from counterfoil.errors import Cancelled, SettingInvalid, WarehouseFailed, WarehouseRefused
from counterfoil.stop import Stop

Connection = psycopg.Connection[tuple[Any, ...]]

INSISTING = 0.5
"""Seconds between two requests to cancel: one that comes between two statements ends neither."""
PATIENCE = 5.0
"""Seconds after which a server that does not obey is left alone."""
KEEPING_ALIVE = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A server that went without a word is missed after a minute."""
NOTHING_OF_OURS = {"passfile": "", "service": None, "options": "", "gssencmode": "disable"}
"""What the service's own user has lying about is not for whoever set up the destination."""
MODERN = 160_000


class Server:
    """Where the server is, and how to sign in. Raises SettingInvalid."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        host = str(options["host"]).strip()
        if "," in host or host.startswith("@"):
            raise SettingInvalid("`host` is the name of one server.", do="Give the primary one.")
        self.aim = Aim(
            host=host, port=int(options["port"]), database=str(options["database"]), user=str(options["user"])
        )
        self.seconds = max(2, int(options["connect_seconds"]))
        self.addresses: tuple[str, ...] = tuple(options.get("host_addresses", ()))
        self._given = {
            name: options[name] for name in ("password", "sslmode", "sslrootcert", "sslcert", "sslkey")
        }

    def reach(self) -> None:
        """Knock at its door. Raises WarehouseFailed."""
        aim = self.aim
        try:
            if aim.host.startswith("/"):
                os.stat(aim.host)
                return
            address = self.addresses[0] if self.addresses else aim.host.strip("[]")
            socket.create_connection((address, aim.port), timeout=self.seconds).close()
        except OSError as error:
            raise WarehouseFailed(
                f"{aim} could not be reached: {error.strerror or error}.",
                do="Check host and port, that the server runs and listens there, and the firewall between.",
            ) from error

    def connect(self, stop: Stop) -> Connection:
        """Sign in. Raises WarehouseFailed, WarehouseRefused, WarehouseBusy, and what the stop is asked with."""
        future: Future[Connection] = Future()
        threading.Thread(target=self._open, args=[future], name="connect", daemon=True).start()
        try:
            connection = stop.result(future)
        except Cancelled:
            future.add_done_callback(_close)
            raise
        except psycopg.Error as error:
            raise not_connected(error, self.aim) from error
        try:
            self._refuse_odd(connection)
        except BaseException:
            connection.close()
            raise
        connection.adapters.register_loader("json", TextLoader)
        connection.adapters.register_loader("jsonb", TextLoader)
        return connection

    def _open(self, future: "Future[Connection]") -> None:
        try:
            future.set_result(
                psycopg.Connection.connect(
                    autocommit=True,  # transactions are begun by name
                    prepare_threshold=None,  # whoever pools connections may give us another one
                    cursor_factory=psycopg.RawCursor,
                    **self._parameters(),
                )
            )
        except BaseException as error:  # whatever it is, it is raised where it is waited for
            future.set_exception(error)

    def _parameters(self) -> dict[str, Any]:
        aim, count = self.aim, max(1, len(self.addresses))
        given = {name: str(value) for name, value in self._given.items() if value}
        if given["sslmode"] == "verify-full" and "sslrootcert" not in given:
            given["sslrootcert"] = "system"
        modern: dict[str, Any] = {}
        if psycopg.pq.version() >= MODERN:
            modern = {"require_auth": "!gss,!sspi"}
            if "sslcert" not in given:
                modern["sslcertmode"] = "disable"
        return {
            **NOTHING_OF_OURS,
            **KEEPING_ALIVE,
            **modern,
            "password": "",
            **given,
            "host": ",".join([aim.host.strip("[]")] * count),
            "hostaddr": ",".join(self.addresses) or None,
            "port": aim.port,
            "dbname": aim.database,
            "user": aim.user,
            "connect_timeout": self.seconds,
            "client_encoding": "UTF8",
            "application_name": "counterfoil",
        }

    def _refuse_odd(self, connection: Connection) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise WarehouseRefused(
                f"{self.aim} keeps text as {encoding}, which does not hold every character.",
                do="Make a database with ENCODING 'UTF8' TEMPLATE template0.",
            )


@contextmanager
def interrupted(connection: Connection, stop: Stop) -> Iterator[None]:
    """Break off whatever the connection does when the stop is asked during the block."""
    over = threading.Event()
    sock = socket.socket(fileno=os.dup(connection.fileno()))

    def insist() -> None:
        waited = 0.0
        while not over.wait(INSISTING if waited else 0):
            with suppress(Exception):
                connection.cancel_safe(timeout=2)
            waited += INSISTING
            if waited > PATIENCE:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    interrupter = threading.Thread(target=insist, name="interrupt", daemon=True)
    try:
        with stop.calling(interrupter.start):
            try:
                yield
            finally:
                over.set()
        if interrupter.ident is not None:
            interrupter.join()
    finally:
        sock.close()


def _close(future: "Future[Connection]") -> None:
    if future.exception() is None:
        future.result().close()
