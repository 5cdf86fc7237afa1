"""A strip of a source's last syncs: a bar each, its height the time, its colour the outcome."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.model.standing import Brief
from counterfoil.model.sync import SyncState
from counterfoil.web.words import number, plural, span

MOST = 24
STEP, LOW, HIGH = 6, 6, 26

KINDS = {
    SyncState.SUCCEEDED: "",
    SyncState.PARTIAL: "warn",
    SyncState.FAILED: "bad",
    SyncState.RUNNING: "now",
    SyncState.WAITING: "now",
}
WORDS = {
    SyncState.SUCCEEDED: "landed",
    SyncState.PARTIAL: "landed in part",
    SyncState.FAILED: "failed",
    SyncState.CANCELLED: "cancelled",
    SyncState.INTERRUPTED: "interrupted",
    SyncState.RUNNING: "running",
    SyncState.WAITING: "waiting",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One sync in the strip; `left` and `height` in units of its drawing."""

    sync: Brief
    left: int
    height: int
    kind: str

    @property
    def words(self) -> str:
        """What it did, on hover."""
        sync = self.sync
        told = f"{WORDS[sync.state].capitalize()}, begun {sync.started_at:%Y-%m-%d %H:%M} UTC"
        if sync.state.is_over:
            told += f", took {span(sync.took)}"
        if rows := changed(sync):
            told += f", {plural(rows, 'row')} changed"
        return f"{told}. {sync.what}" if sync.what else told


def bars(syncs: Sequence[Brief]) -> tuple[Bar, ...]:
    """The bars from left to right, the newest last; the longest sync is as high as the strip."""
    shown = list(reversed(syncs[:MOST]))
    longest = max((sync.took.total_seconds() for sync in shown), default=0) or 1
    return tuple(
        Bar(
            sync=sync,
            left=(MOST - len(shown) + place) * STEP,
            height=LOW + round((HIGH - LOW) * sync.took.total_seconds() / longest),
            kind=KINDS.get(sync.state, "none"),
        )
        for place, sync in enumerate(shown)
    )


def summary(syncs: Sequence[Brief]) -> str:
    """The same for who does not see it: `Last 24 syncs: 22 landed, 2 failed`."""
    if not syncs:
        return "No sync yet"
    counted = Counter(WORDS[sync.state] for sync in syncs[:MOST])
    told = ", ".join(f"{number(counted[word])} {word}" for word in WORDS.values() if counted[word])
    return f"Last {plural(len(syncs[:MOST]), 'sync')}: {told}"


def changed(sync: Brief) -> int:
    """The rows that a sync added, changed or marked deleted."""
    return sync.totals.inserted + sync.totals.updated + sync.totals.deleted
