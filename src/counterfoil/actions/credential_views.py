"""Credentials with all that hangs on them: who uses them, since when and until when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from counterfoil.actions import credentials
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.credential import Credential, CredentialState
from counterfoil.model.ending import Ending
from counterfoil.model.entry import Chosen
from counterfoil.store import audit, calls, sources

DEEDS = {
    CredentialState.CONNECTED: ("connected",),
    CredentialState.ENDED: ("disconnected",),
}
"""What brings a credential into a state by somebody's hand; Intuit ends one without a line in the trail."""

LOOKED_BACK = timedelta(days=100)
"""Longer ago than that a permission that was not used is gone anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialView:
    """`used_on` is the last day (UTC) on which its company was asked for anything."""

    credential: Credential
    ending: Ending | None
    sources: tuple[str, ...]
    used_on: date | None


def every(around: Surroundings) -> tuple[CredentialView, ...]:
    """All of them, those that need somebody first."""
    users: dict[str, list[str]] = {}
    for source in sources.every(around.db):
        users.setdefault(source.credential.id, []).append(source.name)
    days = calls.last_days(around.db, (around.now() - LOOKED_BACK).date())
    return tuple(
        CredentialView(
            credential=each,
            ending=credentials.ending(around.db, each, around.now()),
            sources=tuple(users.get(each.id, ())),
            used_on=days.get(each.realm_id),
        )
        for each in sorted(credentials.every(around.db), key=_by_need)
    )


def show(around: Surroundings, name: str) -> CredentialView:
    """One of them. Raises NotFound."""
    wanted = credentials.show(around.db, name)
    return next(view for view in every(around) if view.credential.id == wanted.id)


def since(around: Surroundings, credential: Credential) -> datetime | None:
    """When somebody last connected or disconnected it here, as the trail has it; None when it does not tell."""
    for deed in DEEDS.get(credential.state, ()):
        chosen = Chosen(noun="credential", thing=credential.id, deed=deed)
        if found := audit.entries(around.db, chosen, before=None, limit=1):
            return found[0].at
    return None


def _by_need(credential: Credential) -> tuple[bool, str]:
    return credential.state is not CredentialState.ENDED, credential.company_name or credential.name
