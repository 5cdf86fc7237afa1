"""Configuration as code: make what is remembered agree with a file, wholly or not at all."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from counterfoil.actions import companies
from counterfoil.actions.check import check
from counterfoil.actions.collisions import collisions
from counterfoil.actions.credentials import REFRESH_WAIT
from counterfoil.actions.differences import Change, Did
from counterfoil.actions.document import Document, Place, shown
from counterfoil.actions.draft import Birth, Draft, draft
from counterfoil.actions.known import read_known
from counterfoil.actions.references import resolve
from counterfoil.actions.rights import need
from counterfoil.actions.save import hold_still, save_draft, save_given
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.wanted import Wanted, read_wanted
from counterfoil.model.actor import Role
from counterfoil.store import locks
from counterfoil.store.db import Database
from counterfoil.store.turns import take_turn


def apply(around: Surroundings, document: Document, *, dry_run: bool = False) -> tuple[Change, ...]:
    """Bring credentials, destinations, sources and connections to what the file says.

    Things that the file does not name stay as they are; of a source that it names, the destinations are
    exactly those of the file. A connection whose tables move (prefix, company, warehouse) begins anew, in
    full. A dry run answers the same and keeps nothing.

    Raises Forbidden, ConfigurationInvalid with every mistake, SyncRunning when a sync is reading what would move.
    """
    need(around.actor, Role.EDITOR)
    wanted = read_wanted(document)
    birth = Birth(now=around.now(), chance=around.chance)
    # Locks outlive the transaction: a sync sees all that changed, or is refused meanwhile.
    with ExitStack() as held, _no_refresh(around.db, wanted), around.db.transaction(keep=not dry_run) as one:
        take_turn(one)
        known = read_known(one)
        check(document, wanted, known, around.environment)
        document.refuse_if_faulty()
        target = draft(wanted, known, birth)
        _refuse_collisions(document, wanted, target, around.environment)
        if not dry_run:
            hold_still(around, one, known, target, held)
        changes = save_draft(around, one, known, target)
        keys = _given(one, wanted, target, environment=around.environment, birth=birth)
    if not dry_run:
        around.bell.ring()
        changes = tuple(_followed(around, change) for change in changes)
    return tuple(_with_key(change) if change.name in keys else change for change in changes)


def _followed(around: Surroundings, change: Change) -> Change:
    """Where views over all companies are wanted otherwise, the warehouse follows at once if it can."""
    united = change.noun == "destination" and any(
        each.field.startswith("companies.") for each in change.differences
    )
    return replace(change, note=companies.follow(around, change.name)) if united else change


@contextmanager
def _no_refresh(db: Database, wanted: Wanted) -> Iterator[None]:
    """Let nobody refresh what gets a new refresh token: the former grant's would be saved over it."""
    realms = {credential.realm_id.value for credential in wanted.credentials if credential.refresh_token}
    with ExitStack() as held:
        for realm_id in sorted(realms):  # in order, so that two who apply do not wait for each other
            held.enter_context(locks.company(db, realm_id, locks.Purpose.REFRESH, wait=REFRESH_WAIT))
        yield


def _given(
    db: Database, wanted: Wanted, target: Draft, *, environment: Mapping[str, str], birth: Birth
) -> set[str]:
    """Keep the refresh tokens that the file gives, and answer whose are new."""
    ids = {credential.name: credential.id for credential in target.credentials}
    return {
        credential.name.value
        for credential in wanted.credentials
        if credential.refresh_token is not None
        and save_given(
            db, ids[credential.name.value], resolve(credential.refresh_token.value, environment), birth.now
        )
    }


def _with_key(change: Change) -> Change:
    if change.noun != "credential":
        return change
    did = Did.CHANGED if change.did is Did.UNCHANGED else change.did
    return replace(change, did=did, note="connected with the refresh token given")


def _refuse_collisions(
    document: Document, wanted: Wanted, target: Draft, environment: Mapping[str, str]
) -> None:
    """Two sources that would write the same table are refused by both their names."""
    unions = {each.name.value: each.companies for each in wanted.destinations if each.companies}
    for feed in target.connections:
        united = unions.get(feed.destination.name)
        if united and united.union.dataset == feed.dataset:
            document.fault(
                united.at,
                f"tables of {shown(feed.source.name)} stand in the dataset {feed.dataset}; give the views over all "
                "companies another one",
            )
    places = {source.name.value: source.prefix.at for source in wanted.sources}
    for first, second, table in collisions(target.connections, environment):
        names = sorted({first.source.name, second.source.name}, key=lambda name: name not in places)
        document.fault(
            places.get(names[0], Place(1, 1)),
            f"{' and '.join(shown(name) for name in names)} would both write the table `{table}` in "
            f"{first.dataset} of {shown(first.destination.name)}; give them different prefixes or datasets",
        )
    document.refuse_if_faulty()
