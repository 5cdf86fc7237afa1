"""`counterfoil serve`: the service that people leave running."""

import ipaddress
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from counterfoil import logs
from counterfoil.cli.command import Door, command

if TYPE_CHECKING:
    from counterfoil.actions.surroundings import Surroundings


def add_to(app: typer.Typer, panel: str) -> None:
    """Add the command."""
    command(app, "serve", panel=panel)(serve)


def serve(
    door: Door,
    *,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where it listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", help="On which port.", min=1, max=65535)] = 8080,
) -> None:
    """Run schedules, the API and the pages, until Ctrl-C. The log goes to standard error."""
    from counterfoil.actions.service import running
    from counterfoil.cli.opening import surroundings
    from counterfoil.cli.worker import places_of
    from counterfoil.server import create_app
    from counterfoil.server.serving import listening, settled
    from counterfoil.server.serving import serve as answer

    settings = door.settings()
    ending = Event()
    with listening(host, port) as opened, surroundings(settings) as around:
        logs.set_up(settings.log_level, form=settings.log_format)
        engine = partial(running, places=places_of(settings))
        app = create_app(around, public_url=settings.public_url, engine=engine, ending=ending)
        told = document_of(around, settings.public_url, host, port)
        door.screen.answer(told, *_picture(told))
        door.screen.next(("", "Serving until Ctrl-C."))
        with settled():
            answer(app, opened, ending=ending)
    door.screen.say("Stopped.")


def document_of(around: "Surroundings", public_url: str, host: str, port: int) -> dict[str, Any]:
    """Where the service is; `set_up` is the link for the first administrator, null once there is one."""
    from counterfoil.actions.links import link_address, set_up_word

    word = set_up_word(around)
    return {
        "url": public_url,
        "listens": f"{host}:{port}",
        "api": f"{public_url}/api/docs",
        "set_up": None if word is None else link_address(public_url, word),
        "warning": _warning(public_url, host),
    }


def _warning(public_url: str, host: str) -> str | None:
    if _is_loopback(host) or public_url.startswith("https://"):
        return None
    return (
        f"Others reach {host}, and COUNTERFOIL_PUBLIC_URL is not https: passwords and keys would travel in clear text. "
        "Put a proxy with TLS in front, and set COUNTERFOIL_PUBLIC_URL to its address."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _picture(told: dict[str, Any]) -> list[RenderableType]:
    facts = Table.grid(padding=(0, 3, 0, 0))
    facts.add_column(style="dim")
    facts.add_column(no_wrap=True)
    facts.add_row("Counterfoil", told["url"])
    facts.add_row("Listens at", told["listens"])
    facts.add_row("API", told["api"])
    if told["set_up"]:
        facts.add_row("First administrator", Text(told["set_up"], style="bold"))
    shown: list[RenderableType] = [facts]
    if told["warning"]:
        shown += [Text(), Text(told["warning"], style="yellow")]
    return shown
