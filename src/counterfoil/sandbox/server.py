"""Serve the sandbox: the HTTP server itself, in the foreground or for a program that stops it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from counterfoil.sandbox import company
from counterfoil.sandbox.breaking import OpenProtocol
from counterfoil.sandbox.doors import make_app
from counterfoil.sandbox.limits import Rates
from counterfoil.sandbox.opening import Company, open_world
from counterfoil.sandbox.recorded import read_recorded
from counterfoil.sandbox.world import World


def serve(
    *,
    host: str,
    port: int,
    companies: int,
    invoices: int,
    seed: int,
    recorded: Path | None = None,
    limits: bool = True,
) -> None:
    """Serve until interrupted; a recorded folder stands in for generated companies.

    Raises NotFound or SettingInvalid for a folder that cannot be used.
    """
    books = choose_companies(companies=companies, invoices=invoices, seed=seed, recorded=recorded)
    world = open_world(books, seed=seed, rates=Rates() if limits else None)
    uvicorn.Server(make_config(world, host=host, port=port)).run()


def choose_companies(*, companies: int, invoices: int, seed: int, recorded: Path | None) -> Sequence[Company]:
    """The companies to serve: those of a recorded folder, else generated ones."""
    if recorded:
        return read_recorded(recorded)
    return company.companies(companies, seed=seed, invoices=invoices, now=datetime.now(UTC))


def make_config(world: World, *, host: str, port: int) -> uvicorn.Config:
    """How the HTTP server over a world is to run."""
    return uvicorn.Config(
        make_app(world),
        host=host,
        port=port,
        http=OpenProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="critical",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
