"""Requests on threads of their own, so that who waits for an answer can leave at any moment."""

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar
from weakref import WeakSet

import httpx2

from counterfoil.stop import Stop

T = TypeVar("T")

OPENED = ("connection.connect_tcp.complete", "connection.start_tls.complete")
"""The events of httpcore's `trace` that bring a new socket."""

LEAVING = 1.0
"""Seconds that requests get to notice that their connections were cut."""


class Wire:
    """One client's requests, so many at a time. A stop cuts their connections; not even a hanging one is waited for."""

    def __init__(self, http: httpx2.Client, at_once: int, stop: Stop) -> None:
        self._http = http
        self._stop = stop
        self._hands = ThreadPoolExecutor(at_once, thread_name_prefix="wire")
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._under_way: set[Future[Any]] = set()
        self._changing = threading.Lock()
        self._closing = False

    @property
    def extensions(self) -> dict[str, Any]:
        """What a request has to carry so that its connection can be cut."""
        return {"trace": self._note}

    def carry(self, exchange: Callable[[], T]) -> T:
        """Do an exchange and give what it gives. Raises what the stop is asked with, at once."""
        self._stop.check()
        going = self._hands.submit(exchange)
        with self._changing:
            self._under_way.add(going)
        going.add_done_callback(self._forget)
        return self._stop.result(going)

    def close(self) -> None:
        """Let go of every connection."""
        self._hands.shutdown(wait=False)
        with self._changing:
            self._closing = True
            left = set(self._under_way)
        if left:
            self._cut()
        # To close a socket under another thread's hands could give its number to a file of ours: those that hang
        # in a name look-up, say, close by themselves in the end.
        if not wait(left, LEAVING).not_done:
            self._http.close()

    def _note(self, event: str, info: Mapping[str, Any]) -> None:
        if event in OPENED:
            opened = info["return_value"].get_extra_info("socket")
            with self._changing:
                self._sockets.add(opened)
            if self._closing:
                self._cut()

    def _forget(self, done: Future[Any]) -> None:
        with self._changing:
            self._under_way.discard(done)

    def _cut(self) -> None:
        with self._changing:
            sockets = list(self._sockets)
        for each in sockets:
            with contextlib.suppress(OSError):  # it was closed already
                socket.socket.shutdown(each, socket.SHUT_RDWR)  # TLS's own would wait for the other side
