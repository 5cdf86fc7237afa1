"""A store in which there is one of everything: sources in every state, syncs of every end, people, keys, alerts."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from counterfoil.actions import alerts, following, keys, users
from counterfoil.actions.alerts import Wanted
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.actor import Role
from counterfoil.model.calls import Calls
from counterfoil.model.connection import Connection
from counterfoil.model.credential import Credential, CredentialState, Environment
from counterfoil.model.destination import Destination
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState, TableOutcome, total
from counterfoil.model.schedule_text import parse
from counterfoil.model.source import Source
from counterfoil.model.standing import Standing
from counterfoil.model.sync import Cause, Sync, SyncState
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import (
    calls,
    connections,
    credentials,
    destinations,
    log_lines,
    outcomes,
    sources,
    syncs,
)
from tests.browser.loaded import load
from tests.browser.service import tokens_of

HOUR = timedelta(hours=1)
READ = ("Account", "Customer", "Invoice", "Item", "Payment", "Vendor")
REST = {Standing.PAUSED, Standing.NEW}
RECENT = 30
"""Syncs of each source before its last one."""

LAST: Mapping[str, SyncState] = {
    "RECONNECT": SyncState.FAILED,
    "FAILED": SyncState.FAILED,
    "LATE": SyncState.INTERRUPTED,
    "BACKING_OFF": SyncState.FAILED,
    "PARTLY": SyncState.PARTIAL,
    "SYNCING": SyncState.RUNNING,
    "WAITING": SyncState.WAITING,
    "PAUSED": SyncState.CANCELLED,
    "ON_TIME": SyncState.SUCCEEDED,
}
"""How the last sync of a source ended that stands so; a new one had none."""

CODES = {"RECONNECT": "quickbooks.reconnect_needed", "FAILED": "warehouse.refused"}
"""What ended it, where time does not mend it."""


@dataclass(frozen=True, kw_only=True)
class Cast:
    """What all things are called, and what errors say.

    `also` are more sources that are on time, and their prefixes; `ended` is what is said of a permission that ended.
    """

    sources: Mapping[Standing, str]
    companies: Mapping[Standing, str]
    prefixes: Mapping[Standing, str] = field(
        default_factory=lambda: {each: f"{each.name.lower()}_" for each in Standing}
    )
    also: Mapping[str, str] = field(default_factory=dict)
    lake: str = "lake"
    finance: str = "finance"
    person: str = "Grace Hopper"
    key: str = "nightly build"
    channel: str = "on call"
    what: str = "QuickBooks did not answer within 60 s, five times in a row."
    do: str = "Nothing has to be done: the next sync goes on where this one ended."
    ended: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Where to find what is in the store; `syncs` by how they stand, of many sources; `invoice` is the id of one."""

    cast: Cast
    invoice: str
    syncs: Mapping[SyncState, str] = field(default_factory=dict)


def prepare(around: Surroundings, sandbox: Sandbox, cast: Cast) -> Prepared:
    """Fill an empty store. One company is really synced; what else ran is written as if it had."""
    with around.db.transaction() as one:
        ran = _past(replace(around, db=one), sandbox, cast)
    names = (cast.sources[Standing.ON_TIME], *[*cast.also][:1])
    real = load(around, names, prefix=cast.prefixes[Standing.ON_TIME], into=cast.lake)
    _begun_log(around, real, ran[Standing.SYNCING])
    _people(around, cast)
    alerts.look_round(around)
    found = {sync.state: sync.id for sync in reversed(ran.values())}
    invoice = sandbox.books(sandbox.realms[0]).ids("Invoice")[0]
    return Prepared(cast=cast, invoice=invoice, syncs={**found, SyncState.SUCCEEDED: real.id})


