"""A wire on which reports are told in other words: what stands between QuickBooks and us and changes its answers."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

Report = dict[str, Any]
Change = Callable[[str, Report], Report]
"""Given the name of a report and the report, what is told instead."""

Cells = list[dict[str, Any]]


@contextmanager
def reworded(behind: str, change: Change) -> Iterator[str]:
    """The address of a QuickBooks that says what the one behind it says, but for its reports."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on(None)

        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def _pass_on(self, sent: bytes | None) -> None:
            kept = {name: value for name, value in self.headers.items() if name.lower() in KEPT}
            try:
                with urlopen(Request(behind + self.path, sent, kept, method=self.command)) as answer:
                    status, body = answer.status, answer.read()
            except HTTPError as refusal:
                status, body = refusal.code, refusal.read()
            path = urlsplit(self.path).path.split("/")
            if status == 200 and "reports" in path:
                told = change(path[-1], json.loads(body, parse_float=str))
                body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


KEPT = ("authorization", "accept", "content-type")


def lines(report: Report) -> Iterator[tuple[str, Cells]]:
    """Every line from top to bottom: what it is (`Header`, `ColData` or `Summary`) and its cells."""
    waiting = list(reversed((report.get("Rows") or {}).get("Row", [])))
    while waiting:
        row = waiting.pop()
        for part in ("Header", "ColData", "Summary"):
            if part in row:
                yield part, row[part] if part == "ColData" else row[part]["ColData"]
        waiting.extend(reversed((row.get("Rows") or {}).get("Row", [])))


def each_cell(do: Callable[[dict[str, Any]], object]) -> Change:
    """Change every cell of every report."""

    def change(_: str, report: Report) -> Report:
        for _part, cells in lines(report):
            for cell in cells:
                do(cell)
        return report

    return change
