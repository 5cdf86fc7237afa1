"""What is wrong just now: read from the store, said in words for people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from counterfoil.actions.budget import standing
from counterfoil.actions.credentials import ending, warning, way_to_connect
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import ReconnectNeeded, SecretKeyMissing
from counterfoil.model.alert import AlertKind, AlertState, Finding, Key
from counterfoil.model.budget import Budget, slow_down
from counterfoil.model.credential import Credential, CredentialState
from counterfoil.model.ending import Urgency
from counterfoil.model.schedule import next_run
from counterfoil.model.source import Source
from counterfoil.model.standing import may_pass
from counterfoil.model.verification import ProofState, Verification
from counterfoil.store import credentials, sources, standings, verifications
from counterfoil.store.db import Database
from counterfoil.store.standings import Ended, Fed

GRACE = timedelta(minutes=10)
"""For the second run that was missed: a sync takes its time."""
LONGEST = timedelta(days=1)
"""A sync that runs is not late for so long: the first one of a large company takes hours."""
HEARD = 200
"""Characters of a foreign error that stand in an alert."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is wrong, by key, and of which keys something was looked at at all; `known` is what was wrong before."""

    known: Mapping[Key, Finding]
    found: dict[Key, Finding] = field(default_factory=dict)
    judged: set[Key] = field(default_factory=set)

    def add(self, finding: Finding) -> None:
        """Note it, and that it was looked at."""
        self.found[finding.key] = finding
        self.judged.add(finding.key)

    def stands(self, key: Key) -> bool:
        """Tell whether it was wrong before: then it stays so until it is right, not just otherwise wrong."""
        return key in self.known and self.known[key].state is not AlertState.OK


def look(around: Surroundings, db: Database, known: Mapping[Key, Finding]) -> Seen:
    """Look at everything; `known` is what was wrong before."""
    seen, now = Seen(known), around.now()
    budget = standing(db, now, around.monthly_calls)
    every, read = sources.every(db), credentials.every(db)
    newest = standings.newest(db, around.sight.alert_failures)
    proofs = verifications.latest(db)
    _budget(seen, budget)
    for credential in read:
        _credential(seen, db, credential, now)
    _warehouses(seen, db, newest, around.sight.alert_failures)
    for source in every:
        _source(seen, source, newest.get(source.id, ()), around.sight.alert_failures)
        _mismatch(seen, source, proofs.get(source.id, ()))
    _late(seen, _Lateness(db=db, now=now, stretch=slow_down(budget)), every)
    return seen


def look_at(around: Surroundings, db: Database, known: Mapping[Key, Finding], source: Source) -> Seen:
    """Look at one source, after its sync. Warehouses are blamed here, and cleared only where all is looked at."""
    seen, often = Seen(known), around.sight.alert_failures
    newest = standings.newest(db, often, source.id)
    _credential(seen, db, credentials.named(db, source.credential.name), around.now())
    _warehouses(seen, db, newest, often)
    warehouses = {key for key in seen.judged if key[0] is AlertKind.WAREHOUSE}
    seen.judged.difference_update(warehouses - seen.found.keys())
    _source(seen, source, newest.get(source.id, ()), often)
    _mismatch(seen, source, verifications.latest(db, [source.id]).get(source.id, ()))
    if source.id in standings.last_success(db, source.id) and not _streak(newest.get(source.id, ())):
        seen.judged.add((AlertKind.SYNC_LATE, source.id))
    return seen


def _budget(seen: Seen, budget: Budget) -> None:
    month = f"{budget.at:%Y-%m}"
    key = (AlertKind.BUDGET, month)
    seen.judged.add(key)
    if not budget.warns:
        return
    gone = not budget.left
    used = f"{budget.used:,} of {budget.allowance:,} metered calls of {budget.at:%B %Y} are used"
    seen.add(
        Finding(
            kind=AlertKind.BUDGET,
            subject=month,
            name=f"{budget.at:%B %Y}",
            state=AlertState.URGENT if gone else AlertState.NOTICE,
            what=f"{used}: on its free tier Intuit answers no more." if gone else f"{used}.",
            do="Schedules are slowed down so that the rest lasts. See who used them: counterfoil budget",
        )
    )


def _credential(seen: Seen, db: Database, credential: Credential, now: datetime) -> None:
    seen.judged.update({(AlertKind.RECONNECT, credential.id), (AlertKind.ENDING, credential.id)})
    whose = credential.company_name or f"company {credential.realm_id}"
    if credential.state is CredentialState.ENDED:
        seen.add(
            Finding(
                kind=AlertKind.RECONNECT,
                subject=credential.id,
                name=credential.name,
                state=AlertState.URGENT,
                what=f"QuickBooks does not let us read {whose} (credential {credential.name!r}) any more.",
                do=f"Connect it again: {way_to_connect(credential)}",
            )
        )
    try:
        end = ending(db, credential, now)
    except SecretKeyMissing:
        return  # /readyz tells that
    warned = warning(credential, end)
    if warned is not None and end is not None:
        urgent = end.urgency is Urgency.URGENT
        seen.add(
            Finding(
                kind=AlertKind.ENDING,
                subject=credential.id,
                name=credential.name,
                state=AlertState.URGENT if urgent else AlertState.NOTICE,
                what=warned.what,
                do=warned.do,
            )
        )


