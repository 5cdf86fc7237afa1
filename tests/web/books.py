"""A source whose one stream was synced into a DuckDB file, for pages that only show it: made once for a module."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from counterfoil.actions import sources
from counterfoil.actions.destination_changes import NewDestination, create
from counterfoil.actions.source_changes import Feed, NewSource
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.sync_now import sync_now
from counterfoil.sandbox.company import companies
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import users
from counterfoil.sync.progress import SILENT
from tests.api.service import opened, serving, surroundings
from tests.road.conftest import NOW
from tests.web.conftest import Browser, sign_up
from tests.web.test_things import connect

HOSTILE = '<script>alert(1)</script> {{7*7}} "><img onerror=x>'
SOME = frozenset({"Customer", "Invoice"})


@dataclass(frozen=True)
class Books:
    """Ada at her pages; `ada` is her at the verbs, `lake` the file that her source Acme feeds."""

    browser: Browser
    sandbox: Sandbox
    ada: Surroundings
    lake: Path

    def sync(self) -> None:
        sync_now(self.ada, "Acme", SILENT)


@contextmanager
def books(folder: Path, streams: frozenset[str] | None = SOME) -> Iterator[Books]:
    """The pages of a company whose source reads these streams, or all of them."""
    with (
        Sandbox(companies(1, seed=5, invoices=40, now=NOW)) as sandbox,
        opened(f"sqlite:///{folder}/counterfoil.db", folder) as db,
    ):
        around = surroundings(db, folder)
        app = replace(
            around.app,
            client_id="sandbox-client",
            client_secret="sandbox-secret",
            authorize_url=f"{sandbox.url}/connect/oauth2",
            token_url=f"{sandbox.url}/oauth2/v1/tokens/bearer",
        )
        clerk = sandbox.books()
        clerk.change(
            "Customer", clerk.ids("Customer")[0], {"Notes": HOSTILE, "CompanyName": "<i>" + "x" * 400}
        )
        with (
            serving(replace(around, app=app, api_url=sandbox.url)) as service,
            httpx2.Client(
                base_url=service.url,
                follow_redirects=True,
                trust_env=False,
                timeout=60,
                limits=httpx2.Limits(max_keepalive_connections=0),  # a line that rests is cut
            ) as http,
        ):
            browser = Browser(service, http)
            sign_up(browser)
            connect(browser, sandbox)
            (user,) = users.every(db)
            made = Books(browser, sandbox, replace(service.around, actor=user.actor), folder / "lake.duckdb")
            _set_up(made, streams)
            yield made


def _set_up(made: Books, streams: frozenset[str] | None) -> None:
    create(made.ada, NewDestination(name="lake", kind="duckdb", options={"path": str(made.lake)}))
    new = NewSource(
        name="Acme",
        credential="acme",
        streams=streams,
        prefix="a_",
        feeds=(Feed(destination="lake"),),
    )
    sources.create(made.ada, new)
    made.sync()
