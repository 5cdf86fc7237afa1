"""Look a host up and see that its addresses may be aimed at, before anything connects to it."""

import socket
from collections.abc import Callable, Sequence
from typing import Any

from counterfoil.errors import WarehouseFailed
from counterfoil.model.reach import Reach, refuse_address

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
