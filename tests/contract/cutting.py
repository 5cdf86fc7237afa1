"""A server between us and a store that passes requests on until one of them, and from then on hangs up."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any


class Between(ThreadingHTTPServer):
    """Listens at a port of loopback; `begun` are the requests that came."""

    daemon_threads = True

    def __init__(self, port: int, cut_at: int) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.behind, self.cut_at = port, cut_at
        self.begun: list[str] = []
        self.counting = Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever was hung up on hears nothing, and neither do we."""


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Between

    def pass_on(self) -> None:
        with self.server.counting:
            self.server.begun.append(f"{self.command} {self.path}")
            cut = len(self.server.begun) >= self.server.cut_at
        if cut:
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        behind = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=30)
        try:
            behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                behind.putheader(name, value)
            behind.endheaders(body)
            self._answer(behind.getresponse())
        finally:
            behind.close()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on  # noqa: N815

    def _answer(self, answer: http.client.HTTPResponse) -> None:
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@contextmanager
def cut_before(port: int, request: int) -> Iterator[Between]:
    """Stand before a server at a port of loopback; hang up at its nth request and at all after it."""
    with Between(port, request) as between:
        thread = Thread(target=between.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield between
        finally:
            between.shutdown()
            thread.join()
