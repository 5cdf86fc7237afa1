"""People who sign in here."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from counterfoil.model.actor import Actor, ActorKind, Role

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
LONGEST_EMAIL = 254
"""RFC 5321 has no room for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Someone who signs in here. The password, a salted hash, is kept apart."""

    id: str
    email: str  # lower case
    name: str
    role: Role
    created_at: datetime  # aware, UTC
    disabled: bool = False
    has_password: bool = False
    elsewhere: bool = False  # signed in through the OpenID provider at least once
    signed_in_at: datetime | None = None
    version: int = 1

    @property
    def able(self) -> bool:
        """Tell whether this user can sign in: invited people cannot before they chose a password."""
        return not self.disabled and (self.has_password or self.elsewhere)

    @property
    def actor(self) -> Actor:
        """This user as who does a thing."""
        return Actor(kind=ActorKind.USER, id=self.id, name=self.email, role=self.role)


def normal_email(text: str) -> str:
    """An address as it is kept and compared: no spaces around it, lower case."""
    return unicodedata.normalize("NFC", text).strip().lower()


def email_fault(email: str) -> str:
    """Say what is wrong with an e-mail address, as the end of a sentence; "" when nothing is."""
    if len(email) > LONGEST_EMAIL or not email.isprintable():
        return "is no e-mail address"
    return "" if re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+", email) else "is no e-mail address"


def normal_password(password: str) -> str:
    """A password as it is hashed: the same letters, however a keyboard composes them (NIST SP 800-63B)."""
    return unicodedata.normalize("NFC", password)


def password_fault(password: str, email: str) -> str:
    """Say what is wrong with a new password, as the end of a sentence; "" when nothing is.

    Length, and not what everybody guesses first; no rules on kinds of letters, which make passwords worse
    (NIST SP 800-63B, section 3.1.1.2).
    """
    if len(password) < SHORTEST_PASSWORD:
        return f"has to have {SHORTEST_PASSWORD} letters or more"
    if len(password) > LONGEST_PASSWORD:
        return f"may have {LONGEST_PASSWORD} letters at most"
    plain = password.casefold()
    if len(set(plain)) < 5:
        return "is one that is guessed at once: it has too few different letters"
    if plain in (email, email.partition("@")[0]) or plain.strip("0123456789!. ") in (
        "password",
        "counterfoil",
    ):
        return "is one that is guessed at once"
    return ""
