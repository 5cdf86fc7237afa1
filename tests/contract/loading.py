"""A process of its own that loads once, for those who kill it."""

import multiprocessing
from multiprocessing.synchronize import Event

from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Landing, in_silence

CLEAN = multiprocessing.get_context("forkserver")
CLEAN.set_forkserver_preload(["tests.contract.loading"])


def load(kind: str, options: dict[str, str], landing: Landing, ready: Event) -> None:
    """Say that it is ready, then load."""
    warehouse = KINDS[kind].open(options)
    ready.set()
    warehouse.load(landing, waiting=in_silence)
