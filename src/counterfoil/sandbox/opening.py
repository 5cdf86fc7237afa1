"""Opening the sandbox: companies become books, and the parts become one world."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol

from counterfoil.sandbox.books import Books, Series
from counterfoil.sandbox.clock import Clock, stamp
from counterfoil.sandbox.limits import Limits, Rates
from counterfoil.sandbox.tokens import Tokens
from counterfoil.sandbox.wire import Record
from counterfoil.sandbox.world import DEFAULT_CLIENT, DEFAULT_SECRET, App, World


class Company(Protocol):
    """What books are made of: generated, recorded, or a test's own."""

    @property
    def realm_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    def records(self) -> Iterator[tuple[str, Record]]: ...
    def series(self) -> Sequence[Series]: ...


def open_world(
    companies: Iterable[Company],
    *,
    seed: int = 0,
    start: datetime | None = None,
    apps: Sequence[App] = (),
    rates: Rates | None = None,
    revoke_on_reuse: bool = False,
) -> World:
    """Lay out the books of every company; `rates` None means no limits."""
    clock = Clock(lambda: datetime.now(UTC), start=start)
    registered = apps or (App(client_id=DEFAULT_CLIENT, secret=DEFAULT_SECRET),)
    secret = random.SystemRandom()  # tokens must not repeat from one start to the next
    return World(
        clock=clock,
        books={company.realm_id: _laid_out(company, clock.epoch) for company in companies},
        apps={app.client_id: app for app in registered},
        tokens=Tokens(secret, revoke_on_reuse=revoke_on_reuse),
        limits=Limits(rates, time.monotonic),
        rng=random.Random(seed),
        sleep=time.sleep,
    )


def _laid_out(company: Company, epoch: Callable[[], int]) -> Books:
    books = Books(company.realm_id, company.name)
    books.load(company.records(), company.series())
    at = stamp(epoch())
    every: Record = {"Id": "1", "SyncToken": "0", "domain": "QBO", "sparse": False}
    every["MetaData"] = {"CreateTime": at, "LastUpdatedTime": at}
    if books.body("CompanyInfo", "1") is None:
        books.put(
            "CompanyInfo", {**every, "CompanyName": company.name, "LegalName": company.name, "Country": "US"}
        )
    if books.body("Preferences", "1") is None:
        books.put("Preferences", {**every, "ReportPrefs": {"ReportBasis": "Accrual"}})
    return books
