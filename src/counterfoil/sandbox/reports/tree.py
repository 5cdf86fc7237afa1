"""Accounts as statements show them: sub-accounts in the section of their parent, whose own amount is in its head."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from counterfoil.sandbox.ledger.live import Account, in_order
from counterfoil.sandbox.ledger.nouns import ZERO
from counterfoil.sandbox.reports.page import Rows, Sheet, cell, money
from counterfoil.sandbox.reports.sums import Sums, added
from counterfoil.sandbox.wire import Record

Line = list[Decimal]


def draw_accounts(sheet: Sheet, into: Rows, accounts: Iterable[Account], sums: Sums, sign: int) -> Line:
    """Draw the accounts that have amounts, with their parents; give what they come to, column by column."""
    every = {one.id: one for one in accounts}
    width = len(next(iter(sums.values()), []))
    shown = {id_ for id_ in sums if id_ in every}
    for id_ in list(shown):
        while (above := every[id_].parent) in every:
            shown.add(above)
            id_ = above  # noqa: PLW2901
    tree = _Tree(sheet, {id_: every[id_] for id_ in shown}, sums, sign, width)
    tops = [one for one in tree.accounts.values() if one.parent not in tree.accounts]
    return added([tree.draw(into, one) for one in in_order(tops)], width)


class _Tree:
    def __init__(self, sheet: Sheet, accounts: dict[str, Account], sums: Sums, sign: int, width: int) -> None:
        self._sheet = sheet
        self.accounts = accounts
        self._sums = sums
        self._sign = sign
        self._width = width

    def draw(self, into: Rows, account: Account) -> Line:
        """Draw one account and what is below it."""
        below = in_order(one for one in self.accounts.values() if one.parent == account.id)
        own = [self._sign * by for by in self._sums.get(account.id, [ZERO] * self._width)]
        if not below:
            self._sheet.data(into, [cell(account.name, account.id), *amounts(own)], type="Data")
            return own
        section, rows = self._sheet.section(into, [cell(account.name, account.id), *_in_head(own)])
        line = added([own, *(self.draw(rows, one) for one in below)], self._width)
        self._sheet.close(section, [cell(f"Total {account.name}"), *amounts(line, "0.00")])
        return line


def amounts(line: Sequence[Decimal], nought: str = "") -> list[Record]:
    """A row of amounts; a single nought is written out, among several it is left blank."""
    return [money(by, "0.00" if len(line) == 1 else nought) for by in line]


def _in_head(line: Sequence[Decimal]) -> list[Record]:
    return [money(by, "") for by in line]
