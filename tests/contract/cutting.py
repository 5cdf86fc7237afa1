"""A server between us and a store that passes requests on, until it hangs up before or after one that writes."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any


class Between(ThreadingHTTPServer):
    """Listens at a port of loopback; `begun` has each request that writes twice: when it came and when it was done."""

    daemon_threads = True

    def __init__(self, port: int, cut_at: int) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.behind, self.cut_at = port, cut_at
        self.begun: list[str] = []
        self.counting = Lock()

    @property
    def hung_up(self) -> bool:
        return len(self.begun) >= self.cut_at

    def begins(self, step: str) -> bool:
        """Take note of a step; tells whether it may be gone on with."""
        with self.counting:
            self.begun.append(step)
            return not self.hung_up

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever was hung up on hears nothing, and neither do we."""


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Between

    def read(self) -> None:
        """Pass on what changes nothing."""
        if self.server.hung_up:
            self.close_connection = True
        else:
            self._answer(*self._pass_on())

    def write(self) -> None:
        """Pass on what changes something, unless it is cut; or pass it on and keep the answer."""
        if self.server.begins(f"before {self.command} {self.path}"):
            answer = self._pass_on()
            if self.server.begins(f"after {self.command} {self.path}"):
                self._answer(*answer)
                return
        self.close_connection = True

    do_GET = do_HEAD = read  # noqa: N815
    do_PUT = do_POST = do_DELETE = write  # noqa: N815

    def _pass_on(self) -> tuple[http.client.HTTPResponse, bytes]:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        behind = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=30)
        try:
            behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                behind.putheader(name, value)
            behind.endheaders(body)
            answer = behind.getresponse()
            return answer, answer.read()
        finally:
            behind.close()

    def _answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
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
def cut_between(port: int, step: int) -> Iterator[Between]:
    """Stand before a server at a port of loopback; hang up at the nth step, and on whoever comes after it."""
    with Between(port, step) as between:
        thread = Thread(target=between.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield between
        finally:
            between.shutdown()
            thread.join()
