"""Reading a report the plain way, so that tests can speak of rows and amounts."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.sandbox.acme import Caller

Row = dict[str, Any]


def ask(caller: Caller, name: str, **params: str) -> Row:
    """A report that is answered."""
    answer = caller.http.get(f"/reports/{name}", params=params)
    assert answer.status_code == 200, answer.text
    found: Row = answer.json()
    return found


def rows(report: Row) -> Iterator[tuple[str, list[Row], Row]]:
    """Every line of a report from top to bottom: (`head`, `data` or `sum`, its cells, the row itself)."""
    yield from _walk(report["Rows"].get("Row", []))


def _walk(found: list[Row]) -> Iterator[tuple[str, list[Row], Row]]:
    for row in found:
        if "Header" in row:
            yield "head", row["Header"]["ColData"], row
        if "ColData" in row:
            yield "data", row["ColData"], row
        yield from _walk((row.get("Rows") or {}).get("Row", []))
        if "Summary" in row:
            yield "sum", row["Summary"]["ColData"], row


def amount(cell: Row) -> Decimal:
    """A cell's amount; nothing written is nought."""
    return Decimal(cell["value"] or "0")


def by_account(report: Row, column: int = -1) -> dict[str, Decimal]:
    """The amount of each account that a report names, its parents' own amounts among them."""
    return {
        cells[0]["id"]: amount(cells[column])
        for kind, cells, _ in rows(report)
        if kind != "sum" and "id" in cells[0]
    }


def group(report: Row, name: str) -> list[Decimal]:
    """What a group comes to, column by column."""
    found = [
        (kind, cells) for kind, cells, row in rows(report) if row.get("group") == name and kind != "head"
    ]
    return [amount(cell) for cell in found[-1][1][1:]]


def keys(report: Row) -> list[str]:
    """What identifies each column."""
    return [
        next((about["Value"] for about in column.get("MetaData", ()) if about["Name"] == "ColKey"), "")
        or column["ColType"]
        for column in report["Columns"]["Column"]
    ]
