"""Lists in pages: each answer says after what the next one begins, so that nothing is missed or told twice."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

Item = TypeVar("Item")
Row = TypeVar("Row")

MOST = 200
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
After = Annotated[
    str, Query(max_length=200, description="`next` of the page before; empty for the first page.")
]


class Page(BaseModel, Generic[Item]):
    """A part of a list. `next` is null on the last page; else send it as `after`."""

    items: list[Item]
    next: str | None = None


def page(
    rows: Sequence[Row], shown: Callable[[Row], Item], key: Callable[[Row], str], *, limit: int
) -> Page[Item]:
    """A page of rows that were read one beyond the limit; `key` is where a row stands in the order."""
    whole = rows[:limit]
    return Page(items=[shown(row) for row in whole], next=key(whole[-1]) if len(rows) > limit else None)


def after(rows: Sequence[Row], key: Callable[[Row], str], last: str, limit: int) -> Sequence[Row]:
    """Of a list that is small enough to be read whole: what comes after `last`, one beyond the limit."""
    return [row for row in sorted(rows, key=key) if not last or key(row) > last][: limit + 1]
