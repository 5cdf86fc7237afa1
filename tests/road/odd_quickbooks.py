"""A QuickBooks with habits that ours does not have: unordered pages, filters and positions that it ignores."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

NOW = "2026-11-22T04:00:00-08:00"
Body = dict[str, Any]


class Poisoned(Exception):  # noqa: N818 - not ours: what the server meets
    """A record that cannot be served is among those asked for."""


class Refused(Exception):  # noqa: N818 - as above
    """The query asks for what is not offered."""


@dataclass
class OddQuickBooks:
    """Serves `created`, one record for each time stamp, under the habits that are switched on.

    The place of a stamp is the record's Id. Where `updated` is empty, records never changed.
    """

    created: list[str]
    updated: list[str] = field(default_factory=list)
    poisoned: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    ordered: bool = True
    filters: bool = True
    positions: bool = True
    limits: bool = True
    told: bool = True  # times stand in the records
    projections: bool | None = None  # served even of poisoned records; None: refused
    down: bool = False  # every query fails as a poisoned page does
    fault: tuple[int, str] = (400, "4002")
    words: str = "QueryProcessingError: To email address entered is invalid"
    meddle: Callable[["OddQuickBooks"], None] | None = None  # what others do before each statement
    calls: Counter[str] = field(default_factory=Counter)
    statements: list[str] = field(default_factory=list)
    listings: dict[str, list[int]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                status, answer = outer.serve(asked["query"][0]) if "query" in asked else outer.no_changes()
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                self.path = "/query?" + urlencode({"query": self.rfile.read(length).decode()})
                self.do_GET()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def no_changes(self) -> tuple[int, Body]:
        self.calls["changes"] += 1
        return 200, {"CDCResponse": [{"QueryResponse": [{}]}], "time": NOW}

    def serve(self, statement: str) -> tuple[int, Body]:
        if self.meddle is not None:
            self.meddle(self)
            self.listings.clear()
        self.statements.append(statement)
        kind = "count" if "count(*)" in statement else "page"
        try:
            answer = {"QueryResponse": self._answer(statement), "time": NOW}
        except (Poisoned, Refused) as failure:
            refused = isinstance(failure, Refused)
            self.calls["refused" if refused else "poisoned"] += 1
            status, code = (400, "4001") if refused else self.fault
            error = {"Message": "Error processing query", "Detail": self.words, "code": code}
            return status, {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": NOW}
        self.calls[kind] += 1
        return 200, answer

    def _answer(self, statement: str) -> Body:
        fields = statement.split(" FROM ", maxsplit=1)[0].removeprefix("SELECT ")
        listing = statement.split(" FROM ")[1].split(" STARTPOSITION ", maxsplit=1)[0]
        if listing not in self.listings:
            self.listings[listing] = self._places(listing)
        places = self.listings[listing]
        if fields == "count(*)":
            return {"totalCount": len(places)}
        if fields != "*" and self.projections is None:
            raise Refused
        start = int(re.findall(r"STARTPOSITION (\d+)", statement)[0]) if self.positions else 1
        limit = int(re.findall(r"MAXRESULTS (\d+)", statement)[0]) if self.limits else 1000
        page = places[start - 1 : start - 1 + limit]
        if self.down or (not self.poisoned.isdisjoint(page) and not (fields != "*" and self.projections)):
            raise Poisoned
        records = [self._record(place, fields) for place in page]
        return {"Invoice": records, "startPosition": start, "maxResults": len(page)} if page else {}

    def _places(self, listing: str) -> list[int]:
        places = [place for place in range(len(self.created)) if place not in self.gone]
        if self.filters:
            for axis, operator, moment in re.findall(r"MetaData\.(\w+) (>=|<|<=|>) '([^']+)'", listing):
                places = [place for place in places if _holds(self._stamp(axis, place), operator, moment)]
        if listed := re.findall(r"Id IN \(([^)]*)\)", listing):
            wanted = set(re.findall(r"'([^']*)'", listed[0]))
            places = [place for place in places if str(place) in wanted]
        if self.ordered and (order := re.findall(r"ORDERBY MetaData\.(\w+)", listing)):
            places.sort(key=lambda place: _moment(self._stamp(order[0], place)))
        return places

    def _stamp(self, axis: str, place: int) -> str:
        return self.updated[place] if self.updated and axis == "LastUpdatedTime" else self.created[place]

    def _record(self, place: int, fields: str) -> Body:
        axes = [axis for axis in ("CreateTime", "LastUpdatedTime") if fields == "*" or axis in fields]
        meta = {axis: self._stamp(axis, place) for axis in axes if self.told}
        return {"Id": str(place), **({"MetaData": meta} if meta else {})}


def _holds(created: str, operator: str, moment: str) -> bool:
    left, right = _moment(created), _moment(moment)
    return {">=": left >= right, "<": left < right, "<=": left <= right, ">": left > right}[operator]


_moment = cache(datetime.fromisoformat)
