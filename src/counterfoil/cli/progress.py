"""A running sync, drawn while it runs: one line a stream, those that wait in one line together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from counterfoil.cli.foreign import visible
from counterfoil.cli.words import clock, count
from counterfoil.sync.progress import Progress, Stage, Watch

MARKS = {
    Stage.READ: Text("✓", style="green"),
    Stage.LOADING: Text("↓", style="cyan"),
    Stage.LANDED: Text("✓", style="green"),
    Stage.SKIPPED: Text("–", style="dim"),
    Stage.FAILED: Text("✗", style="bold red"),
}
NAME_WIDTH = 22
BAR_WIDTH = 20
LINES_AROUND = 6
SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def watching(console: Console, streams: int, monotonic: Callable[[], float]) -> Iterator[Watch]:
    """Show a sync of so many streams: live on a terminal, as plain lines elsewhere."""
    if not console.is_terminal:
        yield _Lines(console, monotonic).watch
        return
    board = Board(streams, console, monotonic)
    with Live(board, console=console, refresh_per_second=10, transient=True):
        yield board.watch


class Board:
    """What is known of a running sync; told by one thread at a time, drawn by another."""

    def __init__(self, streams: int, console: Console, monotonic: Callable[[], float]) -> None:
        self._streams = streams
        self._console = console
        self._monotonic = monotonic
        self._started = monotonic()
        self._standing: dict[str, Progress] = {}
        self._said = ""
        self._spinner = Spinner("dots", style="cyan")

    @property
    def watch(self) -> Watch:
        return Watch(progress=self._tell, say=self._say)

    def _tell(self, progress: Progress) -> None:
        self._standing = {**self._standing, progress.stream: progress}

    def _say(self, text: str) -> None:
        self._said = text

    def __rich__(self) -> RenderableType:
        standing = list(self._standing.values())
        waiting = self._streams - len(standing)
        parts: list[RenderableType] = [self._head(standing), Text(), self._rows(standing)]
        if waiting > 0:
            parts.append(Text(f"  {'':2}{count(waiting, 'stream')} waiting", style="dim"))
        if self._said:
            parts.append(Text(f"  {visible(self._said)}", style="yellow"))
        return Group(*parts)

    def _head(self, standing: list[Progress]) -> RenderableType:
        done = sum(1 for progress in standing if progress.stage is not Stage.READING)
        facts = (
            f"{done} of {self._streams} streams",
            count(sum(progress.records for progress in standing), "record"),
            count(sum(progress.calls for progress in standing), "call"),
            clock(self._monotonic() - self._started),
        )
        grid = Table.grid(padding=(0, 1))
        grid.add_row(
            self._spinner, Text(self._doing(standing), style="bold"), Text(" · ".join(facts), style="dim")
        )
        return grid

    def _doing(self, standing: list[Progress]) -> str:
        stages = {progress.stage for progress in standing}
        return "Loading " if stages & {Stage.LOADING, Stage.LANDED} else "Reading "

    def _rows(self, standing: list[Progress]) -> RenderableType:
        grid = Table.grid(padding=(0, 2, 0, 0))
        for column in (1, NAME_WIDTH, 9, 12, BAR_WIDTH):
            grid.add_column(width=column, no_wrap=True, justify="right" if column == 9 else "left")
        shown = self._fitting(standing)
        hidden = len(standing) - len(shown)
        if hidden:
            grid.add_row(MARKS[Stage.READ], Text(f"{count(hidden, 'stream')} read", style="dim"))
        for progress in shown:
            grid.add_row(*self._row(progress))
        return grid

    def _fitting(self, standing: list[Progress]) -> list[Progress]:
        """As many lines as the terminal has room for; those that are being read stay, the oldest ones go."""
        room = max(self._console.height - LINES_AROUND, 4)
        reading = sum(1 for progress in standing if progress.stage is Stage.READING)
        done = [progress.stream for progress in standing if progress.stage is not Stage.READING]
        kept = set(done[max(len(done) - max(room - reading, 0), 0) :])
        return [
            progress for progress in standing if progress.stage is Stage.READING or progress.stream in kept
        ]

    def _row(self, progress: Progress) -> tuple[RenderableType, ...]:
        reading = progress.stage is Stage.READING
        known = progress.counted is not None and progress.counted > 0
        bar: RenderableType = Text()
        if reading and known:
            bar = ProgressBar(
                total=progress.counted,
                completed=min(progress.records, progress.counted or 0),
                width=BAR_WIDTH,
                complete_style="cyan",
                finished_style="cyan",
            )
        return (
            self._spinner if reading else MARKS[progress.stage],
            Text(visible(progress.stream), style="" if reading else "dim"),
            Text(f"{progress.records:,}" if progress.records else "·", style="" if reading else "dim"),
            Text(f"of {progress.counted:,}" if reading and known else "", style="dim"),
            bar,
        )


class _Lines:
    """The same told as lines, for a log or a pipe: when a stream ends, and now and then while one is long."""

    def __init__(self, console: Console, monotonic: Callable[[], float]) -> None:
        self._console = console
        self._monotonic = monotonic
        self._last = monotonic()
        self._loading = False

    @property
    def watch(self) -> Watch:
        return Watch(progress=self._tell, say=self._write)

    def _tell(self, progress: Progress) -> None:
        if progress.stage is Stage.LOADING:
            if not self._loading:
                self._write("Loading the warehouse.")
            self._loading = True
        elif progress.stage is Stage.READING:
            if self._monotonic() - self._last >= SECONDS_BETWEEN_LINES:
                of = f" of {progress.counted:,}" if progress.counted else ""
                self._write(f"{progress.stream}: {progress.records:,}{of} so far")
        elif progress.stage in (Stage.READ, Stage.SKIPPED):
            self._write(f"{progress.stream}: {count(progress.records, 'record')} {progress.stage}")
        elif progress.stage is Stage.FAILED:
            self._write(f"{progress.stream}: failed")

    def _write(self, text: str) -> None:
        self._last = self._monotonic()
        self._console.print(visible(text), soft_wrap=True)
