"""How pages tell of a sync: how it stands as a picture and a word, why it ran, and what came of it in a heading."""

import math
from collections.abc import Sequence

from counterfoil.actions.headway import Headway
from counterfoil.errors import (
    CompanyForbidden,
    GivenUp,
    PoisonedPage,
    QuickBooksDown,
    RateLimited,
    ReconnectNeeded,
    RequestRefused,
    StagingFailed,
    StoreFailed,
    WarehouseBusy,
    WarehouseFailed,
    WarehouseRefused,
)
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState
from counterfoil.model.sync import Cause, Sync, SyncState
from counterfoil.web.words import number, plural, span

STATES = {
    SyncState.WAITING: ("clock", "now", "Waiting"),
    SyncState.RUNNING: ("sync", "now", "Running"),
    SyncState.SUCCEEDED: ("check", "quiet", "Landed"),
    SyncState.PARTIAL: ("alert", "warn", "Landed in part"),
    SyncState.FAILED: ("fail", "bad", "Did not land"),
    SyncState.CANCELLED: ("x", "quiet", "Cancelled"),
    SyncState.INTERRUPTED: ("unplug", "quiet", "Interrupted"),
}
"""Icon, colour and word: what landed is quiet, colour is for what needs somebody or is going on."""

STREAMS = {
    StreamState.LANDED: ("check", "quiet", "Landed"),
    StreamState.INCOMPLETE: ("alert", "warn", "Incomplete"),
    StreamState.FAILED: ("fail", "bad", "Did not land"),
    StreamState.SKIPPED: ("dot", "quiet", "Skipped"),
}

STAGES = {
    "": ("", "quiet", "Waiting"),
    "reading": ("sync", "now", "Reading"),
    "read": ("check", "quiet", "Read"),
    "loading": ("sync", "now", "Loading"),
    "landed": ("check", "quiet", "Landed"),
    "skipped": ("dot", "quiet", "Skipped"),
    "failed": ("fail", "bad", "Failed"),
}
"""Where a stream stands while the sync runs."""

CAUSES = {
    Cause.SCHEDULE: "By schedule",
    Cause.PERSON: "Asked for",
    Cause.WEBHOOK: "QuickBooks told of a change",
    Cause.FIRST: "New source or destination",
}

REASONS = {
    ReconnectNeeded.code: "QuickBooks needs a reconnect",
    CompanyForbidden.code: "QuickBooks does not let us read the company",
    RequestRefused.code: "QuickBooks refused a request",
    RateLimited.code: "QuickBooks asked to wait",
    QuickBooksDown.code: "QuickBooks did not answer",
    PoisonedPage.code: "QuickBooks could not serve a record",
    StagingFailed.code: "what was read could not be kept here",
    GivenUp.code: "its workers died",
    WarehouseRefused.code: "the warehouse said no",
    WarehouseBusy.code: "somebody else holds the warehouse",
    WarehouseFailed.code: "the warehouse went away",
    StoreFailed.code: "Counterfoil's own memory failed",
    "defect": "a defect of Counterfoil",
}
"""Why a sync did not land, in a few words, by the code of its error."""


MODES = {Mode.FULL: "in full", Mode.CHANGES: "what changed", Mode.REFRESH: "what changed, by its time"}
"""How a stream was read."""


def heading(sync: Sync, outcomes: Sequence[StreamOutcome], headway: Headway) -> str:
    """What became of it, or what it does now, in one line."""
    if not sync.state.is_over:
        return _doing(sync, headway)
    if sync.state is SyncState.SUCCEEDED:
        rows = sync.totals.inserted + sync.totals.updated + sync.totals.deleted
        return f"Landed, {plural(rows, 'row')} changed" if rows else "Landed, nothing had changed"
    if sync.state is SyncState.PARTIAL:
        return _in_part(outcomes)
    word = STATES[sync.state][2]
    reason = REASONS.get(sync.code, "") if sync.state is SyncState.FAILED else ""
    return f"{word}: {reason}" if reason else word


def touched(sync: Sync, outcomes: Sequence[StreamOutcome]) -> str:
    """What of the tables stands as it did before; "" when all of them were brought in step."""
    if sync.state is SyncState.PARTIAL:
        streams = {each.stream for each in outcomes if each.state is not StreamState.SKIPPED}
        names = _streams(outcomes, StreamState.FAILED)
        short = _streams(outcomes, StreamState.INCOMPLETE)
        told = [
            f"{len(streams) - len(names)} of {plural(len(streams), 'stream')} landed."
            if names
            else "All streams landed."
        ]
        if names:
            told.append(f"The tables of {_listed(names)} stand as they did before.")
        if short:
            told.append(f"Of {_listed(short)} some records are missing.")
        return " ".join(told)
    if sync.state is SyncState.FAILED:
        return "Nothing of it landed: every table stands as it did before."
    if sync.state in (SyncState.CANCELLED, SyncState.INTERRUPTED):
        return "No table shows half of it; what it had not loaded is left to the next sync."
    return ""


def state_choices() -> list[tuple[str, str]]:
    """The states of a sync with their words, to choose from."""
    return [(str(state), word) for state, (_, _, word) in STATES.items()]


def left(headway: Headway) -> str:
    """How long the reading may still take, as far as that can be known."""
    if headway.holds:
        return "QuickBooks asked to wait; it goes on by itself."
    if headway.loads:
        return "All is read, and is loaded now; how long that takes depends on the warehouse."
    if headway.records and all(each.is_read or not each.is_told for each in headway.streams):
        return "What was begun is read; the last streams are asked for, then all is loaded."
    if headway.left is None:
        return "How long it takes is not known yet."
    seconds = headway.left.total_seconds()
    if seconds < 10:
        return "A few seconds of reading are left, then it is loaded."
    rounded = 10 * math.ceil(seconds / 10) if seconds < 90 else 60 * round(seconds / 60)
    return f"About {span(rounded)} of reading left, then it is loaded."


def pace(headway: Headway) -> str:
    """Records a second, without a precision that it does not have."""
    if headway.pace is None:
        return "–"
    return number(round(headway.pace)) if headway.pace >= 1 else "less than 1"


def usually(before: Sync | None) -> str:
    """How long the sync before took."""
    if before is None or before.ended_at is None:
        return "the first that landed"
    return f"the one before took {span(before.ended_at - before.started_at)}"


def wanted(sync: Sync) -> str:
    """What the sync was asked to read."""
    streams = "Everything that is selected" if sync.streams is None else _listed(sorted(sync.streams))
    return f"{streams}, read again in full" if sync.full else streams


def _doing(sync: Sync, headway: Headway) -> str:
    if sync.cancel_asked_at is not None:
        return "Ending"
    if sync.state is SyncState.WAITING:
        return "Waiting for a free place"
    if headway.holds:
        return "Waiting, as QuickBooks asked"
    if headway.loads:
        return "Loading what was read"
    return f"Reading {sync.source.credential.company_name or 'QuickBooks'}"


def _in_part(outcomes: Sequence[StreamOutcome]) -> str:
    failed = _streams(outcomes, StreamState.FAILED)
    if len(failed) == 1:
        return f"Landed, but for {failed[0]}"
    if failed:
        return f"Landed, but for {plural(len(failed), 'stream')}"
    return f"Landed, but for some records of {_listed(_streams(outcomes, StreamState.INCOMPLETE))}"


def _streams(outcomes: Sequence[StreamOutcome], state: StreamState) -> list[str]:
    """The streams of this state that an error stands behind, each once."""
    return sorted({each.stream for each in outcomes if each.state is state and each.code})


def _listed(names: Sequence[str]) -> str:
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
