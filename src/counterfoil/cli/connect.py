"""`counterfoil connect`: authorise a QuickBooks company in the browser."""

import secrets
import webbrowser
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign
from counterfoil.cli.screen import Screen

if TYPE_CHECKING:
    from counterfoil.model.company import Company
    from counterfoil.model.credential import Credential

PORT = 8790
"""Fixed, because Intuit sends people back only to addresses that were registered."""


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "connect", panel=panel)(connect)


def connect(
    door: Door,
    name: Annotated[str, typer.Argument(help="How to call the credential.", metavar="NAME")],
    *,
    environment: Annotated[
        str,
        typer.Option(metavar="WORLD", help="production, or sandbox for a trial company."),
    ] = "production",
    no_browser: Annotated[
        bool, typer.Option("--no-browser", metavar="", help="Only print the address to open.")
    ] = False,
    port: Annotated[
        int, typer.Option(metavar="N", help="Where the answer comes back.", min=0, max=65535)
    ] = PORT,
) -> None:
    """Authorise Counterfoil to read a QuickBooks company, in the browser."""
    from counterfoil.actions.connecting import connect_company
    from counterfoil.cli.consent import ask_for_consent, redirect_uri
    from counterfoil.cli.opening import require_app, surroundings
    from counterfoil.model.credential import Environment

    if environment not in list(Environment):
        raise typer.BadParameter(f"{environment!r} is not production or sandbox.", param_hint="--environment")
    settings = door.settings()
    require_app(settings, redirect_uri(port))
    with surroundings(settings) as around:
        state = secrets.token_urlsafe(32)

        def send(address: str) -> None:
            page = around.app.consent_url(redirect_uri=address, state=state)
            _send_to(door.screen, page, address, browser=not no_browser)

        consent = ask_for_consent(port, state=state, send=send)
        credential, company = connect_company(around, name, Environment(environment), consent)
    door.screen.answer(document_of(credential, company), connected(credential, company))
    door.screen.next(
        ("counterfoil apply FILE.yaml", "say which streams go to which warehouse"),
        ("counterfoil credentials", "what is connected"),
    )


def document_of(credential: "Credential", company: "Company") -> dict[str, Any]:
    """A credential that was just connected, for machines."""
    return {
        "name": credential.name,
        "realm_id": credential.realm_id,
        "environment": str(credential.environment),
        "state": str(credential.state),
        "company": {"name": company.name, "country": company.country, "currency": company.currency},
    }


def connected(credential: "Credential", company: "Company") -> Table:
    """The same for people."""
    facts = " · ".join(part for part in (company.country, company.currency, credential.realm_id) if part)
    grid = Table.grid(padding=(0, 1))
    grid.add_row(
        Text("✓", style="green"),
        Text.assemble("Connected ", (foreign(company.name).plain, "bold"), " as ", (credential.name, "bold")),
    )
    grid.add_row("", foreign(facts, "dim"))
    return grid


def _send_to(screen: Screen, page: str, address: str, *, browser: bool) -> None:
    opened = browser and webbrowser.open(page)
    screen.err.print(
        Text("Your browser shows Intuit's page: choose the company there." if opened else "Open this page:")
    )
    screen.err.print(Text(page, style="cyan"), soft_wrap=True)
    screen.err.print()
    screen.say(
        f"Waiting for the answer at {address}, which has to be among the app's redirect URIs. Ctrl-C ends it."
    )
