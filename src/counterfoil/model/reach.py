"""Which addresses someone may aim Counterfoil at: its own machine and network see more than the people who use it."""

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from enum import StrEnum

from counterfoil.errors import Forbidden
from counterfoil.model.actor import Actor, Role

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Reach(StrEnum):
    """How far an editor's destinations may reach."""

    PUBLIC = "public"  # the internet alone
    PRIVATE = (
        "private"  # private networks too, where warehouses often are; not this machine, no metadata service
    )
    ANYWHERE = "anywhere"


METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"}
)

METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google, Oracle, DigitalOcean, OpenStack
        "169.254.170.2",  # AWS ECS: a task's keys
        "169.254.170.23",  # AWS EKS: a pod's keys
        "fd00:ec2::254",  # AWS, IPv6
        "fd00:ec2::23",
        "fd20:ce::254",  # Google, IPv6
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure's host
        "192.0.0.192",  # Oracle
    )
)
"""Where clouds hand out a machine's own keys. Whoever reads one of these is that machine."""

PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


def reach_of(actor: Actor, editors: Reach) -> Reach:
    """How far this one may reach: administrators anywhere, everybody else as the setting says."""
    return Reach.ANYWHERE if actor.role is Role.ADMIN else editors


def refuse_address(host: str, resolved: Iterable[str], reach: Reach) -> None:
    """Raise Forbidden when a host, or any address that it was resolved to, lies beyond the reach.

    Every answer of the name server counts, not the first alone, and the connection has to go to one of these very
    addresses: a name may be answered otherwise the next time. Of a redirect, each station is asked about. A host that
    is a number in any of its spellings (`2130706433`, `0x7f.1`) is its own address.
    """
    if reach is Reach.ANYWHERE:
        return
    name = host.strip().strip("[]").rstrip(".").lower()
    if name.startswith(("/", "@")):  # a socket of this very machine
        raise _refusal(host)
    if name in METADATA_NAMES or name == "localhost" or name.endswith(".localhost"):
        raise _refusal(host)
    known = [address for text in (name, *resolved) for address in _addresses(text)]
    if any(not _within(address, reach) for address in known):
        raise _refusal(host)


def _addresses(text: str) -> Iterator[Address]:
    """The address that a text is, and those that it carries inside; none when it is a name."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        try:
            address = ipaddress.IPv4Address(socket.inet_aton(text))  # as the C library reads numbers
        except (OSError, UnicodeError, ValueError):
            return
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        yield from _inside(address)


def _inside(address: ipaddress.IPv6Address) -> Iterator[Address]:
    """The IPv4 addresses that gateways would pass a packet for this one on to."""
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if any(address in network for network in NAT64) or int(address) >> 32 == 0:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _within(address: Address, reach: Reach) -> bool:
    if address in METADATA:
        return False
    if any(address.version == network.version and address in network for network in PRIVATE):
        return reach is Reach.PRIVATE
    if isinstance(address, ipaddress.IPv6Address) and next(_inside(address), None) is not None:
        return not address.is_loopback and int(address) != 0  # what it carries is looked at by itself
    return address.is_global and not address.is_multicast


def _refusal(host: str) -> Forbidden:
    return Forbidden(
        f"{host[:100]!r} is an address that only an administrator may aim Counterfoil at.",
        do="Ask an administrator to set it up, or to widen COUNTERFOIL_EDITORS_REACH.",
    )
