"""Comparing what QuickBooks' reports say with what the tables say: pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from counterfoil.model.verification import Figure, FigureKind, Why
from counterfoil.sync.verify.ours import Head, Key, Ours
from counterfoil.sync.verify.theirs import Listed, Theirs
from counterfoil.sync.verify.words import stream_of

CENT = Decimal("0.01")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A record about which the two seem to disagree; `why` is how it looks before anybody asked for it."""

    key: Key
    why: Why
    listed: Listed | None = None
    head: Head | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The lists of transactions side by side: how many agree, whom to ask about, and what we cannot read.

    `aliases` are those that the list calls otherwise than we do, by its word and id.
    """

    agreeing: int
    aliases: Mapping[Key, Key]
    suspects: tuple[Suspect, ...]
    unread: tuple[Listed, ...]


def match(listed: Collection[Listed], heads: Mapping[Key, Head], readable: Collection[str]) -> Matched:
    """Hold each transaction of QuickBooks' list against ours.

    A type's word may mean something else than we know: then the id, date and amount find it. What we have beyond the
    list counts as extra only where the list tells of that type at all.
    """
    by_id: dict[str, list[Head]] = defaultdict(list)
    for head in heads.values():
        by_id[head.id].append(head)
    listed = _recognised(listed, by_id)
    agreeing, suspects, unread, claimed = 0, list[Suspect](), list[Listed](), set[Key]()
    aliases: dict[Key, Key] = {}
    for one in listed:
        own = heads.get((one.stream, one.id)) or _alias(one, by_id.get(one.id, []))
        if own is None and one.stream not in readable:
            unread.append(one)
            continue
        key = (own.stream, own.id) if own else (one.stream, one.id)
        claimed.add(key)
        if key != (stream_of(one.word), one.id):
            aliases[one.word, one.id] = key
        why = _difference(one, own)
        if why is None:
            agreeing += one.amount is not None  # what was not told was not compared
        else:
            suspects.append(Suspect(key=key, why=why, listed=one, head=own))
    told = {one.stream for one in listed}
    suspects += [
        Suspect(key=key, why=Why.EXTRA, head=head)
        for key, head in heads.items()
        if key not in claimed and head.stream in told and head.stream in readable
    ]
    return Matched(agreeing=agreeing, aliases=aliases, suspects=tuple(suspects), unread=tuple(unread))


def _recognised(listed: Collection[Listed], by_id: Mapping[str, Collection[Head]]) -> list[Listed]:
    """A word that nobody knows, of another language perhaps, is what all mean that are called so and are found."""
    meant: dict[str, set[str]] = defaultdict(set)
    for one in listed:
        if not one.stream and one.amount and (own := _alias(one, by_id.get(one.id, []))):
            meant[one.word].add(own.stream)
    known = {word: next(iter(streams)) for word, streams in meant.items() if len(streams) == 1}
    return [
        replace(one, stream=known[one.word]) if not one.stream and one.word in known else one
        for one in listed
    ]


def _alias(one: Listed, heads: Collection[Head]) -> Head | None:
    same = [head for head in heads if head.day == one.day and _fits(one.amount, head)]
    return same[0] if len(same) == 1 else None


def _difference(one: Listed, own: Head | None) -> Why | None:
    if own is None:
        return Why.MISSING
    if own.copies > 1:
        return Why.DOUBLED
    if one.day is not None and own.day != one.day:
        return Why.DATE
    return None if _fits(one.amount, own) else Why.AMOUNT


def _fits(amount: Decimal | None, own: Head) -> bool:
    """Whether an amount is the transaction's, in its own currency or in the company's; its sign is the report's."""
    if amount is None or own.total is None:
        return True
    home = (own.total * own.rate).quantize(CENT, ROUND_HALF_UP)
    return abs(amount) in (abs(own.total), abs(home))


