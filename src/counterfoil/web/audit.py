"""The audit trail: who did what, to what, when, and what it was before; to narrow, to page, to take away."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from counterfoil.actions import audit
from counterfoil.errors import NotFound, SettingInvalid
from counterfoil.model.entry import Chosen, Entry
from counterfoil.web.errors import status_of
from counterfoil.web.page import page
from counterfoil.web.visit import Visiting
from counterfoil.web.words import exact

routes = APIRouter()

WAYS = {
    "user": "page or API",
    "key": "API key",
    "operator": "command line",
    "service": "by itself",
}
"""From where somebody did something, by the kind of actor."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so may be run by a spreadsheet."""


MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00"


class Asked(BaseModel):
    """What the address asks for; what is empty leaves all."""

    actor: str = Field("", max_length=254)
    deed: str = Field("", max_length=200)
    noun: str = Field("", max_length=200)
    thing: str = Field("", max_length=254)
    since: str = Field("", max_length=10)
    until: str = Field("", max_length=10)
    before: int | None = Field(None, ge=1, le=2**62)

    def chosen(self) -> Chosen:
        """It in the words of the verbs: days are whole, in UTC. Raises SettingInvalid."""
        since, until = _day(self.since), _day(self.until)
        return Chosen(
            actor=self.actor.strip(),
            deed=self.deed,
            noun=self.noun,
            thing=self.thing.strip(),
            since=since,
            until=until and until + timedelta(days=1),
        )

    def address(self) -> str:
        """The same as the end of an address, without the place in the list."""
        given = self.model_dump(exclude={"before"})
        return urlencode({name: value for name, value in given.items() if value})


Asking = Annotated[Asked, Query()]


@routes.get("/audit")
def list_(visit: Visiting, asked: Asking) -> Response:
    """The newest first, those that were asked for."""
    error = None
    try:
        chosen = asked.chosen()
    except SettingInvalid as found:
        error, chosen = found, Chosen()
    told = audit.entries(visit.around, chosen, before=asked.before)
    return page(
        visit,
        "audit.html",
        status=status_of(error) if error else 200,
        error=error,
        entries=[(entry, details(entry)) for entry in told.entries],
        ways=WAYS,
        typed=asked,
        asked=asked.address(),
        older=told.before,
        words=audit.words(visit.around),
    )


@routes.get("/audit/{name}")
def download(visit: Visiting, name: str, asked: Asking) -> Response:
    """All of those, however many, as a file."""
    if name not in WRITERS:
        raise NotFound("There is no such file.", do="Take audit.csv or audit.jsonl.")
    write, kind = WRITERS[name]
    entries = audit.every(visit.around, asked.chosen())
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(write(entries), media_type=kind, headers=headers)


def details(entry: Entry) -> list[tuple[str, str, str | None]]:
    """What an entry holds besides: a name, and a value; or what it was before, and what after."""
    told: list[tuple[str, str, str | None]] = []
    for name, value in entry.detail.items():
        plain = name.replace("_", " ")
        if (
            isinstance(value, list)
            and len(value) == 2
            and not any(isinstance(one, list | dict) for one in value)
        ):
            if value[0] != value[1]:
                told.append((plain, _plain(value[0]), _plain(value[1])))
        elif value not in (None, "", [], {}):
            told.append((plain, _plain(value), None))
    return told


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return exact(datetime.fromisoformat(value)) if re.fullmatch(MOMENT, value) else value


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise SettingInvalid(f"{text!r} is no day.", do="Write it as 2026-01-31.") from None


def _csv(entries: Iterable[Entry]) -> Iterator[str]:
    yield _line(("n", "at", *NAMES))
    for entry in entries:
        cells = (getattr(entry, name) for name in NAMES[:-1])
        detail = json.dumps(entry.detail, ensure_ascii=False)
        yield _line((str(entry.n), entry.at.isoformat(), *map(_harmless, cells), detail))


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _json_lines(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        yield json.dumps({**asdict(entry), "at": entry.at.isoformat()}, ensure_ascii=False) + "\n"


NAMES = ("actor_kind", "actor_id", "actor_name", "deed", "noun", "thing_id", "thing_name", "detail")
WRITERS = {"audit.csv": (_csv, "text/csv"), "audit.jsonl": (_json_lines, "application/jsonl")}
"""Each file that there is, with how it is written and of which kind it is."""
