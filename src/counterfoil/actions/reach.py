"""Look a host up and see that its addresses may be aimed at, before anything connects to it."""

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from counterfoil.actions.references import resolve
from counterfoil.actions.surroundings import Surroundings
from counterfoil.destinations.base import Kind
from counterfoil.errors import SettingInvalid, WarehouseFailed
from counterfoil.model.reach import Reach, reach_of, refuse_address

Lookup = Callable[[str, int], Sequence[tuple[Any, ...]]]


def allowed_addresses(
    host: str, port: int, reach: Reach, *, lookup: Lookup = socket.getaddrinfo
) -> tuple[str, ...]:
    """The addresses to connect to, all of them within the reach: connect to one of these, not to the name again.

    Raises Forbidden when one lies beyond it, WarehouseFailed when the name is not known.
    """
    refuse_address(host, (), reach)
    try:
        found = lookup(host.strip("[]"), port)
    except (OSError, UnicodeError) as error:
        raise WarehouseFailed(
            f"The host {host[:100]!r} is not known: {error}.",
            do="Check its name, and this machine's name server.",
        ) from error
    addresses = tuple(dict.fromkeys(str(answer[4][0]) for answer in found))
    refuse_address(host, addresses, reach)
    return addresses


def refuse_aim(
    around: Surroundings, kind: Kind, options: Mapping[str, str], *, lookup: Lookup = socket.getaddrinfo
) -> None:
    """Raise Forbidden when a destination's options name a machine beyond the reach of who asks.

    A name that is not known now, or a reference that is not set, is let through: it is looked at again when the
    destination is tried.
    """
    reach = reach_of(around.actor, around.editors_reach)
    for option in kind.options:
        host = options.get(option.name, "") if option.host else ""
        if host:
            with suppress(WarehouseFailed, SettingInvalid):
                allowed_addresses(resolve(host, around.environment), 0, reach, lookup=lookup)
