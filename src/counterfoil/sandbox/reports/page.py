"""What reports are drawn with: columns, cells, rows and sections, as QuickBooks writes them (section 7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from counterfoil.sandbox.wire import Record

CUT: Final = "Unable to display more data. Please reduce the date range."
MOST_CELLS: Final = 400_000
Rows = list[Record]


class FullError(Exception):
    """There are more cells than an answer may hold."""


@dataclass
class Sheet:
    """A report while it is drawn: its columns are set first; its rows are what an answer gives, be it cut or whole."""

    most: int = MOST_CELLS
    columns: Rows = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    cells: int = 0

    def data(self, into: Rows, values: Sequence[Record], **more: str) -> None:
        """Draw a row of cells.

        Raises FullError once there are too many.
        """
        self.cells += len(values)
        if self.cells > self.most:
            raise FullError
        into.append({"ColData": list(values), **more})

    def section(self, into: Rows, head: Sequence[Record] | None, group: str = "") -> tuple[Record, Rows]:
        """Begin a section; what stands in it goes to the second value, its end is set by `close`."""
        rows: Rows = []
        own: Record = {}
        if head is not None:
            self.cells += len(head)
            own["Header"] = {"ColData": list(head)}
        own |= {"Rows": {"Row": rows}, "type": "Section"}
        if group:
            own["group"] = group
        into.append(own)
        return own, rows

    def close(self, section: Record, end: Sequence[Record]) -> None:
        """Set what a section comes to."""
        if not section["Rows"]["Row"]:
            del section["Rows"]
        self.cells += len(end)
        section["Summary"] = {"ColData": list(end)}

    def total(self, into: Rows, end: Sequence[Record], group: str) -> None:
        """Draw a line that only sums up."""
        self.cells += len(end)
        into.append({"Summary": {"ColData": list(end)}, "type": "Section", "group": group})

    def cut(self) -> None:
        """End the rows as a cut answer does."""
        self.rows.append({"ColData": [{"value": CUT}], "type": "Data"})


def cell(value: object = "", id_: str = "") -> Record:
    """One cell; its id where it names an object that has one."""
    drawn: Record = {"value": "" if value is None else str(value)}
    if id_ and not id_.startswith("?"):
        drawn["id"] = id_
    return drawn


def money(amount: Decimal | None, nought: str = "") -> Record:
    """An amount with two decimals; `nought` is how nothing is written here."""
    return {"value": f"{amount:.2f}" if amount else nought}


def blanks(count: int) -> list[Record]:
    """So many empty cells."""
    return [{"value": ""} for _ in range(count)]


def column(title: str, kind: str, key: str = "", **more: Any) -> Record:
    """One column: its title, its type, the key by which it is known, further MetaData."""
    drawn: Record = {"ColTitle": title, "ColType": kind}
    about = {**{name: str(value) for name, value in more.items()}, **({"ColKey": key} if key else {})}
    if about:
        drawn["MetaData"] = [{"Name": name, "Value": value} for name, value in about.items()]
    return drawn
