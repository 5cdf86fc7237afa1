"""Answers that never arrive whole: the connection is reset, or cut in the middle of the body."""

import asyncio
import socket
import struct
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from counterfoil.sandbox.injection import Kind

_at_once = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset instead of a farewell


class OpenProtocol(H11Protocol):
    """Shows each request the transport it came by, so that an answer can break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        own = transport.get_extra_info("socket")
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # small answers wait for no acknowledgement
        self.app_state = {**self.app_state, "transport": transport}


class BrokenResponse(Response):
    """Stands for a good answer and breaks off as chosen."""

    def __init__(self, whole: Response, kind: Kind) -> None:
        super().__init__()
        self._whole = whole
        self._kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport: Any = scope["state"]["transport"]
        if self._kind is Kind.TRUNCATE:
            body = bytes(self._whole.body)
            start = {"type": "http.response.start", "status": self._whole.status_code}
            await send({**start, "headers": self._whole.raw_headers})
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            transport.close()  # what is written so far still goes out
        else:
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _at_once)
            transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
