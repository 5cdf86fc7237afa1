"""`counterfoil demo`: a made-up company, connected and synced into a DuckDB file, with nothing to set up."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qsl, urlsplit

import typer
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.exits import ExitCode
from counterfoil.cli.screen import Screen
from counterfoil.settings import Settings, read_settings

if TYPE_CHECKING:
    from counterfoil.actions.surroundings import Surroundings
    from counterfoil.sandbox.running import Sandbox

FOLDER = Path("counterfoil-demo")
SOURCE = "demo"
CREDENTIAL = "hollow-lane"
DATASET = "quickbooks"
SEED = 20

CONFIGURATION = """\
# What `counterfoil demo` applied; your own file looks just like it.
version: 1
credentials:
  - name: {credential}
    realm_id: "{realm}"
    environment: sandbox
destinations:
  - name: books
    kind: duckdb
    options:
      path: {path}
sources:
  - name: {source}
    credential: {credential}
    streams: all
    destinations:
      - name: books
        dataset: {dataset}
"""


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "demo", panel=panel)(demo)


def demo(
    door: Door,
    invoices: Annotated[
        int, typer.Option(metavar="N", help="How many invoices to make up.", min=0, max=1_000_000)
    ] = 2000,
    folder: Annotated[Path, typer.Option(help="Where everything goes.", metavar="FOLDER")] = FOLDER,
) -> ExitCode:
    """See it work: a made-up company, synced into a DuckDB file. Nothing to set up, no network."""
    from counterfoil.cli.card import card, document_of
    from counterfoil.cli.opening import surroundings
    from counterfoil.cli.sync import exit_of_sync, run
    from counterfoil.cli.tour import tour

    folder = Path(door.given["home"] or folder)
    warehouse = folder / "books.duckdb"
    with _company(door.screen, invoices) as sandbox:
        settings = door.take(_settings(folder, sandbox.url, door.given))
        with surroundings(settings) as around:
            _connect(door.screen, around, sandbox)
            _apply(door.screen, around, folder, warehouse)
            # Memory is not told: this process is the sandbox too.
            ended = replace(run(door.screen, around, SOURCE), peak=None)
    shown, found = tour(warehouse)
    door.screen.answer(
        {"database": str(warehouse), "sync": document_of(ended), "queries": found}, card(ended), *shown
    )
    door.screen.next(
        (f"duckdb -readonly {warehouse}", "look round"),
        ("counterfoil demo", "again: it syncs into the same file"),
        ("counterfoil connect NAME", "your own company"),
    )
    return exit_of_sync(ended.sync)


def _company(screen: Screen, invoices: int) -> "Sandbox":
    from datetime import UTC, datetime

    from counterfoil.sandbox.company import companies
    from counterfoil.sandbox.running import Sandbox

    # A proxy that the environment names would be asked for loopback addresses too.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    with screen.err.status(Text("Making up a company")):
        made = companies(1, seed=SEED, invoices=invoices, now=datetime.now(UTC))
        sandbox = Sandbox(made)
    _done(screen, f"Made up {made[0].name}, served at {sandbox.url}")
    return sandbox


def _settings(folder: Path, url: str, given: Mapping[str, str]) -> Settings:
    """All of them are given here: what is set for real companies stays out of a demonstration."""
    from counterfoil.sandbox.world import DEFAULT_CLIENT, DEFAULT_SECRET

    return read_settings(
        {
            "COUNTERFOIL_HOME": str(folder),
            "COUNTERFOIL_QUICKBOOKS_API_URL": url,
            "COUNTERFOIL_QUICKBOOKS_OAUTH_URL": url,
            "COUNTERFOIL_QUICKBOOKS_CLIENT_ID": DEFAULT_CLIENT,
            "COUNTERFOIL_QUICKBOOKS_CLIENT_SECRET": DEFAULT_SECRET,
        },
        given=given,
    )


def _connect(screen: Screen, around: "Surroundings", sandbox: "Sandbox") -> None:
    """The whole of OAuth over HTTP; only the person at the consent page is played."""
    from counterfoil.actions.connecting import connect_company
    from counterfoil.cli.consent import ask_for_consent
    from counterfoil.model.credential import Environment

    state = secrets.token_urlsafe(32)

    def consent(address: str) -> None:
        _agree(around.app.consent_url(redirect_uri=address, state=state), sandbox.realms[0])

    answer = ask_for_consent(0, state=state, send=consent)
    _, company = connect_company(around, CREDENTIAL, Environment.SANDBOX, answer)
    _done(screen, f"Connected through OAuth 2.0: {company.name}, {company.country}, {company.currency}")


def _agree(page: str, realm_id: str) -> None:
    """Press “Connect” on the sandbox's consent page, and follow it back."""
    import httpx2

    parts = urlsplit(page)
    form = {**dict(parse_qsl(parts.query)), "realm": realm_id, "decision": "approve"}
    with httpx2.Client(follow_redirects=True, trust_env=False, timeout=30) as browser:
        browser.post(f"{parts.scheme}://{parts.netloc}{parts.path}", data=form).raise_for_status()


def _apply(screen: Screen, around: "Surroundings", folder: Path, warehouse: Path) -> None:
    from counterfoil.actions.apply import apply
    from counterfoil.actions.document import Document
    from counterfoil.store import credentials

    file = folder / "counterfoil.yaml"
    text = CONFIGURATION.format(
        credential=CREDENTIAL,
        realm=credentials.named(around.db, CREDENTIAL).realm_id,
        path=json.dumps(str(warehouse)),
        source=SOURCE,
        dataset=DATASET,
    )
    file.write_text(text, encoding="utf-8")
    apply(around, Document(filename=str(file), text=text))
    _done(screen, f"Applied {file}")


def _done(screen: Screen, text: str) -> None:
    screen.err.print(Text.assemble(("✓ ", "green"), (text, "dim")), soft_wrap=True)
