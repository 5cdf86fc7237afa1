"""Where tests keep tokens: in memory, or in a file that processes share."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from counterfoil.model.credential import Tokens
from counterfoil.quickbooks.access import Safe

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def memory_safe(tokens: Tokens) -> Safe:
    kept = [tokens]
    return Safe(load=lambda: kept[-1], save=kept.append, lock=nullcontext)


def file_safe(folder: Path, how: str = "") -> Safe:
    """Tokens in one file, replaced whole; the lock is the operating system's. `how` ends the process."""
    kept = folder / "tokens.json"

    def load() -> Tokens:
        told = json.loads(kept.read_text())
        ends = {
            name: datetime.fromisoformat(told[name]) for name in ("access_expires_at", "refresh_expires_at")
        }
        return Tokens(access_token=told["access_token"], refresh_token=told["refresh_token"], **ends)

    def save(tokens: Tokens) -> None:
        if how == "stop-before-saving":
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
        told = {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "access_expires_at": tokens.access_expires_at.isoformat(),
            "refresh_expires_at": tokens.refresh_expires_at.isoformat(),
        }
        fresh = folder / f"tokens.{os.getpid()}"
        fresh.write_text(json.dumps(told))
        fresh.replace(kept)
        if how == "die-after-saving":
            os._exit(9)

    @contextmanager
    def lock() -> Iterator[None]:
        with (folder / "lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    return Safe(load=load, save=save, lock=lock)
