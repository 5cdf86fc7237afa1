"""Rows that stand inside one another: a child in the section of its parent, whose own amounts are in its head."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from counterfoil.sandbox.ledger.live import Account, in_order
from counterfoil.sandbox.ledger.nouns import ZERO, ref
from counterfoil.sandbox.reports.asked import Asked
from counterfoil.sandbox.reports.page import Rows, Sheet, cell, money
from counterfoil.sandbox.reports.sums import Sums, added
from counterfoil.sandbox.wire import Record

Line = list[Decimal]
NOT_SPECIFIED: Final = "Not Specified"
_TOP: Final = "nobody"  # no id: what has no name at all has the empty one


class Node(NamedTuple):
    """What a row is about: an account, a customer, an item; nodes stand in the order of `sort`."""

    id: str
    name: str
    parent: str
    sort: tuple[object, ...]


class Tree:
    """Draws nodes with their amounts, one a column; `cells` writes a row's amounts."""

    def __init__(
        self,
        sheet: Sheet,
        nodes: Mapping[str, Node],
        *,
        width: int,
        cells: Callable[[Line, str], list[Record]],
        leaf: str = "Data",
    ) -> None:
        self._sheet = sheet
        self._nodes = nodes
        self._width = width
        self._cells = cells
        self._leaf = {"type": leaf} if leaf else {}
        self._sums: Mapping[str, Line] = {}

    def draw(self, into: Rows, sums: Mapping[str, Line]) -> Line:
        """Draw those that have amounts, with their parents; give what they come to, column by column."""
        self._sums = sums
        shown = {id_: self._nodes[id_] for id_ in sums}
        for node in list(shown.values()):
            above = self._nodes.get(node.parent)
            while above and above.id not in shown:
                shown[above.id] = above
                above = self._nodes.get(above.parent)
        tops = [node for node in shown.values() if node.parent not in shown]
        return added([self._draw(into, node, shown) for node in _sorted(tops)], self._width)

    def _draw(self, into: Rows, node: Node, shown: Mapping[str, Node]) -> Line:
        below = _sorted(one for one in shown.values() if one.parent == node.id and one is not node)
        own = self._sums.get(node.id) or [ZERO] * self._width
        if not below:
            self._sheet.data(into, [cell(node.name, node.id), *self._cells(own, "leaf")], **self._leaf)
            return own
        section, rows = self._sheet.section(into, [cell(node.name, node.id), *self._cells(own, "head")])
        line = added([own, *(self._draw(rows, one, shown) for one in below)], self._width)
        self._sheet.close(section, [cell(f"Total {node.name}"), *self._cells(line, "total")])
        return line


def _sorted(nodes: Iterable[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: node.sort)


def draw_accounts(sheet: Sheet, into: Rows, accounts: Iterable[Account], sums: Sums, sign: int) -> Line:
    """Draw the accounts of a section, in which a sub-account of another section's account stands by itself."""
    ordered = in_order(accounts)
    nodes = {one.id: Node(one.id, one.name, one.parent, (place,)) for place, one in enumerate(ordered)}
    lines = {id_: [sign * by for by in row] for id_, row in sums.items()}
    width = len(next(iter(lines.values()), []))
    return Tree(sheet, nodes, width=width, cells=amounts).draw(into, lines)


def nodes_of(asked: Asked, kind: str, ids: Iterable[str]) -> dict[str, Node]:
    """Customers, items or the like as nodes, with all their parents; what has no id stands last."""
    nodes: dict[str, Node] = {}
    waiting = list(ids)
    while waiting:
        id_ = waiting.pop()
        if id_ in nodes:
            continue
        record = asked.names.record(kind, id_)
        name = str(record.get("DisplayName") or record.get("Name") or "") or (id_ and f"{kind} {id_}")
        above = ref(record, "ParentRef")
        nodes[id_] = Node(id_, name or NOT_SPECIFIED, above or _TOP, (not id_, name.casefold(), id_))
        if above:
            waiting.append(above)
    return nodes


def amounts(line: Sequence[Decimal], where: str = "leaf") -> list[Record]:
    """A row of amounts. Nought is left blank in heads, and in leaves of several columns; a sum writes it out."""
    nought = "0.00" if where == "total" or (where == "leaf" and len(line) == 1) else ""
    return [money(by, nought) for by in line]
