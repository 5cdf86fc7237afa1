"""The log of a sync: its newest lines on the page, those that fit a level and words, and all of it to keep."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from counterfoil.actions import following, syncs
from counterfoil.logs import mask
from counterfoil.model.log_line import LogLine
from counterfoil.web.visit import Visiting

SHOWN = 400
"""Lines on the page; the download has all."""
LEVELS = (("", "All"), ("warning", "Warnings"), ("error", "Errors"))

routes = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which lines are asked for: at least of this level ("" for all), with these words, behind number `after`."""

    level: str = ""
    words: str = ""
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What of a log stands on the page: of `total` lines those asked for, but for `left_out` earlier ones."""

    asked: Asked
    lines: tuple[tuple[LogLine, str], ...]  # each with its masked text
    left_out: int
    total: int
    last: int
    warnings: int


def log_of(lines: Sequence[LogLine], asked: Asked) -> Log:
    """The lines of a log that a page shows."""
    fitting = [
        line
        for line in lines
        if line.n > asked.after and following.fits(line, level=asked.level, words=asked.words)
    ]
    return Log(
        asked=asked,
        lines=tuple((line, mask(line.text)) for line in fitting[-SHOWN:]),
        left_out=max(0, len(fitting) - SHOWN),
        total=len(lines),
        last=lines[-1].n if lines else 0,
        warnings=sum(following.fits(line, level="warning") for line in lines),
    )


@routes.get("/syncs/{sync_id}/log")
def download(visit: Visiting, sync_id: str) -> Response:
    """The whole log, to keep."""
    name = syncs.show(visit.around.db, sync_id).sync.id
    lines = following.lines_of(visit.around.db, name)
    text = "".join(f"{line.at.isoformat()} {line.level:7} {mask(line.text)}\n" for line in lines)
    return PlainTextResponse(text, headers={"Content-Disposition": f'attachment; filename="{name}.log"'})
