"""A QuickBooks with habits that ours does not have: unordered pages, filters and positions that it ignores."""

import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass
class OddQuickBooks:
    """Serves `created`, one record for each time stamp, under the habits that are switched on."""

    created: list[str]
    ordered: bool = True
    filters: bool = True
    positions: bool = True
    told: bool = True  # CreateTime stands in the records
    calls: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                answer = outer.answer(asked["query"][0]) if "query" in asked else outer.no_changes()
                body = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def no_changes(self) -> dict[str, Any]:
        self.calls["changes"] += 1
        return {"CDCResponse": [{"QueryResponse": [{}]}], "time": "2026-11-22T04:00:00-08:00"}

    def answer(self, statement: str) -> dict[str, Any]:
        self.calls["count" if "count(*)" in statement else "page"] += 1
        places = list(range(len(self.created)))
        if self.filters:
            for operator, moment in re.findall(r"MetaData\.CreateTime (>=|<|<=|>) '([^']+)'", statement):
                places = [place for place in places if _holds(self.created[place], operator, moment)]
        if self.ordered and "ORDERBY MetaData.CreateTime" in statement:
            places.sort(key=lambda place: datetime.fromisoformat(self.created[place]))
        if "count(*)" in statement:
            return {"QueryResponse": {"totalCount": len(places)}, "time": "2026-11-22T04:00:00-08:00"}
        start = int(re.findall(r"STARTPOSITION (\d+)", statement)[0]) if self.positions else 1
        page = [self._record(place) for place in places[start - 1 : start + 999]]
        body = {"Invoice": page, "startPosition": start, "maxResults": len(page)} if page else {}
        return {"QueryResponse": body, "time": "2026-11-22T04:00:00-08:00"}

    def _record(self, place: int) -> dict[str, Any]:
        meta = {"CreateTime": self.created[place]} if self.told else {}
        return {"Id": str(place), "MetaData": {**meta, "LastUpdatedTime": self.created[place]}}


def _holds(created: str, operator: str, moment: str) -> bool:
    left, right = datetime.fromisoformat(created), datetime.fromisoformat(moment)
    return {">=": left >= right, "<": left < right, "<=": left <= right, ">": left > right}[operator]
