"""ClickHouse's HTTP interface in front of an embedded engine: as much of it as our driver and our tests use.

A program of its own: `python clickhouse_front.py PORT FOLDER`. It needs `chdb-core`, and nothing of ours.
"""

import base64
import gzip
import re
import sys
import tempfile
from collections.abc import Mapping
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb.state.sqlitelike import connect

USER, PASSWORD = "counterfoil", "let me in"
TRANSPORT = {"query", "database", "query_id", "session_id", "enable_http_compression", "wait_end_of_query"}
"""What is said in a request and is no setting of the engine."""
HTTP_ONLY = re.compile(
    r"send_progress.*|http_.*|client_protocol_version|cancel_http_.*|.+_(structure|format|types)"
)


class Front(BaseHTTPRequestHandler):
    """One request after another of one connection; the engine serves any number of them at once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    folder = ""
    cut = False

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        address = urlsplit(self.path)
        body = self._body()
        if address.path in {"/ping", "/cut", "/mend"}:
            Front.cut = {"/cut": True, "/mend": False}.get(address.path, Front.cut)
            self._answer(200, b"Ok.\n")
            return
        if Front.cut:
            self.close_connection = True
            return
        asked = dict(parse_qsl(address.query, keep_blank_values=True))
        if not self._knows():
            self._refuse(
                "Code: 516. DB::Exception: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)"
            )
            return
        try:
            self._answer(200, self._run(asked, body))
        except RuntimeError as error:  # what the engine raises
            self._refuse(str(error))

    def _run(self, asked: dict[str, str], body: bytes) -> bytes:
        files: dict[str, bytes] = {}
        if self.headers.get_content_type() == "multipart/form-data":
            files, fields = _parts(self.headers, body)
            asked |= fields
            body = b""
        with connect(self.folder) as engine, tempfile.NamedTemporaryFile() as data:
            settings = [
                f"{name} = {_text(value)}"
                for name, value in asked.items()
                if name not in TRANSPORT and not name.startswith("param_") and not HTTP_ONLY.fullmatch(name)
            ]
            if settings:
                engine.query(f"SET {', '.join(settings)}")
            if asked.get("database"):
                engine.query(f"USE `{asked['database']}`")
            for name, rows in files.items():
                data.truncate(0)
                data.seek(0)
                data.write(rows)
                data.flush()
                engine.query(f"CREATE TEMPORARY TABLE {name} ({asked[f'{name}_structure']})")
                engine.query(
                    f"INSERT INTO {name} FROM INFILE {_text(data.name)} FORMAT {asked[f'{name}_format']}"
                )
            sql = asked.get("query", "")
            inserted = re.fullmatch(r"(?s)\s*(INSERT INTO .+?)\s+FORMAT (\w+)\s*", sql)
            if inserted:
                data.write(body)
                data.flush()
                sql = f"{inserted[1]} FROM INFILE {_text(data.name)} FORMAT {inserted[2]}"
            else:
                sql = "\n".join(filter(None, [sql, body.decode()]))
            params = {name[6:]: value for name, value in asked.items() if name.startswith("param_")}
            found = engine.query(sql, "TabSeparated", params=params)
            return found.bytes() if found is not None else b""

    def _knows(self) -> bool:
        scheme, _, word = self.headers.get("Authorization", "").partition(" ")
        return scheme == "Basic" and base64.b64decode(word).decode() == f"{USER}:{PASSWORD}"

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            pieces = []
            while length := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(length))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(pieces)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _refuse(self, said: str) -> None:
        code = re.search(r"Code: (\d+)", said)
        self._answer(
            403 if "516" in said[:12] else 500,
            said.encode(),
            {"X-ClickHouse-Exception-Code": code[1] if code else "0"},
        )

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] = {}) -> None:
        self.send_response(status)
        for name, value in {"X-ClickHouse-Timezone": "UTC", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _parts(headers: Message, body: bytes) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files and the fields of a form."""
    form = BytesParser().parsebytes(f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body)
    files, fields = {}, {}
    for part in form.walk():
        name, held = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if not name or not isinstance(held, bytes):
            continue
        if part.get_filename():
            files[str(name)] = held
        else:
            fields[str(name)] = held.decode()
    return files, fields


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


if __name__ == "__main__":
    Front.folder = sys.argv[2]
    keeping = connect(Front.folder)
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Front).serve_forever()
