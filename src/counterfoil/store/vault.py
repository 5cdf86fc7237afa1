"""The vault: secrets are sealed before they are stored, each bound to the place where it stands.

A sealed secret is: format (1 byte), the key's name (8 bytes), nonce (12 bytes), AES-256-GCM ciphertext.
Table, row and column are authenticated with it: a secret copied into another row does not open.
"""

import base64
import binascii
import hashlib
import logging
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from counterfoil.errors import SecretKeyMissing, SettingInvalid

FORMAT = b"\x01"
KEY_BYTES = 32
NAME_BYTES = 8
NONCE_BYTES = 12

log = logging.getLogger(__name__)


class Vault:
    """Seals with the first key, opens with any: put a new key in front to rotate."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_name(key): AESGCM(key) for key in keys}
        self._newest = _name(keys[0])

    def seal(self, secret: bytes, *, table: str, row: str, column: str) -> bytes:
        """Encrypt a secret for one place."""
        nonce = secrets.token_bytes(NONCE_BYTES)  # never from outside: a nonce used twice gives the key away
        sealed = self._keys[self._newest].encrypt(nonce, secret, _place(table, row, column))
        return FORMAT + self._newest + nonce + sealed

    def open(self, sealed: bytes, *, table: str, row: str, column: str) -> bytes:
        """Decrypt what was sealed for this place.

        Raises SecretKeyMissing when its key is not at hand, or when it was sealed for another place.
        """
        key = self._keys.get(sealed[1 : 1 + NAME_BYTES])
        if sealed[:1] != FORMAT or key is None:
            raise SecretKeyMissing(
                f"A secret in {table} was sealed with a key that is not at hand.",
                do="Put the former key back beside the new one, or connect the company again.",
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
        return sealed[: 1 + NAME_BYTES] == FORMAT + self._newest


def open_vault(keys: str, *, key_file: Path) -> Vault:
    """Make a vault from keys as text, newest first, separated by commas; else from `key_file`, made at need.

    A key is 32 bytes in base64. Raises SettingInvalid when one is not, or when others may read the file.
    """
    listed = (keys or _read(key_file)).replace("\n", ",").split(",")
    return Vault([_decode(key) for key in listed if key.strip()] or [_decode("")])


def new_key() -> str:
    """Make a key, as text for COUNTERFOIL_SECRET_KEY."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _read(key_file: Path) -> str:
    if not key_file.exists():
        _write_new(key_file)
    if key_file.stat().st_mode & 0o077:
        raise SettingInvalid(f"Others on this machine may read {key_file}.", do=f"Run: chmod 600 {key_file}")
    return key_file.read_text(encoding="ascii", errors="replace")


def _write_new(key_file: Path) -> None:
    """Put a whole new key in place in one step; when another process is first, its key stays."""
    key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=key_file.parent)  # mkstemp gives mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(new_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, key_file)
    except FileExistsError:
        return
    finally:
        os.unlink(draft)
    log.warning(
        "Made a new secret key in %s. Keep a copy: without it the stored tokens cannot be read.", key_file
    )


def _decode(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingInvalid(
            "The secret key is not 32 bytes in base64.",
            do="Make one with: openssl rand -base64 32",
        )
    return key


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"counterfoil key name" + key).digest()[:NAME_BYTES]


def _place(table: str, row: str, column: str) -> bytes:
    return "\x00".join((table, row, column)).encode()