def _warehouses(seen: Seen, db: Database, newest: Mapping[str, tuple[Ended, ...]], often: int) -> None:
    ids = [ended.sync_id for syncs in newest.values() for ended in syncs if ended.code]
    faults = standings.warehouse_faults(db, ids)
    for fed in standings.feeds(db):
        if fed.source_id not in newest:
            continue
        key = (AlertKind.WAREHOUSE, fed.destination_id)
        seen.judged.add(key)
        said = list(_said(fed, newest[fed.source_id], faults))
        if said and (seen.stands(key) or len(said) >= often or not may_pass(said[0].code)):
            seen.add(
                Finding(
                    kind=AlertKind.WAREHOUSE,
                    subject=fed.destination_id,
                    name=fed.destination,
                    state=AlertState.URGENT,
                    what=f"The warehouse {fed.destination!r} takes no data: {_short(said[0].what)}",
                    do=said[0].do,
                )
            )


def _said(fed: Fed, newest: tuple[Ended, ...], faults: Mapping[tuple[str, str], Ended]) -> Iterator[Ended]:
    """What a connection's warehouse said in the syncs since it last took everything, the newest first.

    A sync that a warehouse ended as a whole has no outcomes: then every one that it would have fed is meant.
    """
    for ended in newest:
        told = faults.get((ended.sync_id, fed.connection_id))
        if told is None and ended.code.startswith(standings.WAREHOUSE):
            alone = not any(sync_id == ended.sync_id for sync_id, _ in faults)
            told = ended if alone else None
        if told is None:
            return
        yield told


def _source(seen: Seen, source: Source, newest: tuple[Ended, ...], often: int) -> None:
    if not newest:
        return
    key = (AlertKind.SYNC_FAILED, source.id)
    last, stands = newest[0], seen.stands(key)
    waits = source.credential.state is CredentialState.WAITING
    of_credential = last.code == ReconnectNeeded.code and not waits
    if (of_credential or last.code.startswith(standings.WAREHOUSE)) and not stands:
        return  # told of the credential or the warehouse, once for all sources
    seen.judged.add(key)
    if last.code and (stands or _streak(newest) >= often or not may_pass(last.code)):
        seen.add(
            Finding(
                kind=AlertKind.SYNC_FAILED,
                subject=source.id,
                name=source.name,
                state=AlertState.URGENT,
                what=f"Syncs of {source.name!r} fail: {_short(last.what)}",
                do=last.do,
            )
        )


def _mismatch(seen: Seen, source: Source, made: tuple[Verification, ...]) -> None:
    """Tables that differ from QuickBooks. One that could not be compared tells nothing: what was known stands."""
    told = [one for one in made if one.state is not ProofState.FAILED]
    if not told:
        return
    key = (AlertKind.MISMATCH, source.id)
    if len(told) < len(made) and seen.stands(key):
        seen.found[key] = seen.known[key]
        return
    seen.judged.add(key)
    for one in told:
        if one.state is ProofState.DIFFERS:
            names = "; ".join(f"{each.stream} {each.id}: {each.why}" for each in one.discrepancies[:3])
            seen.add(
                Finding(
                    kind=AlertKind.MISMATCH,
                    subject=source.id,
                    name=source.name,
                    state=AlertState.URGENT,
                    what=_short(
                        f"The tables of {source.name!r} in {one.destination!r} differ from QuickBooks by "
                        f"{one.difference:,.2f}. {names}"
                    ),
                    do=f"See what differs, and heal it: counterfoil verify {source.name}",
                )
            )
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lateness:
    """What it takes to tell whether sources are late."""

    db: Database
    now: datetime
    stretch: float


def _late(seen: Seen, by: _Lateness, every: tuple[Source, ...]) -> None:
    success, running = standings.last_success(by.db), standings.running_since(by.db)
    blamed = {subject for kind, subject in seen.found if kind is AlertKind.SYNC_FAILED}
    ended = {subject for kind, subject in seen.found if kind is AlertKind.RECONNECT}
    for source in every:
        key = (AlertKind.SYNC_LATE, source.id)
        seen.judged.add(key)
        since = success.get(source.id, source.created_at)
        if source.paused or not _is_overdue(source, since, by):
            continue
        begun = running.get(source.id)
        if begun is not None and by.now - begun < LONGEST:
            continue
        if not seen.stands(key) and (source.id in blamed or source.credential.id in ended):
            continue  # people know why already
        touched = standings.last_touched(by.db, source.id)
        if touched is None or _is_overdue(source, max(since, touched), by):
            seen.add(_late_finding(source, success.get(source.id)))


def _is_overdue(source: Source, since: datetime, by: _Lateness) -> bool:
    """Whether two runs were due since then, and the second has had its time."""
    first = next_run(source.schedule, since, stretch=by.stretch)
    second = None if first is None else next_run(source.schedule, first, stretch=by.stretch)
    return second is not None and by.now > second + GRACE


def _late_finding(source: Source, success: datetime | None) -> Finding:
    last = "was never synced" if success is None else f"was last synced at {success:%Y-%m-%d %H:%M} UTC"
    return Finding(
        kind=AlertKind.SYNC_LATE,
        subject=source.id,
        name=source.name,
        state=AlertState.NOTICE,
        what=f"{source.name!r} is late: it {last}, on the schedule “{source.schedule}”.",
        do="See whether the service runs and has workers enough: counterfoil syncs",
    )


def _streak(newest: tuple[Ended, ...]) -> int:
    """How many of the newest syncs failed in a row."""
    for count, ended in enumerate(newest):
        if not ended.code:
            return count
    return len(newest)


def _short(text: str) -> str:
    return text if len(text) <= HEARD else f"{text[:HEARD]}…"
