"""A report as QuickBooks answers it, read into header, columns and rows whose every cell keeps its text.

Shapes: API reference, section 7. Columns and rows nest; a cell is text, and an id only where it refers to something.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from counterfoil.quickbooks.answer import moment
from counterfoil.quickbooks.report_wire import (
    Branch,
    Cells,
    decode,
    is_cut,
    read_columns,
    read_rows,
    texts_of,
)


class RowKind(StrEnum):
    """What a row is: a line, a section's head (which carries amounts where a parent has postings of its own), a sum."""

    DATA = "data"
    HEADER = "header"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of cells. `path` are the titles of the columns that hold it, outermost first.

    `key` is the ColKey, or the ColType where an old answer has the key there ("tx_date"); "" when there is none.
    `facts` is all of its MetaData, and what the columns above it say of time.
    """

    place: int
    title: str
    type: str
    key: str = ""
    path: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its title with those above it."""
        return " ".join(filter(None, (*self.path, self.title)))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text as it came, the id of what it refers to ("" for nothing), its number where it is one."""

    text: str
    id: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A section on the way to a row."""

    title: str
    id: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row. `path` are the sections that hold it, outermost first; a sum stands in the section that it sums.

    `group` is QuickBooks' word for the section ("Income", "NetIncome"), its own or the nearest above; "" for none.
    """

    place: int
    kind: RowKind
    group: str
    path: tuple[Step, ...]
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """The text of its first cell: an account, "Total Income"; in a list of transactions, a date."""
        return self.cells[0].text if self.cells else ""

    @property
    def id(self) -> str:
        """The id of what its first cell refers to."""
        return self.cells[0].id if self.cells else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report. Dates are those that QuickBooks says it answered for; `made_at` is aware, UTC.

    `cut` tells that QuickBooks had more to say: what is here is not the report. `calls` (metered) were answered for it.
    """

    name: str
    basis: str  # "Accrual", "Cash", or "" where the report knows none
    start: date | None
    end: date | None
    currency: str
    summarized_by: str
    made_at: datetime | None
    options: Mapping[str, str]
    columns: tuple[Column, ...]
    branches: tuple[Branch, ...] = field(repr=False)  # the books of a company do not belong in a log
    cut: bool = False
    calls: int = 1

    @property
    def is_empty(self) -> bool:
        """QuickBooks says itself that there is nothing to report."""
        return self.options.get("NoReportData", "").lower() == "true"

    def rows(self) -> Iterator[Row]:
        """All rows from top to bottom, numbered from 0."""
        for place, (kind, branch, path, cells) in enumerate(_walk(self.branches)):
            group = branch.group or next((step.group for step in reversed(path) if step.group), "")
            yield Row(place=place, kind=kind, group=group, path=path, cells=tuple(self._cells(cells)))

    def _cells(self, cells: Cells) -> Iterator[Cell]:
        for place, (text, id_) in enumerate(cells):
            numeric = place < len(self.columns) and is_numeric(self.columns[place])
            yield Cell(text, id_, amount_of(text) if numeric else None)


def read_report(body: bytes) -> Report:
    """Read any report. Raises Defect for a body that is none: an answer that says nothing must not pass for empty."""
    answer = decode(body)
    header, branches = answer.header, tuple(read_rows(answer.rows))
    return Report(
        name=header.get("ReportName", ""),
        basis=header.get("ReportBasis", ""),
        start=date_of(header.get("StartPeriod", "")),
        end=date_of(header.get("EndPeriod", "")),
        currency=header.get("Currency", ""),
        summarized_by=header.get("SummarizeColumnsBy", ""),
        made_at=moment(header.get("Time")),
        options=answer.options,
        columns=tuple(_columns(answer.columns)),
        branches=branches,
        cut=is_cut(branches),
    )


def date_of(text: str) -> date | None:
    """The day that an ISO date or time begins with; None for anything else."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def amount_of(text: str) -> Decimal | None:
    """The number that a text is, to its last digit: "1201.00", ".00", "-12"; None for "", "0.08 %" and words."""
    bare = text.strip()
    digits = bare.lstrip("+-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(bare) - len(bare.lstrip("+-")) > 1:
        return None
    return Decimal(bare)


def is_numeric(column: Column) -> bool:
    """Whether a column holds numbers. A document's number or an account called 4000 is text all the same."""
    if column.type.lower() in _NUMBERS:
        return True
    return column.type.lower() not in _WORDS and any(part in column.key.lower() for part in _NUMBER_KEYS)


_NUMBERS = ("money", "amount", "numeric", "number", "decimal", "quantity", "rate")
_WORDS = ("account", "string", "text", "date", "percent", "boolean")
_NUMBER_KEYS = ("amount", "_amt", "open_bal", "quantity", "qty", "rate", "cost", "price", "debit", "credit")


def _columns(wire: object) -> Iterator[Column]:
    for place, (path, title, type_, facts) in enumerate(read_columns(wire)):
        keyed = type_ if type_ == type_.lower() else ""  # an old answer: ColType "tx_date"
        yield Column(
            place=place,
            title=title,
            type=type_,
            key=facts.get("ColKey", "") or keyed,
            path=path,
            start=date_of(facts.get("StartDate", "")),
            end=date_of(facts.get("EndDate", "")),
            facts=facts,
        )


def _walk(
    branches: tuple[Branch, ...],
) -> Iterator[tuple[RowKind, Branch, tuple[Step, ...], Cells]]:
    """Every row in its order, without recursion: how deep accounts nest is not ours to say."""
    waiting: list[tuple[Branch, tuple[Step, ...], bool]] = [(branch, (), False) for branch in branches[::-1]]
    while waiting:
        branch, path, done = waiting.pop()
        if branch.cells is not None:
            yield RowKind.DATA, branch, path, branch.cells
            continue
        if done:
            if branch.summary is not None:
                yield RowKind.SUMMARY, branch, path, branch.summary
            continue
        if branch.header is not None:
            yield RowKind.HEADER, branch, path, branch.header
        title, id_ = texts_of(branch.header)
        inside = (*path, Step(title, id_, branch.group)) if title or id_ or branch.below else path
        waiting.append((branch, inside, True))
        waiting.extend((below, inside, False) for below in branch.below[::-1])
