"""What the page of one sync shows: its heading, its figures, stream by stream and table by table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from counterfoil.actions import arrival, following, syncs
from counterfoil.actions.headway import Headway
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.syncs import SyncView
from counterfoil.errors import CompanyForbidden, ReconnectNeeded
from counterfoil.model.log_line import LogLine
from counterfoil.model.outcome import StreamOutcome, StreamState, TableOutcome
from counterfoil.model.sync import Sync, SyncState
from counterfoil.quickbooks.catalog import everything
from counterfoil.store import connections
from counterfoil.web import sync_words
from counterfoil.web.words import plural

RECONNECT = (ReconnectNeeded.code, CompanyForbidden.code)
STEPS = ("Name", "Connect", "Schedule", "Data", "Destination", "First sync")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """What became of one table of one destination."""

    table: TableOutcome
    destination: str
    state: StreamState

    @property
    def changed(self) -> int:
        """The rows that are another."""
        return self.table.inserted + self.table.updated + self.table.deleted


def shown(
    around: Surroundings, view: SyncView, lines: tuple[LogLine, ...], *, is_first: bool
) -> dict[str, Any]:
    """All that the templates of a sync's page ask for, but for its log."""
    db, sync = around.db, view.sync
    headway = following.how_far(db, sync, lines, around.now())
    destinations = {feed.id: feed.destination.name for feed in connections.of_source(db, sync.source)}
    tables = _tables(view.outcomes, destinations)
    landed = sync.state in (SyncState.SUCCEEDED, SyncState.PARTIAL)
    return {
        "sync": sync,
        "over": sync.state.is_over,
        "landed": landed,
        "is_first": is_first,
        "title": _title(view, headway, len(tables) if is_first else 0),
        "headway": headway,
        "touched": sync_words.touched(sync, view.outcomes),
        "before": following.landed_before(db, sync),
        "asked_by": syncs.asked_by(db, sync),
        "outcomes": sorted(view.outcomes, key=_trouble_first),
        "troubled": [each for each in view.outcomes if _is_troubled(each)],
        "changed": [line for line in tables if line.changed],
        "unchanged": [line for line in tables if not line.changed],
        "destinations": destinations,
        "places": arrival.places(around, sync.source, view.outcomes) if is_first and landed else (),
        "table_of": _names(sync),
        "reconnect": sync.code in RECONNECT,
        "steps": STEPS,
        "words": sync_words,
    }


def _title(view: SyncView, headway: Headway, tables: int) -> str:
    if tables and view.sync.state is SyncState.SUCCEEDED:
        return f"Landed: {plural(tables, 'table')}, {plural(view.sync.totals.inserted, 'row')}"
    return sync_words.heading(view.sync, view.outcomes, headway)


def _tables(outcomes: Iterable[StreamOutcome], destinations: Mapping[str, str]) -> Sequence[TableLine]:
    found = [
        TableLine(
            table=table,
            destination=destinations.get(outcome.connection_id, "taken away"),
            state=outcome.state,
        )
        for outcome in outcomes
        for table in outcome.tables
    ]
    return sorted(found, key=lambda line: (-line.changed, line.table.table, line.destination))


def _names(sync: Sync) -> Mapping[str, str]:
    """The main table of each stream, by stream."""
    return {name: sync.source.prefix + stream.table.name for name, stream in everything().items()}


def _is_troubled(outcome: StreamOutcome) -> bool:
    return bool(outcome.code) and outcome.state is not StreamState.SKIPPED


def _trouble_first(outcome: StreamOutcome) -> tuple[bool, bool, int, str]:
    return not _is_troubled(outcome), outcome.state is StreamState.SKIPPED, -outcome.read, outcome.stream
