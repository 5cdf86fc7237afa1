"""What one may do with credentials: connect a company, see them, disconnect, take them away."""

import logging
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from counterfoil.actions.draft import Birth
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.actions.versions import refuse_stale
from counterfoil.errors import AlreadyExists, InUse, NotFound, ReconnectNeeded, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.model.credential import Credential, CredentialState, Environment, Tokens, realm_fault
from counterfoil.model.ending import Ending, Limit, Urgency, ends
from counterfoil.model.identity import NAME_LENGTH, name_fault, new_id
from counterfoil.quickbooks.access import Safe
from counterfoil.stop import NEVER, Stop
from counterfoil.store import credentials, locks, sources
from counterfoil.store.db import Database
from counterfoil.store.turns import take_turn

REFRESH_WAIT = 120.0
"""Seconds to wait for another process's refresh, which asks Intuit up to four times."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a user's consent brought back: which company, and its tokens."""

    name: str
    realm_id: str
    environment: Environment
    tokens: Tokens
    company_name: str = ""


def every(db: Database) -> tuple[Credential, ...]:
    """All credentials, by name, without their tokens."""
    return credentials.every(db)


def show(db: Database, name: str) -> Credential:
    """One credential, without its tokens. Raises NotFound."""
    return credentials.named(db, name)


def usable(db: Database, name: str) -> Credential:
    """One that opens its company. Raises NotFound, ReconnectNeeded for one that has ended or never began."""
    if not name:
        raise NotFound("No company is chosen.", do="Choose one, or connect a new one.")
    credential = credentials.named(db, name)
    if credential.state is not CredentialState.CONNECTED:
        whose = credential.company_name or f"company {credential.realm_id}"
        raise ReconnectNeeded(f"The permission to read {whose} has ended.", do="Reconnect it, then go on.")
    return credential


def name_for(db: Database, wanted: str) -> str:
    """A name like the wanted one that no credential has yet."""
    used = {credential.name for credential in credentials.every(db)}
    number, free = 1, wanted
    while free in used:
        number += 1
        end = f" {number}"
        free = wanted[: NAME_LENGTH - len(end)] + end
    return free


def connect(db: Database, grant: Grant, birth: Birth) -> Credential:
    """Keep a grant, sealed. A company that has a credential already is reconnected and keeps its name.

    Raises AlreadyExists when the name stands for another company, SettingInvalid for a name or id that
    cannot be used.
    """
    for text, fault in ((grant.name, name_fault(grant.name)), (grant.realm_id, realm_fault(grant.realm_id))):
        if fault:
            raise SettingInvalid(f"{text[:100]!r} {fault}.")
    # A refresh under way would save the former grant's tokens over these.
    with locks.company(db, grant.realm_id, locks.Purpose.REFRESH, wait=REFRESH_WAIT), db.transaction() as one:
        found = _of_company(one, grant) or Credential(
            id=new_id("cred", birth.chance),
            name=_free(one, grant.name),
            realm_id=grant.realm_id,
            environment=grant.environment,
            created_at=birth.now,
        )
        credential = replace(
            found, company_name=grant.company_name or found.company_name, state=CredentialState.CONNECTED
        )
        credentials.save(one, credential)
        credentials.save_tokens(one, credential.id, grant.tokens)
    return credential


def safe(db: Database, credential: Credential, stop: Stop = NEVER) -> Safe:
    """Where the tokens of one company are kept, for who reads it: one refresh at a time on all machines.

    Waiting for another's refresh ends when the stop is asked.
    """

    def load() -> Tokens:
        tokens = credentials.tokens(db, credential.id)
        if tokens is None:
            raise ReconnectNeeded(
                f"The credential {credential.name!r} is not connected.",
                do=f"Connect it: {way_to_connect(credential)}",
            )
        return tokens

    def ended(told: ReconnectNeeded) -> ReconnectNeeded:
        credentials.note_ended(db, credential.id)
        whose = credential.company_name or f"company {credential.realm_id}"
        error = ReconnectNeeded(
            f"QuickBooks does not let us read {whose} (credential {credential.name!r}) any more. {told.what}",
            do=f"Connect it again: {way_to_connect(credential)}\n"
            "Nothing is lost: the tables stay, and the next sync goes on where the last one ended.",
        )
        log.error("%s", error)
        return error

    return Safe(
        load=load,
        save=lambda tokens: credentials.save_tokens(db, credential.id, tokens),
        lock=lambda: locks.company(
            db, credential.realm_id, locks.Purpose.REFRESH, wait=REFRESH_WAIT, stop=stop
        ),
        ended=ended,
    )