def _past(around: Surroundings, sandbox: Sandbox, cast: Cast) -> dict[Standing, Sync]:
    """All sources and what ran; of each the last sync."""
    folder = around.staging.parent
    lake = Destination(
        id="dest_lake",
        name=cast.lake,
        kind="duckdb",
        created_at=around.now() - 40 * 24 * HOUR,
        options={"path": str(folder / "lake.duckdb")},
    )
    away = replace(
        lake, id="dest_finance", name=cast.finance, options={"path": str(folder / "none" / "x.duckdb")}
    )
    for each in (lake, away):
        destinations.save(around.db, each)
    chance, last = random.Random(11), {}
    for standing in cast.sources:
        source = _source(around, sandbox, cast, standing)
        _feeds(around, source, (lake, away) if standing is Standing.FAILED else (lake,))
        _spent(around, source)
        if standing.name in LAST:
            last[standing] = _history(around, cast, source, standing, chance)
    for number, (name, prefix) in enumerate(cast.also.items()):
        _also(
            around,
            sandbox,
            cast,
            lake,
            replace(source, id=f"src_also{number}", name=name, prefix=prefix),
            chance,
        )
    return last


def _source(around: Surroundings, sandbox: Sandbox, cast: Cast, standing: Standing) -> Source:
    number = list(Standing).index(standing)
    now, real = around.now(), standing is Standing.ON_TIME
    credential = Credential(
        id=f"cred_{number}",
        name=cast.sources[standing].lower()[:60].strip(),
        realm_id=sandbox.realms[0] if real else f"91303578490000{number:02}",
        environment=Environment.SANDBOX if real else Environment.PRODUCTION,
        created_at=now - 40 * 24 * HOUR,
        company_name=cast.companies[standing],
        state=CredentialState.ENDED if standing is Standing.RECONNECT else CredentialState.CONNECTED,
    )
    source = Source(
        id=f"src_{number}",
        name=cast.sources[standing],
        credential=credential,
        created_at=now - 39 * 24 * HOUR,
        streams=None if real or standing is Standing.NEW else frozenset(READ),
        prefix=cast.prefixes[standing],
        schedule=parse("every 1 hour from 00:00 UTC" if number % 2 else "cron 0 6 * * 1-5 Europe/Berlin"),
        paused=standing is Standing.PAUSED,
    )
    credentials.save(around.db, credential)
    if standing is not Standing.RECONNECT:
        credentials.save_tokens(around.db, credential.id, tokens_of(sandbox, now))
    sources.save(around.db, source)
    due = -2 * HOUR if standing is Standing.LATE else HOUR / 2
    sources.set_next_run(around.db, source, None if standing in REST else now + due)
    return sources.named(around.db, source.name)


def _also(
    around: Surroundings, sandbox: Sandbox, cast: Cast, lake: Destination, like: Source, chance: random.Random
) -> None:
    """One more that is on time, of a company of its own; the first one's is real."""
    number = like.id.removeprefix("src_also")
    real = number == "0"
    credential = replace(
        like.credential,
        id=f"cred_also{number}",
        name=like.name.lower(),
        realm_id=sandbox.realms[1] if real else f"913035784900010{number}",
        environment=Environment.SANDBOX if real else Environment.PRODUCTION,
        company_name=like.name,
        state=CredentialState.CONNECTED,
    )
    credentials.save(around.db, credential)
    if real:
        credentials.save_tokens(around.db, credential.id, tokens_of(sandbox, around.now(), 1))
    streams = None if real else frozenset(READ)
    sources.save(around.db, replace(like, credential=credential, paused=False, streams=streams))
    source = sources.named(around.db, like.name)
    sources.set_next_run(around.db, source, around.now() + chance.randrange(3, 55) * HOUR / 60)
    _feeds(around, source, (lake,))
    _spent(around, source)
    _history(around, cast, source, Standing.ON_TIME, chance)


def _feeds(around: Surroundings, source: Source, into: tuple[Destination, ...]) -> None:
    for destination in into:
        feed = Connection(
            id=f"conn_{source.id}_{destination.id}",
            source=source,
            destination=destination,
            dataset="quickbooks",
        )
        connections.save(around.db, feed)