Unread = Mapping[str, Mapping[date, Decimal]]
"""What transactions that cannot be read move, by account and day: taken from QuickBooks' ledger."""


def figures(theirs: Theirs, ours: Ours, unread: Unread) -> Iterator[Figure]:
    """Every balance on every day, what is owed by each name, and how long each list is.

    What is owed in other currencies may be converted document by document or as a whole: cents are left be.
    """
    for day in sorted(theirs.balances):
        yield from _accounts(theirs, ours, day, unread)
    for kind, report, their, our in (
        (FigureKind.RECEIVABLE, "AgedReceivables", theirs.receivable, ours.receivable),
        (FigureKind.PAYABLE, "AgedPayables", theirs.payable, ours.payable),
    ):
        names = {*(their or ()), *(our if report not in theirs.partly else ())}
        for id_ in sorted(names) if their is not None else ():
            told, held = (side.get(id_, NOTHING) if side else NOTHING for side in (their, our))
            if not 0 < abs(held - told) <= CENT * ours.converted.get(id_, 0):
                name = theirs.names.get(f"{report}:{id_}", "")
                yield Figure(kind=kind, id=id_, name=name, day=None, theirs=told, ours=held)
    for stream, number in sorted(theirs.counts.items()):
        if stream in ours.counts:
            numbers = {"theirs": Decimal(number), "ours": Decimal(ours.counts[stream])}
            yield Figure(kind=FigureKind.COUNT, id=stream, name=stream, day=None, **numbers)


def _accounts(theirs: Theirs, ours: Ours, day: date, unread: Unread) -> Iterator[Figure]:
    """Of two ways to close a year, the one that QuickBooks seems to go: it is not established which its report does."""
    told, lost = placed(theirs, ours, day)
    ways = [list(_differing(theirs, ours, day, told, unread, ever=ever)) for ever in (False, True)]
    best = min(ways, key=lambda way: sum(1 for figure in way if figure.difference))
    yield from (figure for figure in best if not lost or figure.id in told)


def _differing(
    theirs: Theirs, ours: Ours, day: date, told: Mapping[str, Decimal], unread: Unread, *, ever: bool
) -> Iterator[Figure]:
    held = ours.balances(day, ever=ever)
    beyond = Ours(
        moved={id_: dict(days) for id_, days in unread.items()},
        accounts=ours.accounts,
        fiscal_month=ours.fiscal_month,
    ).balances(day, ever=ever)
    for id_ in sorted({*told, *held}, key=lambda id_: (len(id_), id_)):
        account = ours.accounts.get(id_)
        yield Figure(
            kind=FigureKind.ACCOUNT,
            id=id_,
            name=account.name if account else theirs.names.get(id_, id_ or "No account found"),
            day=day,
            theirs=told.get(id_, NOTHING),
            ours=held.get(id_, NOTHING),
            unread=beyond.get(id_, NOTHING),
        )


def placed(theirs: Theirs, ours: Ours, day: date) -> tuple[dict[str, Decimal], list[str]]:
    """Balances by account id, and the names that stand for none of our accounts, or for several.

    QuickBooks gives an inactive account a suffix; a list may have the last part of a name alone.
    """
    found, lost = dict(theirs.balances[day]), list[str]()
    nameless = theirs.nameless.get(day, ())
    by_name: dict[str, set[str]] = defaultdict(set)
    for id_, account in ours.accounts.items() if nameless else ():
        for name in (account.name, account.name.rpartition(":")[2]):
            by_name[_plain(name)].add(id_)
    for name, amount in nameless:
        ids = {id_ for id_, account in ours.accounts.items() if account.name == name} or by_name[_plain(name)]
        if len(ids) == 1:
            (id_,) = ids
            found[id_] = found.get(id_, NOTHING) + amount
        else:
            lost.append(name)
    return found, lost


def _plain(name: str) -> str:
    return name.strip().casefold().removesuffix("(deleted)").strip()
