"""A report's JSON taken apart: every value as text, whatever stands there."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from counterfoil.errors import Defect

Cells = tuple[tuple[str, str], ...]
"""The text and the id of each cell of a row."""

_CUT = re.compile(r"\s*unable to display more data", re.IGNORECASE)
"""What a row says where a report has more than 400,000 cells (reference, section 7)."""

_LONE = re.compile("[\ud800-\udfff]")

_decoder = msgspec.json.Decoder(float_hook=str)


@dataclass(slots=True)
class Branch:
    """A row as it stands in the tree: a line has `cells`; a section may have a header, rows below and a summary."""

    group: str = ""
    cells: Cells | None = None
    header: Cells | None = None
    summary: Cells | None = None
    below: list["Branch"] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An answer's parts: the header's texts, its options, and columns and rows still to be read."""

    header: Mapping[str, str]
    options: Mapping[str, str]
    columns: Any
    rows: Any


def decode(body: bytes) -> Taken:
    """Take an answer apart. Raises Defect when it is no report."""
    try:
        answer = _decoder.decode(body)
    except RecursionError:
        raise Defect("QuickBooks answered a report that is nested too deep to be read.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        answer = _leniently(body)
    header = answer.get("Header") if isinstance(answer, dict) else None
    if not isinstance(header, dict) or not ("ReportName" in header or "Columns" in answer):
        raise Defect("QuickBooks answered a report without a header that names it.")
    return Taken(
        header={name: text_of(value) for name, value in header.items() if not isinstance(value, list | dict)},
        options=_pairs(header.get("Option")),
        columns=answer.get("Columns"),
        rows=answer.get("Rows"),
    )


def read_columns(wire: object) -> Iterator[tuple[tuple[str, ...], str, str, Mapping[str, str]]]:
    """The titles above, title, type and facts of each column that holds cells, from left to right.

    What a column above says of time holds for those below it.
    """
    waiting: list[tuple[dict[str, Any], tuple[str, ...], Mapping[str, str]]]
    waiting = [(column, (), {}) for column in reversed(_items(wire, "Column"))]
    while waiting:
        column, path, above = waiting.pop()
        title, facts = text_of(column.get("ColTitle")), {**above, **_pairs(column.get("MetaData"))}
        inner = _items(column.get("Columns"), "Column")
        if not inner:
            yield path, title, text_of(column.get("ColType")), facts
        dates: Mapping[str, str] = {name: facts[name] for name in ("StartDate", "EndDate") if name in facts}
        waiting.extend((below, (*path, title), dates) for below in reversed(inner))


def read_rows(wire: object) -> list[Branch]:
    """The tree of rows. Leaves may lack their type, sections their rows (reference, section 7)."""
    top = Branch()
    waiting = [(wire, top)]
    while waiting:
        rows, parent = waiting.pop()
        for row in _items(rows, "Row"):
            branch = _branch(row)
            parent.below.append(branch)
            if branch.cells is None:
                waiting.append((row.get("Rows"), branch))
    return top.below


def is_cut(branches: Sequence[Branch]) -> bool:
    """Whether a row stands there that says that there is more; nobody's name or memo passes for it."""
    waiting = list(branches)
    while waiting:
        branch = waiting.pop()
        if not branch.below and any(map(_says_cut, (branch.cells, branch.header, branch.summary))):
            return True
        waiting.extend(branch.below)
    return False


def texts_of(cells: Cells | None) -> tuple[str, str]:
    """The text and the id of a row's first cell."""
    return cells[0] if cells else ("", "")


def text_of(value: object) -> str:
    """A value as text: numbers by their digits, half a surrogate pair, which no warehouse takes, as U+FFFD."""
    if value is None or isinstance(value, list | dict):
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text.isascii() else _LONE.sub("\ufffd", text)


def _branch(row: dict[str, Any]) -> Branch:
    group, own = text_of(row.get("group")), row.get("ColData")
    if "Rows" in row or "Header" in row or "Summary" in row or row.get("type") == "Section":
        header = row.get("Header", {"ColData": own} if own else None)
        return Branch(group=group, header=_cells(header), summary=_cells(row.get("Summary")))
    return Branch(group=group, cells=_cells(row) or ())


def _cells(holder: object) -> Cells | None:
    if not isinstance(holder, dict):
        return None
    return tuple((text_of(cell.get("value")), text_of(cell.get("id"))) for cell in _items(holder, "ColData"))


def _says_cut(cells: Cells | None) -> bool:
    told = [cell for cell in cells or () if any(cell)]
    return len(told) == 1 and not told[0][1] and bool(_CUT.match(told[0][0]))


def _items(holder: object, name: str) -> list[dict[str, Any]]:
    """The objects of an array; one that stands alone counts as an array of one."""
    found = holder.get(name) if isinstance(holder, dict) else None
    listed = found if isinstance(found, list) else [found]
    return [item for item in listed if isinstance(item, dict)]


def _pairs(listed: object) -> dict[str, str]:
    """[{"Name": …, "Value": …}] as a mapping."""
    pairs = listed if isinstance(listed, list) else [listed]
    return {text_of(pair.get("Name")): text_of(pair.get("Value")) for pair in pairs if isinstance(pair, dict)}


def _leniently(body: bytes) -> Any:
    """Read what the strict reader refuses: half a surrogate pair, bytes that are no UTF-8."""
    try:
        return json.loads(body.decode("utf-8", "replace"), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
