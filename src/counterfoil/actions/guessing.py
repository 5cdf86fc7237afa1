"""Limits on guessing passwords, by account and by network address, that lock nobody out for good.

An account may be tried so often from anywhere, and apart from that so often from each address that it signed in
from before: whoever guesses from elsewhere uses up what strangers have, not what its user has. Every refusal ends by
itself, tries that are refused count for nothing, and a link for a new password, from an administrator or the
command line, always works.
"""

import ipaddress
from datetime import datetime

from counterfoil.errors import TooManyGuesses
from counterfoil.model.guess import AT_ACCOUNT, AT_HOME, AT_HOME_FOR, FROM_ADDRESS, Allowance
from counterfoil.store import guesses
from counterfoil.store.db import Database

Counted = tuple[tuple[str, Allowance], ...]
"""Subjects with what each is allowed."""


def count_guess(db: Database, *, email: str, address: str, now: datetime) -> None:
    """Count a guess before it is looked at, so that many side by side are no way round. Raises TooManyGuesses."""
    counted = _subjects(db, email, address, now)
    for subject, allowance in counted:
        found = guesses.of(db, subject, now)
        if found is not None and found.count >= allowance.guesses:
            raise _refusal(found.until, now)
    for subject, allowance in counted:
        found = guesses.count(db, subject, allowance, now)
        if found.count > allowance.guesses:
            raise _refusal(found.until, now)


def right(db: Database, *, email: str, address: str, now: datetime) -> None:
    """It was no guess: take it back, and remember that this account signs in from here."""
    for subject, _ in _subjects(db, email, address, now):
        guesses.give_back(db, subject)
    guesses.clear(db, _at_home(email, address))
    guesses.keep(db, _home(email, address), now=now, until=now + AT_HOME_FOR)


def _subjects(db: Database, email: str, address: str, now: datetime) -> Counted:
    if guesses.of(db, _home(email, address), now) is not None:
        return ((_at_home(email, address), AT_HOME),)
    return (
        (guesses.subject("address", network(address)), FROM_ADDRESS),
        (guesses.subject("account", email), AT_ACCOUNT),
    )


def _home(email: str, address: str) -> str:
    return guesses.subject("home", email, network(address))


def _at_home(email: str, address: str) -> str:
    return guesses.subject("at home", email, network(address))


def network(address: str) -> str:
    """What counts as one address: of IPv6 a /64, which one household has to itself."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def _refusal(until: datetime, now: datetime) -> TooManyGuesses:
    seconds = max(1.0, (until - now).total_seconds())
    return TooManyGuesses(
        "There were too many wrong passwords.",
        do=f"Wait {seconds / 60:.0f} minutes, or ask an administrator for a link to choose a new password."
        if seconds >= 90
        else "Wait a minute, then try again.",
        retry_after=seconds,
    )
