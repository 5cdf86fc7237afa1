"""The journal of a sync: what is logged and told during it, kept with it, so that it can be followed and read later."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from counterfoil.errors import StoreFailed
from counterfoil.logs import Masked, current_sync, of_sync
from counterfoil.model.log_line import LogLine
from counterfoil.store import log_lines
from counterfoil.store.db import Database
from counterfoil.sync.progress import SILENT, Progress, Stage, Watch

BATCH_SECONDS = 0.5
"""How long lines wait for others to be written with."""
STREAM_SECONDS = 2.0
"""How often a stream that is being read tells how far it is."""
MOST_LINES = 5_000
"""Of one sync; more would hide what matters, and fill the store."""

_log = logging.getLogger(__name__)
_form = Masked("%(message)s")


@contextmanager
def recording(db: Database, sync_id: str, watch: Watch = SILENT) -> Iterator["Journal"]:
    """Keep what is logged for this sync during the block, and what its watch is told; `watch` is told too."""
    journal = Journal(db, sync_id, watch)
    root = logging.getLogger()
    root.addHandler(journal.handler)
    try:
        with of_sync(sync_id):
            yield journal
    finally:
        root.removeHandler(journal.handler)
        journal.close()


class Journal:
    """Takes lines from any thread and writes them in batches. What cannot be written is lost: the sync goes on."""

    def __init__(self, db: Database, sync_id: str, watch: Watch) -> None:
        self.handler = _Hearing(self, sync_id)
        self.watch = replace(watch, progress=self._progress, say=self._say)
        self._db = db
        self._sync_id = sync_id
        self._told = watch
        self._changing = threading.Lock()
        self._writing = threading.Lock()
        self._lines: list[LogLine] = []
        self._n: int | None = None
        self._timer: threading.Timer | None = None
        self._heard: dict[str, tuple[Stage, float]] = {}

    def take(self, record: logging.LogRecord, **data: Any) -> None:
        """Put a line down; it is written soon."""
        at = datetime.fromtimestamp(record.created, UTC)
        with of_sync(""):  # the lines stand with their sync: none has to name it
            text = _form.format(record)
        line = LogLine(n=0, at=at, level=record.levelname, text=text, data=data)
        with self._changing:
            self._lines.append(line)
            if self._timer is None:
                self._timer = threading.Timer(BATCH_SECONDS, self.write)
                self._timer.daemon = True
                self._timer.start()

    def note(self, text: str, level: int = logging.INFO, **data: Any) -> None:
        """Put down what no logger said. `data` is for programs, and holds no secret."""
        named = {"msg": text, "levelno": level, "levelname": logging.getLevelName(level)}
        self.take(logging.makeLogRecord(named), **data)

    def write(self) -> None:
        """Write what was put down; in the order of its coming, by one thread at a time."""
        with self._writing:
            with self._changing:
                lines, self._lines, timer, self._timer = self._lines, [], self._timer, None
            if timer is not None:
                timer.cancel()
            if not lines:
                return
            try:
                self._add(lines)
            except StoreFailed as error:
                _log.warning("Lines of a sync's log could not be kept. %s", error)

    def close(self) -> None:
        """Write the last lines, unless the sync went with its source."""
        try:
            self.write()
        except Exception:
            _log.exception("The last lines of a sync's log could not be kept.")

    def _add(self, lines: list[LogLine]) -> None:
        if self._n is None:
            self._n = log_lines.last(self._db, self._sync_id)
        first = self._n + 1
        kept = lines[: max(MOST_LINES - self._n, 0)]
        log_lines.add(self._db, self._sync_id, [replace(line, n=first + i) for i, line in enumerate(kept)])
        self._n += len(kept)

    def _say(self, text: str) -> None:
        self.note(text)
        self._told.say(text)

    def _progress(self, progress: Progress) -> None:
        if self._is_news(progress):
            self.note(
                f"{progress.stream}: {progress.stage}, {progress.records:,} records",
                stream=progress.stream,
                stage=str(progress.stage),
                records=progress.records,
                counted=progress.counted,
                calls=progress.calls,
            )
        self._told.progress(progress)

    def _is_news(self, progress: Progress) -> bool:
        """Nothing that was empty and well is told: most streams are, in most syncs."""
        stage, now = progress.stage, time.monotonic()
        before, at = self._heard.get(progress.stream, (None, now - STREAM_SECONDS))
        if stage is before and (stage is not Stage.READING or now - at < STREAM_SECONDS):
            return False
        if not progress.records and stage not in (Stage.FAILED, Stage.SKIPPED):
            return False
        self._heard[progress.stream] = (stage, now)
        return True


class _Hearing(logging.Handler):
    """Hears what is logged for one sync, in this thread or others that work for it."""

    def __init__(self, journal: Journal, sync_id: str) -> None:
        super().__init__(logging.INFO)
        self._journal = journal
        self._sync_id = sync_id

    def emit(self, record: logging.LogRecord) -> None:
        if current_sync() == self._sync_id and record.name != __name__:
            self._journal.take(record, logger=record.name)
