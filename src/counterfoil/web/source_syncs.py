"""A source's syncs: the first tab of its page, to look at as bars, to narrow, to page."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from counterfoil.actions import syncs
from counterfoil.errors import SettingInvalid
from counterfoil.model.sync import Cause, Sync, SyncState
from counterfoil.store.syncs import Wish
from counterfoil.web import sync_words
from counterfoil.web.page import part
from counterfoil.web.sources import frame, shown
from counterfoil.web.visit import Visit, Visiting

routes = APIRouter()
SHOWN = 50
SOON, LATER = 2_000, 10_000
"""Milliseconds until the page asks again: while a sync runs, and while none does."""

Choice = TypeVar("Choice", bound=StrEnum)


class Asked(BaseModel):
    """What the address asks for; what is empty leaves all. Days are whole, in UTC."""

    state: str = Field("", max_length=20)
    cause: str = Field("", max_length=20)
    since: str = Field("", max_length=10)
    until: str = Field("", max_length=10)
    before: str = Field("", max_length=100)

    def wish(self) -> Wish:
        """It in the words of the store. Raises SettingInvalid for a day that is none."""
        until = _day(self.until)
        return Wish(
            states=_one_of(SyncState, self.state),
            causes=_one_of(Cause, self.cause),
            since=_day(self.since),
            until=until and until + timedelta(days=1),
        )

    def address(self) -> str:
        """The same as the end of an address, without the place in the list."""
        given = self.model_dump(exclude={"before"})
        return urlencode({name: value for name, value in given.items() if value})


Asking = Annotated[Asked, Query()]


@routes.get("/sources/{name}")
def show(visit: Visiting, name: str, asked: Asking) -> Response:
    """Its syncs, the newest first, those that were asked for."""
    try:
        wish = asked.wish()
    except SettingInvalid as error:
        return shown(visit, name, "", error=error, **_listed(visit, name, asked, Wish()))
    return shown(visit, name, "", **_listed(visit, name, asked, wish))


@routes.get("/sources/{name}/live")
def live(visit: Visiting, name: str, asked: Asking) -> Response:
    """What of the page may have changed."""
    listed = _listed(visit, name, asked, asked.wish())
    return part(visit, "source_live.html", **frame(visit, name), **listed)


def _listed(visit: Visit, name: str, asked: Asked, wish: Wish) -> Mapping[str, Any]:
    found = syncs.latest(visit.around.db, name, limit=SHOWN + 1, wish=wish, before=asked.before or None)
    return {
        "syncs": found[:SHOWN],
        "more": found[SHOWN - 1].id if len(found) > SHOWN else "",
        "typed": asked,
        "asked": asked.address(),
        "every": SOON if _is_moving(found) else LATER,
        "words": sync_words,
    }


def _is_moving(found: Sequence[Sync]) -> bool:
    return any(not sync.state.is_over for sync in found)


def _one_of(kind: type[Choice], text: str) -> frozenset[Choice] | None:
    return frozenset({kind(text)}) if text in list(kind) else None


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise SettingInvalid(f"{text!r} is no day.", do="Write it like 2026-11-23.") from None
