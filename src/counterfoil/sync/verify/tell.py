"""Telling: from a finished proof to what is kept and shown of it."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from counterfoil.model.identity import new_id
from counterfoil.model.stream import Reading
from counterfoil.model.verification import (
    Discrepancy,
    FigureKind,
    ProofState,
    Verification,
    Why,
    total_difference,
)
from counterfoil.sync.verify.ours import Key
from counterfoil.sync.verify.proof import Proof, rules
from counterfoil.sync.verify.settle import Verdict

MOST = 500
"""Differences that are kept of one verification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What all connections of one verification share. Times are aware, UTC."""

    chance: random.Random
    sync_id: str
    started_at: datetime
    ended_at: datetime
    days: tuple[date, ...]
    left_out: tuple[str, ...]
    moving: frozenset[Key]
    calls: int


def tell(proof: Proof, before: Mapping[Key, Verdict], run: Run) -> Verification:
    """What came of one connection. `before` is what its records looked like before they were read again."""
    found = list(_records(proof, before, run.moving))
    ruled = list(_rules(proof))
    latest = max((figure.day for figure in proof.figures if figure.day), default=None)
    kept = [each for each in proof.figures if each.difference or each.day == latest]
    wrong = [each for each in found if not each.healed]
    connection = proof.shelf.connection
    return Verification(
        id=new_id("proof", run.chance),
        sync_id=run.sync_id,
        source_id=connection.source.id,
        connection_id=connection.id,
        destination=connection.destination.name,
        started_at=run.started_at,
        ended_at=run.ended_at,
        state=_state(proof, wrong, ruled, run),
        transactions=_compared(proof),
        accounts=len({each.id for each in proof.figures if each.kind is FigureKind.ACCOUNT}),
        counts=sum(1 for each in proof.figures if each.kind is FigureKind.COUNT),
        difference=total_difference(proof.figures),
        currency=proof.ours.home,
        calls=run.calls,
        days=run.days if proof.with_books else (),
        figures=tuple(sorted(kept, key=lambda each: not each.difference)[:MOST]),
        discrepancies=tuple((found + ruled)[:MOST]),
        left_out=(*run.left_out, *proof.left_out, *_unread(proof), *_moving(run)),
    )


def _compared(proof: Proof) -> int:
    """How many transactions were held against QuickBooks': by its list, or by themselves."""
    if proof.matched is None:
        return 0
    settled = (
        (one.key, verdict)
        for one in proof.matched.suspects
        if (verdict := proof.verdicts.get(one.key)) is not None and verdict.why is not Why.UNSETTLED
    )
    return proof.matched.agreeing + sum(1 for key, verdict in settled if not _is_fetched(proof, key, verdict))


def _state(proof: Proof, wrong: list[Discrepancy], ruled: list[Discrepancy], run: Run) -> ProofState:
    if any(each.why is not Why.UNSETTLED for each in wrong):
        return ProofState.DIFFERS
    off = [each for each in proof.figures if each.difference]
    if not off and not wrong:
        return ProofState.AGREES
    known = {account for each in ruled for account in each.accounts}
    unexplained = [each for each in off if each.kind is FigureKind.ACCOUNT and each.id not in known]
    counted = any(each.kind is FigureKind.COUNT for each in off)
    return ProofState.EXPLAINED if run.moving or not (unexplained or counted) else ProofState.DIFFERS


def _records(proof: Proof, before: Mapping[Key, Verdict], moving: frozenset[Key]) -> Iterator[Discrepancy]:
    """Records whose rows are or were wrong."""
    for key, verdict in before.items():
        if verdict.why is None or key in moving or _is_fetched(proof, key, verdict):
            continue
        now = proof.verdicts.get(key)
        yield _discrepancy(proof, key, replace_healed(verdict, now))


@dataclass(frozen=True, slots=True)
class _Told:
    verdict: Verdict
    healed: bool


def replace_healed(verdict: Verdict, now: Verdict | None) -> _Told:
    """A record is healed when its rows are right now."""
    return _Told(verdict, healed=now is not None and now.why is None)


def _is_fetched(proof: Proof, key: Key, verdict: Verdict) -> bool:
    """Nobody could have read it before: that it was missing is no fault."""
    only_here = proof.streams[key[0]].reading is Reading.CHANGES
    return only_here and verdict.why in (Why.MISSING, Why.UNSETTLED)


def _discrepancy(proof: Proof, key: Key, told: _Told) -> Discrepancy:
    head = proof.ours.heads.get(key)
    assert told.verdict.why is not None
    return Discrepancy(
        stream=key[0],
        id=key[1],
        why=told.verdict.why,
        what=told.verdict.what,
        number=head.number if head else "",
        day=head.day if head else _listed_day(proof, key),
        accounts=_names(proof, [id_ for id_, moves in proof.drilled.accounts.items() if key in moves]),
        healed=told.healed,
    )


def _listed_day(proof: Proof, key: Key) -> date | None:
    listed = proof.matched.suspects if proof.matched else ()
    return next((each.listed.day for each in listed if each.key == key and each.listed), None)


def _rules(proof: Proof) -> Iterator[Discrepancy]:
    for key, moves in rules(proof):
        head = proof.ours.heads.get(key)
        said = "; ".join(
            f"{_names(proof, [account])[0]}: QuickBooks {theirs:,}, our ledger {ours:,}"
            for account, theirs, ours in moves
        )
        yield Discrepancy(
            stream=key[0],
            id=key[1],
            why=Why.RULE,
            what=said,
            number=head.number if head else "",
            day=head.day if head else None,
            accounts=tuple(account for account, _, _ in moves),
        )


def _names(proof: Proof, ids: list[str]) -> tuple[str, ...]:
    known = proof.ours.accounts
    return tuple(known[id_].name if id_ in known else id_ or "No account found" for id_ in ids)


def _unread(proof: Proof) -> Iterator[str]:
    """What nobody could read, in sentences."""
    counted: dict[str, int] = {word: len(ids) for word, ids in proof.drilled.words.items()}
    for one in proof.matched.unread if proof.matched else ():
        if one.word not in proof.drilled.words:
            counted[one.word] = counted.get(one.word, 0) + 1
    for word, number in sorted(counted.items()):
        yield f"{number:,} of the type {word!r}: the source does not read it, or QuickBooks' API does not offer it."
    moved = sum((abs(sum(days.values(), Decimal(0))) for days in proof.drilled.unread.values()), Decimal(0))
    if moved:
        yield f"What these move ({moved:,} over all accounts) is taken from QuickBooks' own ledger."


def _moving(run: Run) -> Iterator[str]:
    if run.moving:
        yield f"{len(run.moving):,} records changed in QuickBooks while they were compared: the next time will tell."


def failed(run: Run, proof: Proof, error: Exception) -> Verification:
    """What is kept of a connection that could not be compared."""
    connection = proof.shelf.connection
    return Verification(
        id=new_id("proof", run.chance),
        sync_id=run.sync_id,
        source_id=connection.source.id,
        connection_id=connection.id,
        destination=connection.destination.name,
        started_at=run.started_at,
        ended_at=run.ended_at,
        state=ProofState.FAILED,
        calls=run.calls,
        code=getattr(error, "code", "defect"),
        what=getattr(error, "what", f"Something unforeseen: {type(error).__name__}."),
        do=getattr(error, "do", "Please report it, with the log."),
    )
