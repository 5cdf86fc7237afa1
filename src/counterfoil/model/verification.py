"""A verification: what QuickBooks' own reports say of a company, held against what stands in one warehouse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Verify(StrEnum):
    """What a sync does once it has landed. `str` of it is what the store keeps."""

    NO = ""
    HEAL = "heal"  # compare, and read again what is wrong
    LOOK = "look"  # compare, and leave everything as it is


class ProofState(StrEnum):
    """How a verification ended."""

    AGREES = "agrees"
    EXPLAINED = (
        "explained"  # every transaction is right; a figure differs by a rule, or by what cannot be read
    )
    DIFFERS = "differs"
    FAILED = "failed"  # it could not be done


class FigureKind(StrEnum):
    """What a figure is about."""

    ACCOUNT = "account"  # a balance, debits positive, in home currency
    RECEIVABLE = "receivable"  # what a customer owes
    PAYABLE = "payable"  # what is owed to a vendor
    COUNT = "count"  # how many records a list has


class Why(StrEnum):
    """Why a record makes a difference."""

    MISSING = "missing"  # QuickBooks has it, the tables do not
    EXTRA = "extra"  # deleted in QuickBooks, living in the tables
    DOUBLED = "doubled"  # twice in its table
    LINES = "lines"  # another number of lines
    AMOUNT = "amount"
    ACCOUNT = "account"
    DATE = "date"
    FIELDS = "fields"  # something else
    RULE = "posting rule"  # the record is right; QuickBooks posts it in another way than our ledger does
    NOT_READ = "not read"  # of a type that the API does not offer, or the source does not read
    UNSETTLED = "unsettled"  # QuickBooks could not be asked for it

    @property
    def is_fault(self) -> bool:
        """The tables say something else than QuickBooks."""
        return self not in (Why.RULE, Why.NOT_READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number: theirs and ours. `day` is the last of the period that it is about; None for now.

    `unread` is what transactions that the API does not offer make of it, by QuickBooks' own ledger.
    """

    kind: FigureKind
    id: str
    name: str
    day: date | None
    theirs: Decimal
    ours: Decimal
    unread: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """What the tables have too much, but for what nobody could read into them."""
        return self.ours + self.unread - self.theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One record that makes a difference. `what` tells both sides; `accounts` are those whose balances it moves."""

    stream: str
    id: str
    why: Why
    what: str
    number: str = ""
    day: date | None = None
    accounts: tuple[str, ...] = ()
    healed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """One comparison of one connection. Times are aware, UTC; `difference` is in home currency, never negative.

    `transactions` and `accounts` were really compared; 0 where they could not be. `figures` holds those that differ
    and the balances of the last day; `left_out` says what was not compared, and why. `calls` are metered, of the
    whole run. `code`, `what` and `do` are those of the error that ended it.
    """

    id: str
    sync_id: str
    source_id: str
    connection_id: str
    destination: str
    started_at: datetime
    ended_at: datetime
    state: ProofState
    transactions: int = 0
    accounts: int = 0
    counts: int = 0
    difference: Decimal = ZERO
    currency: str = ""
    calls: int = 0
    days: tuple[date, ...] = ()
    figures: tuple[Figure, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()
    left_out: tuple[str, ...] = ()
    code: str = ""
    what: str = ""
    do: str = ""

    @property
    def is_proof(self) -> bool:
        """Whether transactions and accounts were compared and agree: then one may call it proved."""
        return self.state is ProofState.AGREES and bool(self.transactions and self.accounts)

    @property
    def healed(self) -> int:
        """How many records were read again."""
        return sum(1 for each in self.discrepancies if each.healed)

    @property
    def differing(self) -> tuple[Figure, ...]:
        """The figures that do not agree."""
        return tuple(figure for figure in self.figures if figure.difference)


def total_difference(figures: Iterable[Figure]) -> Decimal:
    """How far accounts are apart: on the day when they are furthest, all differences added without their signs."""
    days: dict[date | None, Decimal] = {}
    for figure in figures:
        if figure.kind is FigureKind.ACCOUNT:
            days[figure.day] = days.get(figure.day, ZERO) + abs(figure.difference)
    return max(days.values(), default=ZERO)


def together(made: Sequence[Verification]) -> Verification | None:
    """Several connections' in one: as bad as the worst of them, proved only where all are; None for none."""
    if not made:
        return None
    worst = max(made, key=lambda one: (BADNESS.index(one.state), one.difference))
    return replace(
        worst,
        transactions=min(one.transactions for one in made),
        accounts=min(one.accounts for one in made),
        started_at=min(one.started_at for one in made),
        ended_at=min(one.ended_at for one in made),
    )


BADNESS = (ProofState.AGREES, ProofState.EXPLAINED, ProofState.FAILED, ProofState.DIFFERS)
