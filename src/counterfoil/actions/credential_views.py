"""Credentials with all that hangs on them: who uses them, since when and until when."""

from collections.abc import Sequence
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

ON_A_PAGE = 50

LOOKED_BACK = timedelta(days=100)
"""Longer ago than that a permission that was not used is gone anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialView:
    """`used_on` is the last day (UTC) on which its company was asked for anything."""

    credential: Credential
    ending: Ending | None
    sources: tuple[str, ...]
    used_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of them: of `count` that fit the words, `ended` of all need a reconnect."""

    views: tuple[CredentialView, ...]
    count: int
    ended: int
    page: int
    pages: int


def every(around: Surroundings) -> tuple[CredentialView, ...]:
    """All of them, those that need somebody first."""
    return _views(around, sorted(credentials.every(around.db), key=_by_need))


def listed(around: Surroundings, words: str = "", page: int = 1) -> Found:
    """Those whose company, name or id holds the words, those that need somebody first, a page at a time."""
    known = credentials.every(around.db)
    wanted = words.strip().casefold()
    fit = [
        each for each in known if wanted in f"{each.company_name}\n{each.name}\n{each.realm_id}".casefold()
    ]
    pages = max(1, -(-len(fit) // ON_A_PAGE))
    page = min(max(page, 1), pages)
    shown = sorted(fit, key=_by_need)[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    ended = sum(each.state is CredentialState.ENDED for each in known)
    return Found(views=_views(around, shown), count=len(fit), ended=ended, page=page, pages=pages)


def show(around: Surroundings, name: str) -> CredentialView:
    """One of them. Raises NotFound."""
    return _views(around, (credentials.show(around.db, name),))[0]


def since(around: Surroundings, credential: Credential) -> datetime | None:
    """When somebody last connected or disconnected it here, as the trail has it; None when it does not tell."""
    for deed in DEEDS.get(credential.state, ()):
        chosen = Chosen(noun="credential", thing=credential.id, deed=deed)
        if found := audit.entries(around.db, chosen, before=None, limit=1):
            return found[0].at
    return None


def _views(around: Surroundings, shown: Sequence[Credential]) -> tuple[CredentialView, ...]:
    users = sources.names_by_credential(around.db, [each.id for each in shown])
    first = (around.now() - LOOKED_BACK).date()
    days = calls.last_days(around.db, first, [each.realm_id for each in shown])
    ends = credentials.endings(around.db, shown, around.now())
    return tuple(
        CredentialView(
            credential=each,
            ending=ends.get(each.id),
            sources=users.get(each.id, ()),
            used_on=days.get(each.realm_id),
        )
        for each in shown
    )


def _by_need(credential: Credential) -> tuple[bool, str]:
    return credential.state is not CredentialState.ENDED, credential.company_name or credential.name