def _history(
    around: Surroundings, cast: Cast, source: Source, standing: Standing, chance: random.Random
) -> Sync:
    """Syncs of the last days, one an hour, and the last one as the state wants it; that last one."""
    ends = [SyncState.SUCCEEDED] * RECENT + [LAST[standing.name]]
    for state in (SyncState.FAILED, SyncState.PARTIAL, SyncState.INTERRUPTED):
        ends[chance.randrange(RECENT)] = chance.choice((state, SyncState.SUCCEEDED))
    last: Sync | None = None
    for back, state in zip(range(RECENT, -1, -1), ends, strict=True):
        last = _sync(around, cast, source, state, back)
        if last.ended_at:
            last = replace(last, ended_at=last.started_at + timedelta(seconds=chance.randrange(14, 75)))
        if back == 0 and standing.name in CODES:
            what, do = cast.ended or (cast.what, cast.do)
            last = replace(last, code=CODES[standing.name], what=what, do=do)
        told = (
            ()
            if state in (SyncState.WAITING, SyncState.RUNNING)
            else tuple(_outcomes(cast, source, state, chance))
        )
        syncs.save(around.db, replace(last, totals=total(told)))
        outcomes.save(around.db, last.id, told)
    assert last is not None
    return last


def _sync(around: Surroundings, cast: Cast, source: Source, state: SyncState, back: int) -> Sync:
    began = around.now() - back * HOUR - timedelta(minutes=3)
    failed = state in (SyncState.FAILED, SyncState.PARTIAL)
    return Sync(
        id=f"sync_{source.id}x{back:03}",
        source=source,
        started_at=began,
        asked_at=began - timedelta(seconds=2),
        ended_at=began + timedelta(seconds=20) if state.is_over else None,
        state=state,
        cause=Cause.PERSON if back == RECENT else Cause.SCHEDULE,
        code="quickbooks.down" if failed else "",
        what=cast.what if failed else "",
        do=cast.do if failed else "",
        worker="worker_1" if state is SyncState.RUNNING else "",
    )


def _outcomes(cast: Cast, source: Source, state: SyncState, chance: random.Random) -> Iterator[StreamOutcome]:
    for stream in READ:
        ill = state is SyncState.FAILED or (state is SyncState.PARTIAL and stream == "Invoice")
        table = TableOutcome(
            table=f"{source.prefix}{stream.lower()}",
            inserted=chance.randrange(4),
            updated=chance.randrange(9),
            unchanged=chance.randrange(20),
            total=chance.randrange(200, 20_000),
        )
        yield StreamOutcome(
            connection_id=f"conn_{source.id}_dest_lake",
            stream=stream,
            mode=Mode.CHANGES,
            state=StreamState.FAILED if ill else StreamState.LANDED,
            read=0 if ill else table.inserted + table.updated,
            calls=1,
            tables=() if ill else (table,),
            code="quickbooks.down" if ill else "",
            what=cast.what if ill else "",
            do=cast.do if ill else "",
        )


def _begun_log(around: Surroundings, real: Sync, running: Sync) -> None:
    """What a sync that runs has said so far: what was counted, and the first part of what a real one said."""
    counts = {outcome.stream: outcome.read for outcome in outcomes.of(around.db, real.id)}
    said = log_lines.after(around.db, real.id, 0, limit=1_000)
    log_lines.add(around.db, running.id, [following.counted(counts, running.started_at)])
    begun = [replace(line, n=line.n + 1) for line in said[: len(said) // 3]]
    log_lines.add(around.db, running.id, begun)


def _people(around: Surroundings, cast: Cast) -> None:
    users.invite(around, "grace@example.com", role=Role.EDITOR, name=cast.person)
    users.invite(around, "edsger@example.com", role=Role.VIEWER)
    users.disable(around, "edsger@example.com")
    keys.create(around, cast.key, role=Role.EDITOR, ends_at=around.now() + 90 * 24 * HOUR)
    alerts.create_channel(
        around, Wanted(name=cast.channel, address="json://127.0.0.1:9/hook", quiet="22:00-07:00")
    )


def _spent(around: Surroundings, source: Source) -> None:
    for back in range(20):
        day = (around.now() - back * 24 * HOUR).date()
        realm = source.credential.realm_id
        calls.add(around.db, Calls(realm_id=realm, day=day, metered=30 + back, calls=33 + back))
