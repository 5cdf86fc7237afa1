"""The proof of one connection: both sides, what they disagree about, and what came of asking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from counterfoil.errors import WarehouseFailed, WarehouseRefused
from counterfoil.model.stream import Family, Reading, Stream
from counterfoil.model.verification import Figure, FigureKind, Why
from counterfoil.quickbooks.client import Client
from counterfoil.sync.shape import Stamp
from counterfoil.sync.verify.compare import Matched, figures, match, placed
from counterfoil.sync.verify.drill import Dig, Drilled, Told, choose, compare_ledgers, own_moves, read_ledger
from counterfoil.sync.verify.lists import differing
from counterfoil.sync.verify.ours import Key, Ours, counts, read_books, read_start
from counterfoil.sync.verify.settle import Asked, Verdict, ask, judge, named_in
from counterfoil.sync.verify.shelf import Shelf
from counterfoil.sync.verify.theirs import REFUSALS, Theirs
from counterfoil.sync.verify.words import NEEDED, NOT_POSTING, POSTING

MOST = 2000
"""Records that are asked for in one verification: ten calls. More have one cause, which some of them show."""


@dataclass(slots=True, kw_only=True)
class Proof:
    """One connection while it is compared. `streams` are those that the source reads and the company has.

    `verdicts` tell what came of each record that was asked for; `fetched` are those that only this way can be read.
    """

    shelf: Shelf
    streams: dict[str, Stream]
    ours: Ours = field(default_factory=Ours)
    matched: Matched | None = None
    told: Told | None = None
    dug: list[str] = field(default_factory=list)
    drilled: Drilled = field(default_factory=Drilled)
    figures: tuple[Figure, ...] = ()
    verdicts: dict[Key, Verdict] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    with_books: bool = True

    @property
    def readable(self) -> frozenset[str]:
        """Streams of transactions that are in the tables."""
        return frozenset(name for name in (*POSTING, *NOT_POSTING) if name in self.streams)

    @property
    def lists(self) -> list[Stream]:
        """The lists whose records are counted."""
        counted = (Reading.KEYSET, Reading.OFFSET, Reading.ONCE)
        return [
            stream
            for stream in self.streams.values()
            if stream.family is Family.LIST and stream.reading in counted and not stream.some_lack_active
        ]

    @property
    def faults(self) -> dict[Key, Verdict]:
        """Records whose rows are wrong."""
        wrong = {key: verdict for key, verdict in self.verdicts.items() if verdict.why is not None}
        return {key: verdict for key, verdict in wrong.items() if verdict.why is not Why.UNSETTLED}

    def read_ours(self, today: date) -> None:
        """Read what the tables say."""
        self.ours = read_start(self.shelf)
        self.ours.counts = counts(self.shelf, {stream.name: stream.table.name for stream in self.lists})
        lacking = [name for name in (*NEEDED, "Account", "Item", "Preferences") if name not in self.streams]
        if lacking:
            self.without_books(
                f"Balances: they follow from all transactions, and without {', '.join(lacking)} no ledger adds up."
            )
        if self.with_books:
            try:
                read_books(self.shelf, self.ours, today)
            except (WarehouseRefused, WarehouseFailed) as error:
                self.without_books(f"Balances: the warehouse could not work out the ledger. {error.what}")

    def without_books(self, why: str) -> None:
        """Compare no balances, and say why."""
        self.with_books = False
        self._leave_out(why)

    def _leave_out(self, why: str) -> None:
        if why not in self.left_out:
            self.left_out.append(why)

    def compare(self, theirs: Theirs) -> None:
        """Hold both sides against each other."""
        if theirs.transactions is not None:
            self.matched = match(theirs.transactions, self.ours.heads, self.readable)
        lost = {name for day in theirs.balances for name in placed(theirs, self.ours, day)[1]}
        if lost:
            self._leave_out(
                f"{len(lost):,} accounts of TrialBalance have no id, and a name that tells nothing."
            )
        self._figure(theirs)

    @property
    def doubts(self) -> bool:
        """Whether anything seems to differ."""
        return bool(self.faults or any(figure.difference for figure in self.figures))

    def dig(self, client: Client, today: date) -> None:
        """Ask QuickBooks for the ledger of accounts that differ, and for each record that may be why."""
        self.dug = choose([figure for figure in self.figures if figure.kind is FigureKind.ACCOUNT])
        if self.dug:
            aliases = self.matched.aliases if self.matched else {}
            try:
                self.told = read_ledger(
                    client, Dig(accounts=self.dug, today=today, aliases=aliases), self.ours
                )
            except REFUSALS as error:
                self.left_out.append(
                    f"Which transactions make an account differ: GeneralLedger could not be read. {error.what}"
                )

    def settle(self, client: Client, theirs: Theirs, asked: Asked, stamp: Stamp) -> None:
        """Ask for every record under suspicion, and judge the rows that stand for it."""
        keys = {suspect.key for suspect in self.matched.suspects} if self.matched else set()
        keys |= set(differing(client, self.shelf, self.streams, theirs, self.ours))
        ask(client, self.streams, self._some(keys), asked)
        if self.told is not None:
            self._compare_ledgers(asked)
            keys |= {key for key in self.drilled.keys if key[0] in self.streams}
            ask(client, self.streams, self._some(keys), asked)
        self.verdicts = judge(self.shelf, self.streams, keys, asked, stamp)
        behind = self._some({key for key in standing_behind(self, asked) if key[0] in self.streams})
        ask(client, self.streams, behind, asked)
        self.verdicts |= judge(self.shelf, self.streams, behind, asked, stamp)
        self._figure(theirs)

    def again(self, theirs: Theirs, today: date, asked: Asked, stamp: Stamp) -> dict[Key, Verdict]:
        """Compare anew with what was told before; answer with what the records looked like before that."""
        before = self.verdicts
        self.read_ours(today)
        self.compare(theirs)
        if self.told is not None:
            self._compare_ledgers(asked)
        self.verdicts = judge(self.shelf, self.streams, before.keys(), asked, stamp)
        self._figure(theirs)
        return before

    def _some(self, keys: set[Key]) -> list[Key]:
        chosen = sorted(keys)[:MOST]
        if len(keys) > MOST:
            words = f"{len(keys) - MOST:,} of {len(keys):,} suspicious records were not asked for."
            self._leave_out(words)
        return chosen

    def _compare_ledgers(self, asked: Asked) -> None:
        if self.told is None:
            return

        def can_read(key: Key) -> bool:
            """What only a verification that heals can read stands in the heads once it was read."""
            only_here = key[0] in self.readable and self.streams[key[0]].reading is Reading.CHANGES
            return key[0] in self.readable and not only_here and key not in asked.silent

        own = own_moves(self.shelf, self.dug)
        for account in own.keys() - self.told.moves.keys():
            if any(figure.id == account and figure.theirs for figure in self.figures):
                del own[account]  # nothing was told of what is there
        self.drilled = compare_ledgers(self.told, own, self.ours.heads, can_read)

    def _figure(self, theirs: Theirs) -> None:
        shown = figures(theirs, self.ours, self.drilled.unread)
        self.figures = tuple(each for each in shown if self.with_books or each.kind is FigureKind.COUNT)


Moves = list[tuple[str, Decimal, Decimal]]
"""Account, theirs, ours."""


def rules(proof: Proof) -> Iterator[tuple[Key, Moves]]:
    """Transactions whose rows are right and which move accounts otherwise than our ledger.

    None while other rows are wrong: a payment of a document that is missing moves other accounts for that alone.
    """
    if not proof.faults:
        yield from _moving_otherwise(proof)


def _moving_otherwise(proof: Proof) -> Iterator[tuple[Key, Moves]]:
    found: dict[Key, Moves] = {}
    for account, moves in proof.drilled.accounts.items():
        for key, (theirs, ours) in moves.items():
            found.setdefault(key, []).append((account, theirs, ours))
    for key in sorted(found):
        verdict = proof.verdicts.get(key)
        if verdict is None or verdict.why is None:
            yield key, found[key]


def standing_behind(proof: Proof, asked: Asked) -> set[Key]:
    """The items and accounts of transactions that seem to post by another rule: those may be what is out of date."""
    records = (asked.records.get(key) for key, _ in _moving_otherwise(proof))
    return {key for record in records if record is not None for key in named_in(record)}


def days_to_compare(today: date, dated: Sequence[date], fiscal_month: int) -> list[date]:
    """The end of each fiscal year since the first transaction, of the last closed month, and today.

    Profit begins anew each year: a line that stands in the wrong account shows at the end of its own year.
    """
    first = min((day for day in dated if day <= today), default=today)
    ends = {today, date(today.year, today.month, 1) - ONE}
    year = today.year
    while len(ends) < MOST_DAYS:
        end = date(year, fiscal_month, 1) - ONE
        if end < first:
            break
        if end < today:
            ends.add(end)
        year -= 1
    return sorted(end for end in ends if end >= first or end == today)


ONE = date(2000, 1, 2) - date(2000, 1, 1)
MOST_DAYS = 12
"""Ten years and more."""
