"""Everything the sandbox remembers, in one place: books, grants, clock, limits, counters, faults to come."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from counterfoil.sandbox.books import Books
from counterfoil.sandbox.clock import Clock
from counterfoil.sandbox.counters import Counters
from counterfoil.sandbox.injection import Injections
from counterfoil.sandbox.limits import Limits
from counterfoil.sandbox.replays import Replays
from counterfoil.sandbox.reports.page import MOST_CELLS
from counterfoil.sandbox.tokens import Tokens

DEFAULT_CLIENT = "sandbox-client"
DEFAULT_SECRET = "sandbox-secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A registered app; with no redirects named, any web address is taken."""

    client_id: str
    secret: str
    redirects: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class World:
    """The state behind every end point."""

    clock: Clock
    books: dict[str, Books]
    apps: dict[str, App]
    tokens: Tokens
    limits: Limits
    rng: random.Random
    sleep: Callable[[float], None]
    counters: Counters = field(default_factory=Counters)
    injections: Injections = field(default_factory=Injections)
    replays: Replays = field(default_factory=Replays)
    most_cells: int = MOST_CELLS  # of a report; larger ones are cut
