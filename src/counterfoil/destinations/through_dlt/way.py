"""What a kind of warehouse that is loaded through dlt tells of itself; the road to it is the same for all of them."""

import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from counterfoil.destinations.base import Capabilities, Landing
from counterfoil.destinations.flavour import Flavour
from counterfoil.destinations.merge import Dialect
from counterfoil.destinations.through_dlt.stage import Loader
from counterfoil.errors import CounterfoilError, WarehouseBusy, WarehouseFailed, WarehouseRefused

AGAIN = "Nothing is lost: the next sync brings it all."


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Which warehouse, and as whom, in the words of an error."""

    title: str
    machine: str
    port: int
    database: str
    user: str

    def __str__(self) -> str:
        return f"{self.title} at {self.machine}:{self.port}, database {self.database}"


LAYOUT = "SELECT TABLE_NAME, COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = ?"

Meaning = tuple[str, type[CounterfoilError], str]
"""A pattern of a code and words as the warehouse says them, what it means, and what helps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How one configured warehouse is reached, spoken to and loaded.

    `connect` answers with a connection as Python's database API has it, which commits each statement by itself.
    `settings` are told to each session, with `{ms}` for how long a statement may take or wait; `turn` waits, within
    the transaction, until nobody else loads the same tables. `grant` is the statement that gives the right to do one.
    """

    aim: Aim
    capabilities: Capabilities
    flavour: Flavour
    connect: Callable[[], Any]
    loader: Loader
    errors: type[Exception]  # the driver's own
    meanings: Sequence[Meaning]
    grant: Callable[[str], str]
    addresses: Sequence[str] = ()
    mark: str = "?"
    settings: Sequence[str] = ()
    limit: Callable[[Any, float], None] | None = (
        None  # where the driver is told how long a statement may take
    )
    turn: Callable[[Dialect, Landing, float], None] = field(default=lambda *_: None)
    conflict: str = r"(?!)"  # said to one of two who did the same at once: again it works
    one_transaction: bool = True  # over all tables
    makes_within: bool = True  # tables are made in a transaction as well
    moments_as_text: bool = False  # the driver would drop the time zone
    between: str = " "  # date and time
    layout: str = LAYOUT
    view: str = "CREATE OR REPLACE VIEW"
    view_ends: str = ""
    drops_views: bool = False  # before it makes them anew
    secrets: Sequence[str] = field(default=(), repr=False)

    @property
    def types(self) -> Mapping[Any, str]:
        return self.capabilities.types

    def reach(self) -> None:
        """Knock at its door. Raises WarehouseFailed, WarehouseRefused."""
        self.refuse_strangers()
        address = self.addresses[0] if self.addresses else self.aim.machine
        try:
            socket.create_connection((address, self.aim.port), timeout=15).close()
        except (OSError, UnicodeError) as error:  # the latter for what can be no name at all
            raise WarehouseFailed(
                f"{self.aim} could not be reached: {getattr(error, 'strerror', '') or error}.",
                do="Check host and port, that it runs and lets this machine in, and the firewall between.",
            ) from error

    def refuse_strangers(self) -> None:
        """Where only some addresses are allowed, the name has to stand for these still. Raises WarehouseRefused."""
        if not self.addresses:
            return
        try:
            found = {str(each[4][0]) for each in socket.getaddrinfo(self.aim.machine, self.aim.port)}
        except OSError:
            return  # then nothing can be connected to by that name
        if not found <= set(self.addresses):
            raise WarehouseRefused(
                f"{self.aim.machine} stands for another machine than a moment ago.",
                do="Check the name server, then try again.",
            )

    def as_ours(self, code: str, said: str, doing: str) -> CounterfoilError:
        """What went wrong, in words for people and without secrets."""
        for secret in filter(None, self.secrets):
            said = said.replace(secret, "…")
        line = " ".join((said.strip().splitlines() or ["it gave no reason"])[:2])[:300]
        whole = f"{code} {said}"
        for pattern, kind, do in self.meanings:
            if re.search(pattern, whole, re.IGNORECASE):
                return kind(f"{self.aim}: {line}", do=do or self.grant(doing))
        return WarehouseFailed(f"{self.aim} could not go on: {line}", do=AGAIN)

    def is_conflict(self, error: CounterfoilError) -> bool:
        """Tell whether somebody else did the same at once, so that it works the next time."""
        return isinstance(error, WarehouseBusy) and bool(re.search(self.conflict, error.what, re.IGNORECASE))
