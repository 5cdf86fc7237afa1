"""What is open by age: a line for each customer or vendor, a column for each age."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterfoil.model.statement import NOTHING, Column, Line, LineKind, Statement, added

AGES = (
    ("current", "Not due", None, 0),
    ("30", "1 to 30 days", 1, 30),
    ("60", "31 to 60", 31, 60),
    ("90", "61 to 90", 61, 90),
    ("older", "91 and over", 91, None),
)
"""Each age by the days since something was due: its key, its words, and from which day to which."""

MOST = 200
"""Names that get a line of their own, those who owe most; the others share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A document, and what is open of it on the day that was asked for."""

    type: str
    id: str
    number: str | None
    day: date | None
    due: date | None
    name_id: str | None
    name: str | None
    currency: str
    amount: Decimal  # in home currency
    foreign_amount: Decimal

    def days_overdue(self, on: date) -> int:
        """Days since it was due; not above nought while it is not."""
        return (on - (self.due or self.day or on)).days

    def age(self, on: date) -> str:
        """The key of its age."""
        days = self.days_overdue(on)
        return next(key for key, _, _, last in AGES if last is None or days <= last)


def ageing(name: str, documents: Iterable[Open], on: date, *, home: str, currency: str = "") -> Statement:
    """Who owes what as of a day, in home currency, or what is open in another one, in that one."""
    every = list(documents)
    columns = tuple(Column(title=words, key=key) for key, words, _, _ in AGES)
    places = {column.key: at for at, column in enumerate(columns)}
    sums: dict[tuple[str | None, str], list[Decimal]] = {}
    for one in every:
        if currency in ("", home) or one.currency == currency:
            cells = sums.setdefault((one.name_id, one.name or ""), [NOTHING] * len(columns))
            cells[places[one.age(on)]] += one.amount if currency in ("", home) else one.foreign_amount
    lines = sorted(
        (_line(name_id, label, cells) for (name_id, label), cells in sums.items() if any(cells)),
        key=lambda line: (-(line.total or NOTHING), line.label.casefold(), line.of or ""),
    )
    rest = lines[MOST:]
    total = _total(f"Total {name}", lines, len(columns), part="in")
    if rest:
        lines = [*lines[:MOST], _total(f"{len(rest):,} more names", rest, len(columns), kind=LineKind.ENTRY)]
    return Statement(
        name=name,
        home=home,
        currency=currency or home,
        columns=columns,
        lines=(*lines, total),
        currencies=tuple(sorted({one.currency for one in every})),
        summed=True,
    )


def _line(name_id: str | None, label: str, cells: list[Decimal]) -> Line:
    return Line(
        kind=LineKind.ENTRY,
        label=label or ("Without a name" if name_id is None else f"Name {name_id}"),
        cells=tuple(cells),
        total=sum(cells, NOTHING),
        of=name_id,
        leads=True,
    )


def _total(
    label: str, lines: list[Line], width: int, *, part: str = "", kind: LineKind = LineKind.RESULT
) -> Line:
    cells = added([line.cells for line in lines], width)
    return Line(kind=kind, label=label, cells=cells, total=sum(cells, NOTHING), part=part)
