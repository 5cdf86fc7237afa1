"""Listen, answer, and end in good order when told to."""

import gc
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

import uvicorn

from counterfoil.errors import SettingInvalid
from counterfoil.server.guard import Guard

GRACE = 10
"""Seconds that requests under way get when the process is told to end."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket; 0 for the port takes a free one. Raises SettingInvalid."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: else asyncio leaves small answers waiting for an acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((host, port))
        except OSError as error:
            raise SettingInvalid(
                f"Counterfoil cannot listen at {host}, port {port}: {error.strerror}.",
                do="Choose another: --host, --port.",
            ) from error
        opened.listen(512)
        yield opened


@contextmanager
def settled() -> Iterator[None]:
    """Spare the garbage collector, for the block, what stands by now: modules and routes, which stay until the end.

    A full round over them stops every page for a fifth of a second. For a process that serves and does nothing else.
    Afterwards the collector has it back: DuckDB's and others' modules complain of what is still there when Python ends.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def serve(app: Guard, opened: socket.socket, *, ending: Event) -> None:
    """Serve until the process is told to end; `ending` is set then, so that what is followed live ends too."""
    config = uvicorn.Config(
        app,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    _Server(config, ending).run(sockets=[opened])


class _Server(uvicorn.Server):
    """Ends on a signal as on any other end: uvicorn's own would strike the process with the signal once more."""

    def __init__(self, config: uvicorn.Config, ending: Event) -> None:
        super().__init__(config)
        self._told = ending

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self.handle_exit) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._told.set()
        super().handle_exit(sig, frame)