def ending(db: Database, credential: Credential, now: datetime) -> Ending | None:
    """When the permission ends; None where it never began or has ended. Raises SecretKeyMissing."""
    if credential.state is not CredentialState.CONNECTED:
        return None
    return ends(credentials.tokens(db, credential.id), now)


def endings(db: Database, some: Iterable[Credential], now: datetime) -> Mapping[str, Ending]:
    """The same of many, by id, without those that have none. Raises SecretKeyMissing."""
    connected = [each.id for each in some if each.state is CredentialState.CONNECTED]
    found = {id_: ends(tokens, now) for id_, tokens in credentials.every_tokens(db, connected).items()}
    return {id_: end for id_, end in found.items() if end is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What will happen to a permission, and what to do before."""

    what: str
    do: str


def warning(credential: Credential, end: Ending | None) -> Warned | None:
    """Warn of an end that is 30 days away or fewer."""
    if end is None or end.urgency is Urgency.NONE:
        return None
    whose = credential.company_name or f"company {credential.realm_id}"
    what = f"The permission to read {whose} (credential {credential.name!r}) {_when(end)}"
    if end.limit is Limit.UNUSED and end.left > timedelta(0):
        return Warned(what=f"{what}, for it was not used for long.", do="Any sync before then renews it.")
    why = "it was not used for 100 days" if end.limit is Limit.UNUSED else "five years after consent"
    return Warned(what=f"{what}: {why}.", do=f"Connect it again: {way_to_connect(credential)}")


def _when(end: Ending) -> str:
    day = f"on {end.at:%Y-%m-%d}"
    if end.left <= timedelta(0):
        return f"ended {day}"
    left = {0: "today", 1: "tomorrow"}.get(end.days, f"in {end.days} days")
    return f"ends {left}, {day}"


def way_to_connect(credential: Credential) -> str:
    """The command that connects a credential, or connects it again."""
    trial = " --environment sandbox" if credential.environment is Environment.SANDBOX else ""
    return f"counterfoil connect {shlex.quote(credential.name)}{trial}"


def disconnect(db: Database, name: str, revoke: Callable[[Tokens], None]) -> Credential:
    """Give the grant back to Intuit with `revoke`, then forget the tokens. Raises NotFound, what `revoke` raises."""
    credential = credentials.named(db, name)
    with locks.company(db, credential.realm_id, locks.Purpose.REFRESH, wait=REFRESH_WAIT):
        tokens = credentials.tokens(db, credential.id)
        if tokens is not None:
            revoke(tokens)
            credentials.forget_tokens(db, credential.id)
    return credentials.named(db, name)


def remove(around: Surroundings, name: str, *, version: int | None = None) -> None:
    """Forget a credential and its tokens. Raises Forbidden, NotFound, InUse, ChangedMeanwhile."""
    need(around.actor, Role.EDITOR)
    with around.db.transaction() as one:
        take_turn(one)
        credential = credentials.named(one, name)
        refuse_stale(credential, version)
        users = [source.name for source in sources.every(one) if source.credential.id == credential.id]
        if users:
            raise InUse(
                f"The credential {name!r} is used by {', '.join(users)}.",
                do="Remove these sources first, or give them another credential.",
            )
        credentials.remove(one, credential)
        note(around, one, "removed", ("credential", credential.id, credential.name))


def _of_company(db: Database, grant: Grant) -> Credential | None:
    company = (grant.environment, grant.realm_id)
    known = {
        (credential.environment, credential.realm_id): credential for credential in credentials.every(db)
    }
    return known.get(company)


def _free(db: Database, name: str) -> str:
    if any(credential.name == name for credential in credentials.every(db)):
        raise AlreadyExists(
            f"The credential {name!r} is for another company.", do="Choose another name for this one."
        )
    return name
