"""How a sync went: its card for people, its document for machines."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from counterfoil.cli.budget import in_short, in_words
from counterfoil.cli.foreign import foreign, visible
from counterfoil.cli.screen import caution, trouble
from counterfoil.cli.words import count, megabytes, took
from counterfoil.model.budget import Budget
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState
from counterfoil.model.sync import Sync, SyncState

if TYPE_CHECKING:
    from counterfoil.actions.credentials import Warned

CARD_WIDTH = 78
MOST_STREAMS = 12

LOOKS = {
    SyncState.WAITING: ("waiting", "dim"),
    SyncState.RUNNING: ("running", "cyan"),
    SyncState.SUCCEEDED: ("in step with QuickBooks", "green"),
    SyncState.PARTIAL: ("partly in step with QuickBooks", "yellow"),
    SyncState.FAILED: ("not synced", "red"),
    SyncState.CANCELLED: ("cancelled", "yellow"),
    SyncState.INTERRUPTED: ("interrupted", "yellow"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A sync that ended, with what is told of it. `places` say where its tables are, `peak` is in bytes,
    `warned` says that the permission to read will end soon.
    """

    sync: Sync
    outcomes: tuple[StreamOutcome, ...]
    places: tuple[str, ...]
    peak: int | None = None
    budget: Budget | None = None
    warned: "Warned | None" = None


def document_of(ended: Ended) -> dict[str, Any]:
    """The sync for machines; times in ISO 8601, sizes in bytes."""
    sync = ended.sync
    seconds = _seconds(sync)
    return {
        "id": sync.id,
        "source": sync.source.name,
        "state": str(sync.state),
        "started_at": sync.started_at.isoformat(),
        "ended_at": sync.ended_at.isoformat() if sync.ended_at else None,
        "seconds": seconds,
        "rows_per_second": _pace(sync),
        "peak_memory_bytes": ended.peak,
        "totals": asdict(sync.totals),
        "month": in_short(ended.budget) if ended.budget else None,
        "tables_in": list(ended.places),
        "streams": [asdict(outcome) for outcome in ended.outcomes],
        "code": sync.code,
        "what": sync.what,
        "do": sync.do,
        "warning": asdict(ended.warned) if ended.warned else None,
    }


def card(ended: Ended, *, most: int = MOST_STREAMS) -> RenderableType:
    """The sync for people: up to `most` of its streams, facts in a frame, what failed and what to do."""
    words, style = LOOKS[ended.sync.state]
    title = Text.assemble((f" {visible(ended.sync.source.name)}", "bold"), f" · {words} ")
    frame = Panel(
        _facts(ended),
        title=title,
        title_align="left",
        subtitle=Text(f" {ended.sync.id} ", style="dim"),
        subtitle_align="right",
        border_style=style,
        box=box.ROUNDED,
        width=CARD_WIDTH,
        padding=(1, 2),
    )
    below = [*_failures(ended), *([caution(ended.warned.what, ended.warned.do)] if ended.warned else [])]
    apart = [Padding(part, (1, 0, 0, 0)) for part in below]
    return Group(Padding(_streams(ended.outcomes, most), (0, 0, 1, 2)), frame, *apart)


def _facts(ended: Ended) -> RenderableType:
    totals = ended.sync.totals
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    changes = [("new", totals.inserted), ("changed", totals.updated), ("gone", totals.deleted)]
    told = ", ".join(f"{number:,} {word}" for word, number in changes if number) or "nothing new"
    grid.add_row("Records", Text.assemble((f"{totals.read:,}", "bold"), " read"))
    tables = [table for outcome in ended.outcomes for table in outcome.tables]
    standing = f" in {count(len(tables), 'table')}, {sum(table.total for table in tables):,} there now"
    grid.add_row("Rows", Text.assemble((told, "bold"), standing if tables else ""))
    if ended.sync.ended_at is not None:
        spent = took(ended.sync.ended_at - ended.sync.started_at)
        pace = _pace(ended.sync)
        grid.add_row("Time", f"{spent}, {pace:,.0f} rows/s" if pace else spent)
    grid.add_row("Calls", f"{totals.calls:,} metered by Intuit")
    if ended.budget is not None:
        grid.add_row("", in_words(ended.budget))
    if ended.peak is not None:
        grid.add_row("Memory", f"{megabytes(ended.peak)} at most")
    for number, place in enumerate(ended.places):
        grid.add_row("" if number else "Tables", foreign(place))
    return grid


def _streams(outcomes: Sequence[StreamOutcome], most: int) -> RenderableType:
    """The streams that brought something, by size; the silent ones in one line."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("Stream", no_wrap=True)
    for name in ("Records", "Rows", "New", "Changed", "Gone"):
        table.add_column(name, justify="right", no_wrap=True)
    telling = [outcome for outcome in outcomes if outcome.read or _sum(outcome, "deleted")]
    telling.sort(key=lambda outcome: (-outcome.read, outcome.stream))
    for outcome in telling[:most]:
        numbers = [
            outcome.read,
            *(_sum(outcome, name) for name in ("total", "inserted", "updated", "deleted")),
        ]
        table.add_row(foreign(outcome.stream), *(_number(number) for number in numbers))
    notes = "\n".join(_notes(telling[most:], [outcome for outcome in outcomes if outcome not in telling]))
    return Group(*([table] if telling else []), *([Text(notes, style="dim")] if notes else []))


def _notes(smaller: Sequence[StreamOutcome], silent: Sequence[StreamOutcome]) -> list[str]:
    notes = []
    if smaller:
        records = sum(outcome.read for outcome in smaller)
        notes.append(f"and {count(len(smaller), 'smaller stream')} with {count(records, 'record')}")
    states = [outcome.state for outcome in silent]
    nothing = "empty" if any(outcome.mode is Mode.FULL for outcome in silent) else "with nothing new"
    for state, words in ((StreamState.LANDED, nothing), (StreamState.SKIPPED, "not offered to this company")):
        if state in states:
            notes.append(f"{count(states.count(state), 'stream')} {words}")
    return notes


def _number(number: int) -> Text:
    return Text(f"{number:,}") if number else Text("·", style="dim")


def _sum(outcome: StreamOutcome, name: str) -> int:
    return sum(getattr(table, name) for table in outcome.tables)


def _failures(ended: Ended) -> list[RenderableType]:
    """What went wrong, each trouble once with the streams that it stopped."""
    streams: dict[tuple[str, str], list[str]] = {}
    for outcome in ended.outcomes:
        if outcome.state is StreamState.FAILED:
            streams.setdefault((outcome.what, outcome.do), []).append(outcome.stream)
    if ended.sync.what:
        streams.setdefault((ended.sync.what, ended.sync.do), [])
    return [trouble(_headed(names, what), do) for (what, do), names in streams.items()]


def _headed(names: Sequence[str], what: str) -> str:
    unique = sorted(set(names))
    if not unique:
        return what
    listed = ", ".join(unique) if len(unique) <= 3 else f"{', '.join(unique[:3])} and {len(unique) - 3} more"
    return f"{listed}: {what}"


def _seconds(sync: Sync) -> float | None:
    return (sync.ended_at - sync.started_at).total_seconds() if sync.ended_at else None


def _pace(sync: Sync) -> float:
    seconds = _seconds(sync)
    return round((sync.totals.inserted + sync.totals.updated) / seconds, 1) if seconds else 0.0
