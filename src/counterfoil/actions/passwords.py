"""Passwords: hashed with Argon2id, compared in the same time whether somebody has one or not."""

import threading
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from counterfoil.errors import SettingInvalid
from counterfoil.model.user import normal_password, password_fault

KIBIBYTES = 46 * 1024
ROUNDS = 1
"""The first of the settings that OWASP's Password Storage Cheat Sheet gives for Argon2id."""

_AT_ONCE = threading.BoundedSemaphore(2)
"""So that a flood of guesses takes two cores and 92 MiB at most, not the machine."""


def hashed(password: str, email: str) -> str:
    """The salted hash of a new password. Raises SettingInvalid for one that is guessed too easily."""
    plain = normal_password(password)
    fault = password_fault(plain, email)
    if fault:
        raise SettingInvalid(f"The password {fault}.", do="Take a few words that do not belong together.")
    with _AT_ONCE:
        return _hasher().hash(plain)


def fits(password: str, kept: str | None) -> tuple[bool, str | None]:
    """Tell whether it is the password, and give a new hash where the kept one is of older settings.

    Without a kept hash the same work is done and the answer is no: the time tells nobody who has an account.
    """
    plain = normal_password(password)[:1000]
    with _AT_ONCE:
        try:
            right, newer = _hasher().verify_and_update(plain, kept or _nobodys())
        except PwdlibError:
            return False, None
    return (right, newer) if kept is not None else (False, None)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(time_cost=ROUNDS, memory_cost=KIBIBYTES, parallelism=1),))


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")
