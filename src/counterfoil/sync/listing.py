"""Listings: the records of one stream in one order, each at its place, and how they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from counterfoil.errors import PoisonedPage
from counterfoil.model.bad_record import BadRecord
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.answer import count, split
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import Condition, select, select_count
from counterfoil.sync.records import created_at, unwrap, updated_at

CREATED = "MetaData.CreateTime"
UPDATED = "MetaData.LastUpdatedTime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one WHERE lets through, ordered by one time, or as QuickBooks likes when `by` is empty."""

    stream: Stream
    where: tuple[Condition, ...] = ()
    by: str = ""

    def select(self, start: int, limit: int, fields: Sequence[str] = ()) -> str:
        order = f"{self.by} ASC" if self.by else ""
        return select(self.stream, where=self.where, order=order, start=start, limit=limit, fields=fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What stands at some places of a listing: good records in their order, bad ones by name.

    `places` counts both, `lead` the bad ones before the first good record. `full` says that more may follow; the
    last place is a good record then.
    """

    records: list[msgspec.Raw]
    places: int
    full: bool
    lead: int
    bad: tuple[BadRecord, ...] = ()
    calls: int = 1
    server_time: datetime | None = None


class Asking:
    """Questions about one listing. `calls` are those that were answered: Intuit charges for no other.

    `poison` is what QuickBooks said when it last failed to answer.
    """

    def __init__(self, client: Client, listing: Listing) -> None:
        self.listing = listing
        self.calls = 0
        self.server_time: datetime | None = None
        self.poison = PoisonedPage("No page was refused yet.")
        self._client = client

    def records(self, start: int, limit: int, fields: Sequence[str] = ()) -> list[msgspec.Raw] | None:
        """What stands at `limit` places from `start` on; None when a bad record is among them."""
        return self._run(self.listing.select(start, limit, fields))

    def named(self, ids: Sequence[str]) -> list[msgspec.Raw] | None:
        """The records of these ids, wherever they stand; None when a bad one is among them."""
        return self._run(select(self.listing.stream, where=[("Id", "IN", ids)]))

    def count(self, where: Sequence[Condition]) -> int:
        """How many records fit the conditions: counting reads none, so that no bad record is in the way."""
        answer = self._client.query(select_count(self.listing.stream, where=where))
        self.calls += 1
        return count(answer)

    def _run(self, statement: str) -> list[msgspec.Raw] | None:
        stream = self.listing.stream
        try:
            answer = self._client.query(statement)
            records = split(answer, stream.answer_key)
        except PoisonedPage as error:
            self.poison = error
            return None
        self.calls += 1
        self.server_time = self.server_time or answer.server_time
        return [unwrap(record) for record in records] if stream.wrapped else records


def time_in(by: str, record: msgspec.Raw) -> datetime | None:
    """The time of a record by which a listing is ordered; None where it does not say."""
    return updated_at(record) if by == UPDATED else created_at(record)
