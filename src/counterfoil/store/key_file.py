"""The secret key's file: one key a line, the newest first; made on first use, and rotated.

Every step is one atomic replacement, on the disk before a key in it is used: killed at any instant, the file holds
every key that anything is sealed with.
"""

import base64
import binascii
import fcntl
import logging
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from counterfoil.errors import SettingInvalid

KEY_BYTES = 32

log = logging.getLogger(__name__)


def new_key() -> str:
    """Make a key, as text for COUNTERFOIL_SECRET_KEY."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def keys_in(text: str) -> list[bytes]:
    """The keys in a text, on lines of their own or separated by commas. Raises SettingInvalid, showing nothing."""
    listed = [key for key in text.replace("\n", ",").split(",") if key.strip()]
    return [_decode(key) for key in listed or [""]]


def read_keys(path: Path) -> list[bytes]:
    """The keys in a file, which is made when there is none. Raises SettingInvalid when others may read it."""
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise SettingInvalid(f"Others on this machine may read {path}.", do=f"Run: chmod 600 {path}")
    return keys_in(path.read_text(encoding="ascii", errors="replace"))


def put_new_key_in_front(path: Path) -> None:
    """Add a key: all that is sealed from now on is sealed with it, and the former ones still open."""
    with _alone(path):
        _write(path, [new_key(), *_texts(path)])


def keep_newest(path: Path) -> int:
    """Drop all keys but the first, which the caller has seen to be enough; answer how many were dropped."""
    with _alone(path):
        newest, *older = _texts(path)
        if older:
            _write(path, [newest])
        return len(older)


def _texts(path: Path) -> list[str]:
    return [base64.urlsafe_b64encode(key).decode() for key in read_keys(path)]


def _write(path: Path, keys: Sequence[str]) -> None:
    draft = _draft(path.parent, keys)
    os.replace(draft, path)
    _settle(path.parent)


def _make(path: Path) -> None:
    """Put a whole new key in place in one step; when another process is first, its key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(path.parent, [new_key()])
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        os.unlink(draft)
    _settle(path.parent)
    log.warning(
        "Made a new secret key in %s. Keep a copy: without it the stored tokens cannot be read.", path
    )


def _draft(folder: Path, keys: Sequence[str]) -> str:
    handle, draft = tempfile.mkstemp(dir=folder)  # mkstemp gives mode 0600
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return draft


def _settle(folder: Path) -> None:
    """A new name is as durable as its folder: without this a power cut may bring the former file back."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two who rotate at the same moment take turns, so that no key is lost between them."""
    read_keys(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


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
