"""`counterfoil sandbox serve`: a QuickBooks Online of one's own, to try things against."""

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from counterfoil.cli.command import Door, command
from counterfoil.cli.foreign import foreign, visible
from counterfoil.cli.screen import listing
from counterfoil.errors import SettingInvalid

if TYPE_CHECKING:
    from counterfoil.sandbox.world import World

HOST = "127.0.0.1"

WebhooksTo = Annotated[
    str | None, typer.Option(metavar="URL", help="Post every change there, signed, as Intuit does.")
]
WebhookFormat = Annotated[
    str, typer.Option(metavar="FORMAT", help="cloudevents, or legacy: Intuit's older format.")
]


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the group."""
    group = typer.Typer(help="A QuickBooks Online of your own, to try things against.", no_args_is_help=True)
    app.add_typer(group, name="sandbox", rich_help_panel=panel)
    command(group, "serve")(serve)


def serve(
    door: Door,
    *,
    port: Annotated[
        int, typer.Option(metavar="N", help="Where it listens, on this machine only.", min=1, max=65535)
    ] = 8765,
    companies: Annotated[int, typer.Option(metavar="N", help="How many companies.", min=1, max=100)] = 1,
    invoices: Annotated[
        int, typer.Option(metavar="N", help="Invoices in each.", min=0, max=10_000_000)
    ] = 2000,
    seed: Annotated[
        int, typer.Option(metavar="N", help="The same seed makes the same companies.", min=0)
    ] = 0,
    recorded: Annotated[
        Path | None, typer.Option(help="Serve real answers from a folder instead.", metavar="FOLDER")
    ] = None,
    webhooks_to: WebhooksTo = None,
    webhook_format: WebhookFormat = "cloudevents",
    no_limits: Annotated[bool, typer.Option("--no-limits", metavar="", help="Never answer 429.")] = False,
) -> None:
    """Serve made-up companies on Intuit's wire, until Ctrl-C."""
    import uvicorn

    from counterfoil.sandbox.limits import Rates
    from counterfoil.sandbox.opening import open_world
    from counterfoil.sandbox.server import choose_companies, make_config

    chosen = choose_companies(companies=companies, invoices=invoices, seed=seed, recorded=recorded)
    world = open_world(chosen, seed=seed, rates=None if no_limits else Rates())
    with (
        _listening(port) as listening,
        _told(world, webhooks_to, webhook_format),
    ):  # before anything is promised
        url = f"http://{HOST}:{port}"
        door.screen.answer(document_of(world, url), *_picture(world, url))
        door.screen.next(("", "Serving until Ctrl-C."))
        with suppress(KeyboardInterrupt):
            uvicorn.Server(make_config(world, host=HOST, port=port)).run(sockets=[listening])
    door.screen.say("Stopped.")


def _told(world: "World", address: str | None, form: str) -> AbstractContextManager[None]:
    """Who is told of changes while the sandbox serves."""
    from counterfoil.sandbox.webhooks import Form, sending

    if address is None:
        return nullcontext()
    if not address.startswith(("http://", "https://")) or form not in set(Form):
        raise SettingInvalid(
            f"No webhooks can be sent to {address[:100]!r} as {form[:20]!r}.",
            do=f"Give an address that begins with http:// and one of the formats {', '.join(Form)}.",
        )
    return sending(world, address, form=Form(form))


def document_of(world: "World", url: str) -> dict[str, Any]:
    """What a program needs in order to use the sandbox."""
    app = next(iter(world.apps.values()))
    return {
        "url": url,
        "client_id": app.client_id,
        "client_secret": app.secret,
        "companies": [{"realm_id": books.realm_id, "name": books.name} for books in world.books.values()],
        "environment": environment_of(world, url),
    }


def environment_of(world: "World", url: str) -> dict[str, str]:
    """The settings that turn Counterfoil to the sandbox."""
    from counterfoil.sandbox.webhooks import VERIFIER

    app = next(iter(world.apps.values()))
    return {
        "COUNTERFOIL_QUICKBOOKS_API_URL": url,
        "COUNTERFOIL_QUICKBOOKS_OAUTH_URL": url,
        "COUNTERFOIL_QUICKBOOKS_CLIENT_ID": app.client_id,
        "COUNTERFOIL_QUICKBOOKS_CLIENT_SECRET": app.secret,
        "COUNTERFOIL_QUICKBOOKS_WEBHOOK_TOKEN": VERIFIER,
    }


def _picture(world: "World", url: str) -> list[RenderableType]:
    companies = listing("Company", "Company id")
    for books in world.books.values():
        companies.add_row(foreign(books.name, "bold"), books.realm_id)
    app = next(iter(world.apps.values()))
    facts = Table.grid(padding=(0, 3, 0, 0))
    facts.add_column(style="dim")
    for name, value in (
        ("API", f"{url}/v3/company/…"),
        ("Consent", f"{url}/connect/oauth2"),
        ("Tokens", f"{url}/oauth2/v1/tokens/bearer"),
        ("Client id", app.client_id),
        ("Client secret", app.secret),
    ):
        facts.add_row(name, value)
    lines = [f"export {name}={value}" for name, value in environment_of(world, url).items()]
    first = next(iter(world.books.values())).name.split()[0].lower()
    lines.append(f"counterfoil connect {visible(first)} --environment sandbox")
    hint = Text("To use it, in another terminal:", style="dim")
    return [
        companies,
        Text(),
        facts,
        Text(),
        hint,
        Text(),
        Text("\n".join(lines), style="cyan", no_wrap=True),
    ]


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """A listening socket, named as TCP: else asyncio leaves small answers waiting for an acknowledgement."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            raise SettingInvalid(
                f"Port {port} of this machine is taken by another program.", do="Choose another: --port"
            ) from error
        listening.listen(128)
        yield listening
