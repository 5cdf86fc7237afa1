"""A strip of a source's last syncs: a bar each, its height the time, its colour the outcome.

Drawn here and not in a template, because a page of a list has more than a thousand bars.
"""

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup, escape

from counterfoil.model.standing import Brief
from counterfoil.model.sync import SyncState
from counterfoil.web.words import number, plural, span

MOST = 24
STEP, LOW, HIGH = 6, 6, 26

KINDS = {
    SyncState.SUCCEEDED: "",
    SyncState.PARTIAL: ' class="warn"',
    SyncState.FAILED: ' class="bad"',
    SyncState.RUNNING: ' class="now"',
    SyncState.WAITING: ' class="now"',
    SyncState.CANCELLED: ' class="none"',
    SyncState.INTERRUPTED: ' class="none"',
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


def strip(syncs: Sequence[Brief]) -> Markup:
    """For the eye and the mouse, the newest on the right, each bar a way to its sync.

    Who listens or types hears the summary, and finds the syncs on the source's page.
    """
    shown = syncs[MOST - 1 :: -1]
    times = [sync.took.total_seconds() for sync in shown]
    longest, left = max(times, default=0) or 1, (MOST - len(shown)) * STEP
    bars = [
        _bar(sync, left + place * STEP, LOW + round((HIGH - LOW) * took / longest), took)
        for place, (sync, took) in enumerate(zip(shown, times, strict=True))
    ]
    return Markup(  # noqa: S704 - what comes from elsewhere is escaped
        f'<span class="sr">{escape(summary(shown))}</span>'
        f'<svg class="strip" viewBox="0 0 142 26" aria-hidden="true">{"".join(bars)}</svg>'
    )


def summary(syncs: Sequence[Brief]) -> str:
    """All of it in a sentence: `Last 24 syncs: 22 landed, 2 failed`."""
    if not syncs:
        return "No sync yet"
    counted = Counter(sync.state for sync in syncs)
    told = ", ".join(f"{counted[state]} {word}" for state, word in WORDS.items() if state in counted)
    return f"Last {plural(len(syncs), 'sync')}: {told}"


def words(sync: Brief, took: float) -> str:
    """What one sync did, for who points at it; `took` in seconds."""
    told = f"{WORDS[sync.state].capitalize()}, begun {sync.started_at.isoformat(' ', 'minutes')[:16]} UTC"
    if sync.state.is_over:
        told += f", took {span(took)}"
    if rows := changed(sync):
        told += f", {number(rows)} rows changed"
    return f"{told}. {sync.what}" if sync.what else told


def changed(sync: Brief) -> int:
    """The rows that a sync added, changed or marked deleted."""
    return sync.totals.inserted + sync.totals.updated + sync.totals.deleted


def _bar(sync: Brief, left: int, height: int, took: float) -> str:
    """The path is the whole height, to be pointed at."""
    return (
        f'<a href="/syncs/{escape(sync.id)}" tabindex="-1"><title>{escape(words(sync, took))}</title>'
        f'<path d="M{left - 1} 0h6v26h-6z"/>'
        f'<rect x="{left}" y="{HIGH - height}" width="4" height="{height}" rx="1"{KINDS[sync.state]}/></a>\n'
    )
