"""A sync as it happens: server-sent events, and its log to download.

The store is asked once a second in a borrowed thread; between two looks a listener holds none. An event's id is
the number of the last log line that was sent: whoever comes back with it as Last-Event-ID goes on from there.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Annotated

from fastapi import Header, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from counterfoil.actions import syncs
from counterfoil.actions.surroundings import Surroundings
from counterfoil.api.access import Viewer
from counterfoil.api.routes import router
from counterfoil.api.syncs import told
from counterfoil.errors import NotFound, Transient
from counterfoil.logs import mask
from counterfoil.model.log_line import LogLine
from counterfoil.store import log_lines

routes = router("syncs")

LOOK = 1.0
"""Seconds between two looks at the store."""
HEARTBEAT = 15
"""Looks without news before a comment is sent, so that no proxy takes the line for dead."""
AT_ONCE = 500
"""Lines of the log in one look."""


EVENT = {
    "type": "object",
    "properties": {
        "event": {"enum": ["sync", "line", "end"]},
        "id": {"type": "string", "description": "The number of the last log line that was sent."},
        "data": {"type": "string", "description": "A Sync, or a line of its log, in JSON."},
    },
}
"""How the document tells of an event."""


class Line(BaseModel):
    """One line of a sync's log."""

    n: int
    at: str
    level: str
    text: str


@dataclass
class _Listener:
    """How far one listener has been told."""

    around: Surroundings
    sync_id: str
    n: int
    state: str = ""

    def look(self) -> tuple[list[str], bool]:
        """What is new, as events, and whether nothing more will come."""
        sync = syncs.show(self.around.db, self.sync_id).sync  # first: all lines of one that is over are there
        lines = log_lines.after(self.around.db, self.sync_id, self.n, limit=AT_ONCE)
        events = [self._line(line) for line in lines]
        state = told(sync).model_dump_json()
        over = sync.state.is_over and len(lines) < AT_ONCE
        if state != self.state:
            events.append(_event("sync", self.n, state))
            self.state = state
        if over:
            events.append(_event("end", self.n, state))
        return events, over

    def _line(self, line: LogLine) -> str:
        self.n = line.n
        return _event("line", line.n, _shown(line).model_dump_json())


@routes.get(
    "/{sync_id}/events",
    operation_id="followSync",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": EVENT}}}},
)
async def follow(
    request: Request,
    around: Viewer,
    sync_id: str,
    last: Annotated[int, Header(alias="Last-Event-ID", ge=0, le=2**31 - 1)] = 0,
) -> StreamingResponse:
    """Follow a sync: `sync` whenever its state or numbers change, `line` for each line of its log, `end` at its end."""
    listener = _Listener(around, sync_id, last)
    first = await run_in_threadpool(listener.look)  # an unknown sync is told as a problem, not as a stream
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _stream(listener, first, request.app.state.ending)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(listener: _Listener, first: tuple[list[str], bool], ending: Event) -> AsyncIterator[str]:
    events, over = first
    quiet = 0
    yield f"retry: {int(LOOK * 1000)}\n\n"
    while True:
        quiet = 0 if events else quiet + 1
        for event in events:
            yield event
        if over or ending.is_set():
            return
        if quiet >= HEARTBEAT:
            quiet = 0
            yield ": still here\n\n"
        await asyncio.sleep(LOOK)
        events, over = await run_in_threadpool(_patiently, listener)


def _patiently(listener: _Listener) -> tuple[list[str], bool]:
    """Look once more. A store that does not answer may be back at the next look; a sync that was removed is over."""
    try:
        return listener.look()
    except NotFound:
        return [], True
    except Transient:
        return [], False


def _event(name: str, n: int, data: str) -> str:
    return f"id: {n}\nevent: {name}\ndata: {data}\n\n"


@routes.get(
    "/{sync_id}/log",
    operation_id="downloadSyncLog",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def download(around: Viewer, sync_id: str) -> StreamingResponse:
    """The whole log of a sync as text."""
    name = syncs.show(around.db, sync_id).sync.id
    headers = {"Content-Disposition": f'attachment; filename="{name}.log"', "Cache-Control": "no-store"}
    return StreamingResponse(_text(around, name), media_type="text/plain; charset=utf-8", headers=headers)


def _text(around: Surroundings, sync_id: str) -> Iterator[str]:
    lines: Sequence[LogLine] = log_lines.after(around.db, sync_id, 0, limit=AT_ONCE)
    while lines:
        yield "".join(f"{line.at} {line.level:7} {line.text}\n" for line in map(_shown, lines))
        lines = log_lines.after(around.db, sync_id, lines[-1].n, limit=AT_ONCE)


def _shown(line: LogLine) -> Line:
    return Line(n=line.n, at=line.at.isoformat(), level=line.level, text=mask(line.text))
