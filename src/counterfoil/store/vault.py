"""The vault: secrets are sealed before they are stored, each bound to the place where it stands.

A sealed secret is: format (1 byte), the key's name (8 bytes), nonce (12 bytes), AES-256-GCM ciphertext.
Table, row and column are authenticated with it: a secret copied into another row does not open.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from counterfoil.errors import SecretKeyMissing, SettingInvalid
from counterfoil.store.key_file import keys_in, new_key, read_keys

__all__ = ["Vault", "new_key", "open_vault"]

FORMAT = b"\x01"
NAME_BYTES = 8
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class _Ring:
    """Keys at one moment. Made whole and put in place at once: threads seal and open meanwhile."""

    keys: dict[bytes, AESGCM]
    newest: bytes


class Vault:
    """Seals with the first key, opens with any: put a new key in front to rotate.

    `again` tells the keys as they are now: a process that runs on while they are rotated seals with the newest, and
    opens what others sealed with it.
    """

    def __init__(self, keys: Sequence[bytes], *, again: Callable[[], Sequence[bytes]] | None = None) -> None:
        self._ring = _ring(keys)
        self._again = again

    def seal(self, secret: bytes, *, table: str, row: str, column: str) -> bytes:
        """Encrypt a secret for one place."""
        self._look_again()
        ring = self._ring
        nonce = secrets.token_bytes(NONCE_BYTES)  # never from outside: a nonce used twice gives the key away
        sealed = ring.keys[ring.newest].encrypt(nonce, secret, _place(table, row, column))
        return FORMAT + ring.newest + nonce + sealed

    def open(self, sealed: bytes, *, table: str, row: str, column: str) -> bytes:
        """Decrypt what was sealed for this place.

        Raises SecretKeyMissing when its key is not at hand, or when it was sealed for another place.
        """
        name = sealed[1 : 1 + NAME_BYTES]
        if name not in self._ring.keys:
            self._look_again()
        key = self._ring.keys.get(name)
        if sealed[:1] != FORMAT or key is None:
            raise SecretKeyMissing(
                f"A secret in {table} was sealed with a key that is not at hand.",
                do="Put the former key back beside the new one. If it is lost, counterfoil rotate-key names all "
                "that has to be given again, such as companies to connect anew; tables and cursors stay.",
            )
        nonce, body = sealed[1 + NAME_BYTES :][:NONCE_BYTES], sealed[1 + NAME_BYTES + NONCE_BYTES :]
        try:
            return key.decrypt(nonce, body, _place(table, row, column))
        except InvalidTag:
            raise SecretKeyMissing(
                f"A secret in {table} was changed, or moved there from another row.",
                do="Restore the database from a backup, or connect the company again.",
            ) from None

    def is_newest(self, sealed: bytes) -> bool:
        """Tell whether a secret is sealed with the newest key."""
        self._look_again()
        return sealed[: 1 + NAME_BYTES] == FORMAT + self._ring.newest

    def __len__(self) -> int:
        """How many keys are at hand."""
        self._look_again()
        return len(self._ring.keys)

    def _look_again(self) -> None:
        if self._again is not None:
            with suppress(OSError, SettingInvalid):  # what was at hand before still is
                self._ring = _ring(self._again())


def open_vault(keys: str, *, key_file: Path) -> Vault:
    """Make a vault from keys as text, newest first, separated by commas; else from `key_file`, made at need.

    A key is 32 bytes in base64. Raises SettingInvalid when one is not, or when others may read the file.
    """
    if keys:
        return Vault(keys_in(keys))
    return Vault(read_keys(key_file), again=lambda: keys_in(key_file.read_text(encoding="ascii")))


def _ring(keys: Sequence[bytes]) -> _Ring:
    return _Ring(keys={_name(key): AESGCM(key) for key in keys}, newest=_name(keys[0]))


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"counterfoil key name" + key).digest()[:NAME_BYTES]


def _place(table: str, row: str, column: str) -> bytes:
    return "\x00".join((table, row, column)).encode()
