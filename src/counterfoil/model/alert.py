"""An alert: something is wrong with one thing, and people were told, or it is over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlertKind(StrEnum):
    """What can be wrong."""

    SYNC_FAILED = "sync_failed"
    SYNC_LATE = "sync_late"
    RECONNECT = "reconnect_needed"
    ENDING = "permission_ending"
    BUDGET = "budget"
    WAREHOUSE = "warehouse_unreachable"
    MISMATCH = "verify_mismatch"


class AlertState(StrEnum):
    """How bad it is; each is worse than those before it."""

    OK = "ok"
    NOTICE = "notice"  # it will be, or may pass
    URGENT = "urgent"  # somebody should act

    @property
    def rank(self) -> int:
        """0 for ok, more for worse."""
        return list(AlertState).index(self)


Key = tuple[AlertKind, str]
"""A kind and the subject: a source's id, a credential's, a destination's, a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with a thing at this moment. `name` is the thing's, for people."""

    kind: AlertKind
    subject: str
    name: str
    state: AlertState
    what: str
    do: str = ""

    @property
    def key(self) -> Key:
        return self.kind, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What is remembered of a finding: `since` when its state stands, `told_at` when people were last told."""

    finding: Finding
    since: datetime
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A state that is not what it was. `told`: whether people hear of it."""

    before: AlertState
    after: Finding
    told: bool


def what_to_tell(
    before: Mapping[Key, Finding], after: Mapping[Key, Finding], judged: Collection[Key]
) -> tuple[Change, ...]:
    """Compare what was known with what is found: one change for each state that differs.

    People hear when something begins, when it gets worse and when it is mended, not when it goes on or gets better
    by half. `judged` are those of which something was looked at: what is not found there is mended. What is
    known but was not looked at has no thing any more: it ends in silence.
    """
    changes = []
    for key, found in after.items():
        state = before[key].state if key in before else AlertState.OK
        if state is not found.state:
            changes.append(Change(before=state, after=found, told=found.state.rank > state.rank))
    for key, known in before.items():
        if key not in after and known.state is not AlertState.OK:
            changes.append(Change(before=known.state, after=_mended(known), told=key in judged))
    return tuple(changes)


def _mended(known: Finding) -> Finding:
    return Finding(
        kind=known.kind,
        subject=known.subject,
        name=known.name,
        state=AlertState.OK,
        what=MENDED[known.kind].format(name=known.name),
    )


MENDED = {
    AlertKind.SYNC_FAILED: "{name} syncs again.",
    AlertKind.SYNC_LATE: "{name} is up to date again.",
    AlertKind.RECONNECT: "The company of the credential {name} can be read again.",
    AlertKind.ENDING: "The permission of the credential {name} is renewed.",
    AlertKind.BUDGET: "The metered calls of {name} are within the warning again.",
    AlertKind.WAREHOUSE: "The warehouse {name} takes data again.",
    AlertKind.MISMATCH: "The tables of {name} agree with QuickBooks again.",
}
"""What people are told when it is over."""
