"""What a door needs to serve the sandbox: the companies, and how the HTTP server is to run."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from counterfoil.sandbox import company
from counterfoil.sandbox.breaking import OpenProtocol
from counterfoil.sandbox.doors import make_app
from counterfoil.sandbox.opening import Company
from counterfoil.sandbox.recorded import read_recorded
from counterfoil.sandbox.world import World


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
