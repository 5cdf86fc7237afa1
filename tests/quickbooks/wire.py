"""A server on loopback that says what a test tells it to, and remembers what it was asked."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

GOOD = b'{"QueryResponse":{"Invoice":[{"Id":"1"}],"maxResults":1},"time":"2026-05-05T05:16:22.123-07:00"}'


@dataclass(frozen=True)
class Reply:
    """`missing`: so many bytes of the promised body are never sent, and the connection is closed."""

    status: int = 200
    body: bytes = GOOD
    headers: Mapping[str, str] = field(default_factory=dict)
    missing: int = 0
    takes: float = 0.0  # seconds


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    at: float


class Wire:
    """Gives the scripted replies in turn, then `otherwise` for ever."""

    def __init__(self) -> None:
        self.script: list[Reply] = []
        self.otherwise: Reply | Callable[[Asked], Reply] = Reply()
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.wire = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply_to(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            reply = self.script.pop(0) if self.script else self.otherwise
        if not isinstance(reply, Reply):
            reply = reply(asked)
        time.sleep(reply.takes)
        with self._lock:
            self._at_once -= 1
        return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    wire: Wire


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        now = time.monotonic()
        address = urlsplit(self.path)
        params = {name: values[0] for name, values in parse_qs(address.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        self._say(self.server.wire.reply_to(Asked(self.command, address.path, params, headers, body, now)))

    do_POST = do_GET  # noqa: N815 - the base class calls it so

    def _say(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in ({"Content-Length": str(len(reply.body))} | dict(reply.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) - reply.missing])
        if reply.missing:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep quiet."""
