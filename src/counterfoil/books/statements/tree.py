"""Accounts below their parents, with a sum for each parent."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from counterfoil.model.statement import NOTHING, Account, Line, LineKind, added

DEEPEST = 8
"""Levels that are shown; QuickBooks has five."""

NO_ACCOUNT = "No account found"

Sums = Mapping[str | None, Sequence[Decimal]]
"""Numbers by the id of their account, a column each; None for postings without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Which accounts stand below which, and their numbers."""

    sums: Sums
    accounts: Mapping[str, Account]
    below: Mapping[str, Iterable[str]]
    leads: bool  # a number leads to its postings

    def lines(self, parent: str, depth: int) -> list[Line]:
        """What stands below an account, or at the top."""
        known = (
            self.accounts.get(id_) or Account(id=id_, name=f"Account {id_}") for id_ in self.below[parent]
        )
        lines: list[Line] = []
        for account in sorted(known, key=lambda each: (each.number, each.name.casefold(), each.id)):
            lines += self._with_children(account, depth)
        return lines

    def _with_children(self, account: Account, depth: int) -> list[Line]:
        own = [self.entry(account, depth)] if account.id in self.sums else []
        if account.id not in self.below:
            return own
        inside = self.lines(account.id, depth + 1)
        head = Line(kind=LineKind.GROUP, label=account.name, depth=depth, number=account.number)
        return [*(own or [head]), *inside, summed(f"Total {account.name}", [*own, *inside], depth)]

    def entry(self, account: Account | None, depth: int) -> Line:
        """An account's own numbers; None for postings without one."""
        cells = tuple(self.sums[account.id if account else None])
        return Line(
            kind=LineKind.ENTRY,
            label=account.name if account else NO_ACCOUNT,
            depth=depth,
            cells=cells,
            total=sum(cells, NOTHING),
            of=account.id if account else None,
            number=account.number if account else "",
            leads=self.leads,
        )


def entries(sums: Sums, accounts: Mapping[str, Account], *, depth: int, leads: bool = True) -> list[Line]:
    """The accounts that have numbers, each below its parent, which is there though it may have none."""
    below: dict[str, set[str]] = defaultdict(set)
    for account in sums:
        place = account or ""
        while place:
            parent = _parent(place, accounts)
            below[parent].add(place)
            place = parent
    tree = Tree(sums=sums, accounts=accounts, below=dict(below), leads=leads)
    nameless = [tree.entry(None, depth)] if None in sums else []
    return (tree.lines("", depth) if below else []) + nameless


def summed(label: str, lines: Iterable[Line], depth: int, *, width: int = 0, part: str = "") -> Line:
    """The sum of the entries among the lines, `width` columns wide where there are none."""
    rows = [line.cells for line in lines if line.kind is LineKind.ENTRY]
    cells = added(rows, len(rows[0]) if rows else width)
    return Line(
        kind=LineKind.SUM, label=label, depth=depth, cells=cells, total=sum(cells, NOTHING), part=part
    )


def _parent(account: str, accounts: Mapping[str, Account]) -> str:
    """The account above; "" at the top, and for one that stands in a circle or too deep."""
    way, place = {account}, account
    while (above := accounts[place].parent if place in accounts else "") in accounts:
        if above in way or len(way) >= DEEPEST:
            return ""
        way.add(above)
        place = above
    parent = accounts[account].parent if account in accounts else ""
    return parent if parent in accounts else ""
