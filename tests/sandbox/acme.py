"""A tiny company and a caller who speaks plain HTTP to the sandbox that serves it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx2

from counterfoil.sandbox.clock import stamp
from counterfoil.sandbox.running import Connected, Sandbox

START = datetime(2026, 5, 10, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
REALM = "9130000000000001"


def record(id_: str, *, created: datetime, updated: datetime | None = None, **fields: Any) -> dict[str, Any]:
    meta = {"CreateTime": at(created), "LastUpdatedTime": at(updated or created)}
    return {"Id": id_, "SyncToken": "0", "domain": "QBO", "sparse": False, "MetaData": meta, **fields}


def at(moment: datetime) -> str:
    return stamp(int(moment.timestamp()))


def tiny_records() -> Iterator[tuple[str, dict[str, Any]]]:
    old = START - 60 * DAY
    names = {"1": "acorn", "2": "Birch", "3": "Cedar"}
    for id_, name in names.items():
        fields: dict[str, Any] = {
            "DisplayName": name,
            "FullyQualifiedName": name,
            "Active": True,
            "Balance": Decimal(0),
        }
        yield "Customer", record(id_, created=old, **fields)
    gone: dict[str, Any] = {
        "DisplayName": "Dead (deleted)",
        "FullyQualifiedName": "Dead (deleted)",
        "Active": False,
    }
    yield "Customer", record("4", created=old, **gone, Balance=Decimal(0))
    yield "Vendor", record("1", created=old, DisplayName="Elm", Active=True, Balance=Decimal(0))
    for id_, kind in {"1": "Accounts Receivable", "2": "Bank", "3": "Accounts Payable"}.items():
        yield (
            "Account",
            record(id_, created=old, Name=kind, AccountType=kind, Active=True, CurrentBalance=Decimal(0)),
        )
    yield "Item", record("1", created=old, Name="Nail", Type="Inventory", Active=True, QtyOnHand=Decimal(100))
    yield "TaxCode", record("TAX", created=old, Name="TAX")
    for n in range(1, 6):
        fields = {"DocNumber": f"10{n}", "TxnDate": f"2026-04-{n:02d}", "CustomerRef": {"value": "1"}}
        money = {"TotalAmt": Decimal(f"{n}00.00"), "Balance": Decimal(f"{n}00.00")}
        line = {
            "Id": "1",
            "Amount": Decimal(f"{n}00.00"),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {},
        }
        own = record(
            str(n), created=old + n * DAY, updated=old + (10 - n) * DAY, Line=[line], **fields, **money
        )
        yield "Invoice", own


@dataclass(frozen=True)
class TinyCompany:
    """A company small enough to know by heart."""

    realm_id: str = REALM
    name: str = "Acme <b>& Sons"
    series_: Sequence[Any] = field(default=())

    def records(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for entity, own in tiny_records():
            if not any(series.entity == entity for series in self.series_):
                yield entity, own

    def series(self) -> Sequence[Any]:
        return self.series_


class ManyInvoices:
    """A series of invoices, ten in every second; every third was updated a day after its making."""

    entity = "Invoice"

    def __init__(self, length: int, *, since: datetime = START - 50 * DAY, size: int = 0) -> None:
        self._length = length
        self._since = int(since.timestamp())
        self._padding = "x" * size

    def __len__(self) -> int:
        return self._length

    def id(self, i: int) -> str:
        return str(1000 + i)

    def index_of(self, id: str) -> int | None:  # noqa: A002
        i = int(id) - 1000 if id.isdecimal() else -1
        return i if 0 <= i < self._length else None

    def created(self, i: int) -> int:
        return self._since + i // 10

    def updated(self, i: int) -> int:
        return self.created(i) + (86400 if i % 3 == 0 else 0)

    def body(self, i: int) -> bytes:
        meta = {"CreateTime": stamp(self.created(i)), "LastUpdatedTime": stamp(self.updated(i))}
        own: dict[str, Any] = {"Id": self.id(i), "SyncToken": "0", "MetaData": meta, "DocNumber": f"S{i}"}
        own |= {
            "TxnDate": "2026-04-01",
            "TotalAmt": i,
            "Balance": i,
            "CustomerRef": {"value": "1"},
            "Line": [],
        }
        own["PrivateNote"] = self._padding
        return json.dumps(own).encode()


class Caller:
    """Someone with a living token."""

    def __init__(self, sandbox: Sandbox, connected: Connected | None = None) -> None:
        self.connected = connected or sandbox.authorize()
        self.http = httpx2.Client(
            base_url=f"{sandbox.url}/v3/company/{self.connected.realm_id}",
            headers={"authorization": f"Bearer {self.connected.access_token}", "accept": "application/json"},
            timeout=120,
            verify=False,  # plain HTTP on loopback; reading certificates takes longer than the tests
        )

    def query(self, text: str, **params: str) -> dict[str, Any]:
        """The QueryResponse of a statement that succeeds."""
        answer = self.http.get("/query", params={"query": text, **params})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["QueryResponse"]
        return found

    def ids(self, text: str) -> list[str]:
        """The ids that a statement finds, in its order."""
        found = self.query(text)
        return [row["Id"] for rows in found.values() if isinstance(rows, list) for row in rows]

    def error(self, text: str) -> dict[str, Any]:
        """The one error of a statement that is refused."""
        answer = self.http.get("/query", params={"query": text})
        assert answer.status_code == 400, answer.text
        error: dict[str, Any] = answer.json()["Fault"]["Error"][0]
        return error

    def changes(self, entities: str, since: datetime) -> dict[str, list[dict[str, Any]]]:
        """The rows of each entity that changed."""
        answer = self.http.get("/cdc", params={"entities": entities, "changedSince": at(since)})
        assert answer.status_code == 200, answer.text
        blocks = answer.json()["CDCResponse"][0]["QueryResponse"]
        return {key: rows for block in blocks for key, rows in block.items() if isinstance(rows, list)}

    def post(self, path: str, body: Any, **params: str) -> httpx2.Response:
        return self.http.post(path, json=body, params=params)
