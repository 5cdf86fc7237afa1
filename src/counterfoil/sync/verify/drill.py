"""Drilling down: which transactions make an account's balance differ, by QuickBooks' GeneralLedger report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from counterfoil.errors import Defect
from counterfoil.model.verification import Figure
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.report import Report, Row, RowKind, date_of
from counterfoil.sync.verify.cells import money, place_of
from counterfoil.sync.verify.ours import Head, Key, Ours, postings
from counterfoil.sync.verify.shelf import Shelf
from counterfoil.sync.verify.theirs import FIRST_DAY, LATER
from counterfoil.sync.verify.words import stream_of

MOST_ACCOUNTS = 40
"""Ids in one address; those that differ most come first."""
COLUMNS = "tx_date,txn_type,subt_nat_amount"
CREDIT_SIDE = frozenset(
    {
        "Accounts Payable",
        "Credit Card",
        "Other Current Liability",
        "Long Term Liability",
        "Equity",
        "Income",
        "Other Income",
    }
)
"""Types of accounts that a report shows with a positive number when they have a credit."""

Moves = dict[Key, dict[date, Decimal]]
"""What each transaction moves in one account, by day."""


@dataclass(slots=True, kw_only=True)
class Drilled:
    """What was found, by account: where a transaction moves something else there than here, theirs and ours.

    `unread` is what transactions move that are not in our tables and cannot be read into them; `words` tells what
    those are called, with their ids.
    """

    accounts: dict[str, dict[Key, tuple[Decimal, Decimal]]] = field(default_factory=dict)
    unread: dict[str, dict[date, Decimal]] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)

    @property
    def keys(self) -> set[Key]:
        """The transactions that make differences."""
        return {key for found in self.accounts.values() for key in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One answer of the ledger: by account the moves, and what a transaction's type is called."""

    moves: Mapping[str, Moves]
    words: Mapping[Key, str]


def choose(figures: Sequence[Figure]) -> list[str]:
    """The accounts to look into, those that differ most first."""
    worst: dict[str, Decimal] = {}
    for figure in figures:
        if figure.difference and figure.id:
            worst[figure.id] = max(worst.get(figure.id, Decimal(0)), abs(figure.difference))
    return sorted(worst, key=lambda id_: (-worst[id_], id_))[:MOST_ACCOUNTS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dig:
    """What to look into: these accounts, up to today and beyond. `aliases`: see `compare.Matched`."""

    accounts: Sequence[str]
    today: date
    aliases: Mapping[Key, Key]


def read_ledger(client: Client, dig: Dig, ours: Ours) -> Told:
    """QuickBooks' ledger of some accounts over all times. Raises what `Client.report` raises."""
    return _told(_report(client, dig), dig, ours)


def _report(client: Client, dig: Dig) -> Report:
    return client.report(
        "GeneralLedger",
        {
            "start_date": str(FIRST_DAY),
            "end_date": str(dig.today + LATER),
            "accounting_method": "Accrual",
            "account": ",".join(dig.accounts),
            "columns": COLUMNS,
        },
    )


def own_moves(shelf: Shelf, accounts: Sequence[str]) -> dict[str, Moves]:
    """What our ledger says of the same accounts."""
    found: dict[str, Moves] = {id_: {} for id_ in accounts}
    for account, key, day, amount in postings(shelf, accounts):
        days = found[account].setdefault(key, {})
        days[day] = days.get(day, Decimal(0)) + amount
    return found


def compare_ledgers(
    told: Told, own: Mapping[str, Moves], heads: Mapping[Key, Head], can_read: Callable[[Key], bool]
) -> Drilled:
    """Sort what differs: transactions that can be asked for, and those that nobody can read."""
    drilled = Drilled()
    for account in own:
        our = own[account]
        their = _turned(told.moves.get(account, {}), our)
        for key in their.keys() | our.keys():
            theirs, ours = (_clean(side.get(key, {})) for side in (their, our))
            if theirs == ours:
                continue
            if key not in heads and key not in our and not can_read(key):
                beyond = drilled.unread.setdefault(account, {})
                for day, amount in theirs.items():
                    beyond[day] = beyond.get(day, Decimal(0)) + amount
                drilled.words.setdefault(told.words.get(key, key[0]), set()).add(key[1])
                continue
            both = (sum(theirs.values(), Decimal(0)), sum(ours.values(), Decimal(0)))
            drilled.accounts.setdefault(account, {})[key] = both
    return drilled


def _turned(their: Moves, our: Moves) -> Moves:
    """The moves with debits positive: whether an account shows credits so is seen by those that agree."""
    turned = {key: {day: -by for day, by in days.items()} for key, days in their.items()}
    as_told, as_turned = (
        sum(1 for key, days in side.items() if _clean(days) and _clean(days) == _clean(our.get(key, {})))
        for side in (their, turned)
    )
    return turned if as_turned > as_told else their


def _clean(days: Mapping[date, Decimal]) -> dict[date, Decimal]:
    return {day: amount for day, amount in days.items() if amount}


def _told(report: Report, dig: Dig, ours: Ours) -> Told:
    """Read the ledger's rows: each stands in the section of its account. Beginning balances have no transaction."""
    day, kind, amount = (place_of(report, what) for what in ("day", "kind", "amount"))
    if day is None or kind is None or amount is None:
        raise Defect("It lacks the day, the type or the amount of transactions.")
    moves: dict[str, Moves] = {}
    words: dict[Key, str] = {}
    for row in report.rows():
        account = _account(row, dig, ours)
        if row.kind is not RowKind.DATA or not account or len(row.cells) <= max(day, kind):
            continue
        cell, on, by = row.cells[kind], date_of(row.cells[day].text), money(row, amount)
        if not cell.id or on is None or by is None:
            continue
        own = (stream_of(cell.text) or cell.text, cell.id)
        key = dig.aliases.get((cell.text, cell.id), own)
        words[key] = cell.text
        days = moves.setdefault(account, {}).setdefault(key, {})
        days[on] = days.get(on, Decimal(0)) + _sign(account, ours) * by
    return Told(moves=moves, words=words)


def _account(row: Row, dig: Dig, ours: Ours) -> str:
    """Which of the accounts that were asked for a row is about: its section's id says it, else its name."""
    for step in reversed(row.path):
        if step.id:
            return step.id if step.id in dig.accounts else ""
        named = [
            id_ for id_ in dig.accounts if id_ in ours.accounts and ours.accounts[id_].name == step.title
        ]
        if len(named) == 1:
            return named[0]
    return ""


def _sign(account: str, ours: Ours) -> int:
    known = ours.accounts.get(account)
    return -1 if known is not None and known.type in CREDIT_SIDE else 1
