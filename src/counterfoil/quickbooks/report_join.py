"""Two halves of a report made whole: columns beside or upon each other, sums added, lines in their order."""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from counterfoil.model.report import Joins
from counterfoil.quickbooks.report import Column, Report, amount_of, date_of, is_numeric
from counterfoil.quickbooks.report_wire import Branch, Cells

_RATIO = re.compile(r"%|\bpercent|\bavg|\baverage", re.IGNORECASE)
"""In the type, key or title of a column whose numbers do not add up: the whole has none in their place."""


def join(first: Report, second: Report, joins: Joins, *, inside: bool) -> Report:
    """The report of the whole period. `inside` says that the halves are of one column of time, not of several."""
    grid = _Grid.over(first.columns, second.columns, joins, inside=inside)
    top = Branch(below=[grid.spread(branch, grid.mine) for branch in first.branches])
    for branch in second.branches:
        grid.spread(branch, grid.theirs)
    _merge(top, Branch(below=list(second.branches)), grid)
    return replace(
        first,
        end=second.end,
        made_at=second.made_at,
        options=first.options if not first.is_empty else second.options,
        columns=grid.columns,
        branches=tuple(top.below),
        cut=first.cut or second.cut,
        calls=first.calls + second.calls,
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns of the whole, and where each half's columns stand among them."""

    columns: tuple[Column, ...]
    mine: Sequence[int]
    theirs: Sequence[int]
    joins: Joins

    @classmethod
    def over(
        cls, first: Sequence[Column], second: Sequence[Column], joins: Joins, *, inside: bool
    ) -> "_Grid":
        """Columns that mean the same stand once; those of the later half go before what stands last in both."""
        order: dict[Hashable, Column] = dict(_known(first, inside=inside))
        theirs = dict(_known(second, inside=inside))
        names = [name for name in order if name not in theirs or _is_first(order[name])]
        names += [name for name in theirs if name not in order]
        names += [name for name in order if name in theirs and name not in names]
        if set(order) == set(theirs):
            names = list(order)
        whole = [_both(order.get(name), theirs.get(name)) for name in names]
        places = {name: place for place, name in enumerate(names)}
        return cls(
            tuple(replace(column, place=place) for place, column in enumerate(whole)),
            [places[name] for name in order],
            [places[name] for name in theirs],
            joins,
        )

    def spread(self, branch: Branch, places: Sequence[int]) -> Branch:
        """Put the cells of a branch, and of all below it, where the whole has them."""
        waiting = [branch]
        while waiting:
            one = waiting.pop()
            one.cells, one.header, one.summary = (
                self._placed(cells, places) for cells in (one.cells, one.header, one.summary)
            )
            waiting.extend(one.below)
        return branch

    def _placed(self, cells: Cells | None, places: Sequence[int]) -> Cells | None:
        if cells is None:
            return None
        if list(places[: len(cells)]) == list(range(len(cells))):
            return cells
        row = [("", "")] * len(self.columns)
        for place, cell in zip(places, cells, strict=False):
            row[place] = cell
        return (*row, *cells[len(places) :])

    def added(self, mine: Cells | None, theirs: Cells | None, *, group: str = "") -> Cells | None:
        """Two rows in one."""
        if mine is None or theirs is None:
            return theirs if mine is None else mine
        return tuple(
            self._cell(place, (mine[place], theirs[place]), group)
            if place < min(len(mine), len(theirs))
            else (mine + theirs[len(mine) :])[place]
            for place in range(max(len(mine), len(theirs)))
        )

    def _cell(self, place: int, both: tuple[tuple[str, str], tuple[str, str]], group: str) -> tuple[str, str]:
        (mine, id_), (theirs, other) = both
        column = self.columns[place] if place < len(self.columns) else None
        kept = id_ or other
        if column is None or not (is_numeric(column) or _is_ratio(column)):
            return mine or theirs, kept
        if place in self.mine and place in self.theirs:
            return self._upon(column, mine, theirs, group), kept
        return mine or theirs, kept

    def _upon(self, column: Column, mine: str, theirs: str, group: str) -> str:
        """What stands in one column of both halves."""
        if self.joins is Joins.LAST or "rbal" in column.key or group.startswith("Ending"):
            return theirs
        if not (mine and theirs):
            return mine or theirs
        if group.startswith("Beginning"):
            return mine
        amounts = amount_of(mine), amount_of(theirs)
        if _is_ratio(column) or amounts[0] is None or amounts[1] is None:
            return ""
        return f"{amounts[0] + amounts[1]:f}"


def _merge(first: Branch, second: Branch, grid: _Grid) -> None:
    """Put what the second has below it into the first, level by level."""
    waiting = [(first, second)]
    while waiting:
        mine, theirs = waiting.pop()
        there, lines, others = dict(_named(mine.below)), list[Branch](), list(_named(theirs.below))
        if grid.joins is Joins.LIST:
            lines = _new_lines(mine.below, theirs.below, grid)
            others = [(name, branch) for name, branch in others if branch.cells is None]
        for name, branch in others:
            if (same := there.get(name)) is not None:
                _add(same, branch, grid)
                waiting.append((same, branch))
        mine.below = list(_in_order(mine.below, others, there, lines))


def _add(same: Branch, branch: Branch, grid: _Grid) -> None:
    same.cells = grid.added(same.cells, branch.cells, group=same.group)
    same.summary = grid.added(same.summary, branch.summary, group=same.group)
    if grid.joins is not Joins.LIST:
        same.header = grid.added(same.header, branch.header)


def _in_order(
    mine: Sequence[Branch],
    others: Sequence[tuple[Hashable, Branch]],
    there: Mapping[Hashable, Branch],
    lines: Sequence[Branch],
) -> Iterator[Branch]:
    """What was there, the new lines behind its last line, and what is new behind what it stood behind."""
    behind: dict[int, list[Branch]] = {}
    anchor = 0
    for name, branch in others:
        if (same := there.get(name)) is not None:
            anchor = id(same)
        else:
            behind.setdefault(anchor, []).append(branch)
    last = max((place + 1 for place, branch in enumerate(mine) if branch.cells is not None), default=0)
    yield from mine[:last] if lines else ()
    yield from lines
    yield from behind.get(0, ())
    for branch in mine[last:] if lines else mine:
        yield branch
        yield from behind.get(id(branch), ())


def _new_lines(mine: Sequence[Branch], theirs: Sequence[Branch], grid: _Grid) -> list[Branch]:
    """The later half's lines, without the balances brought forward that the earlier half has told."""
    column = grid.columns[0] if grid.columns else None
    dated = column is not None and ("date" in column.key or column.type.lower() == "date")
    told = {branch.cells[0] for branch in mine if branch.cells}

    def is_opening(cells: Cells) -> bool:
        brought = dated and bool(cells) and date_of(cells[0][0]) is None and not any(id_ for _, id_ in cells)
        return brought and cells[0] in told

    return [branch for branch in theirs if branch.cells is not None and not is_opening(branch.cells)]


def _named(branches: Sequence[Branch]) -> Iterator[tuple[Hashable, Branch]]:
    """Each branch with what tells it from its neighbours; of two that are alike, the second is the second."""
    seen: Counter[Hashable] = Counter()
    for branch in branches:
        title, id_ = (branch.cells or branch.header or (("", ""),))[0]
        total = branch.summary[0][0] if branch.summary and not branch.header else ""
        name = (branch.cells is None, branch.group, id_ or title or total)
        seen[name] += 1
        yield (name, seen[name]), branch


def _known(columns: Sequence[Column], *, inside: bool) -> Iterator[tuple[Hashable, Column]]:
    seen: Counter[Hashable] = Counter()
    for column in columns:
        name: Hashable = (column.path, column.title, column.type, column.key)
        if column.start and inside:  # "Jan 1-15" and "Jan 16-31" are the halves of one
            name = ("dated", column.title if column.path else "", column.type)
        elif column.start:
            name = (column.start, column.end, column.title if column.path else "", column.type)
        seen[name] += 1
        yield (name, seen[name]), column


def _both(mine: Column | None, theirs: Column | None) -> Column:
    if mine is None or theirs is None:
        known = mine or theirs
        assert known is not None
        return known
    return replace(mine, end=theirs.end or mine.end, facts=_facts(mine.facts, theirs.facts))


def _facts(mine: Mapping[str, str], theirs: Mapping[str, str]) -> Mapping[str, str]:
    return {**theirs, **mine} | ({"EndDate": theirs["EndDate"]} if "EndDate" in theirs else {})


def _is_first(column: Column) -> bool:
    return column.place == 0


def _is_ratio(column: Column) -> bool:
    return bool(_RATIO.search(f"{column.type} {column.key} {column.title}"))
