"""The one log set-up. Every line is masked before it is written (Promise 7)."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

MASK = "***"

SHORTEST = 6
"""A registered secret shorter than this is not looked for: masking every "1" would make logs unreadable."""

_known: set[str] = set()

_sync: ContextVar[str] = ContextVar("sync", default="")

FORMATS = ("text", "json")
"""How a line of the log is written: for people, or one JSON object for machines that gather logs."""

_NAMES = (
    r"(?:access_?token|refresh_?token|id_token|client_?secret|secret_?key|api_?key|password|passwd|pwd|token|"
    r"private_?key|secret)"
)
_PATTERNS = (
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{4,}", re.I), rf"\1 {MASK}"),
    # "refresh_token": "x", refresh_token=x, password: 'x'
    (re.compile(rf"({_NAMES}[\"']?\s*[:=]\s*)([\"'])(?:\\.|(?!\2).)*\2", re.I), rf"\1\2{MASK}\2"),
    (re.compile(rf"({_NAMES}\\*[\"']?\s*[:=]\s*\\*[\"']?)(?!\*)[^\s&,;}}\"'\\]+", re.I), rf"\1{MASK}"),
    # The code of an OAuth call-back buys tokens.
    (re.compile(r"([?&]code=)[^\s&\"']+", re.I), rf"\1{MASK}"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@\"']*:)[^\s/\"']+@", re.I), rf"\1{MASK}@"),
    # Intuit's own: access tokens are JWE (five parts), refresh tokens begin with AB or RT1-.
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)+"), MASK),
    (re.compile(r"\b(?:AB\d{10,}[A-Za-z0-9]{8,}|RT1-\d+-[A-Za-z0-9-]{8,})"), MASK),
    # Ours: keys, sessions, links that work once.
    (re.compile(r"\bcf[ksl]_[A-Za-z0-9_-]{20,}"), MASK),
)

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def set_up(level: str, *, stream: TextIO | None = None, form: str = "text") -> None:
    """Send the log of this process to `stream` (standard error), from `level` on, masked; `form` is of FORMATS."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        MaskedJson() if form == "json" else Masked("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for chatty in ("httpx2", "httpcore2", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@contextmanager
def of_sync(sync_id: str) -> Iterator[None]:
    """Say that what is logged in the block is about this sync: lines carry its id, `current_sync` answers it.

    It holds for this thread and what it awaits. Threads that work for the sync are started with
    `contextvars.copy_context().run`, or enter the block themselves.
    """
    token = _sync.set(sync_id)
    try:
        yield
    finally:
        _sync.reset(token)


def current_sync() -> str:
    """The id of the sync that this thread works for; "" when for none."""
    return _sync.get()


def keep_secret(value: str) -> None:
    """Mask this value wherever it may turn up from now on, in this process."""
    if len(value) >= SHORTEST:
        _known.add(value)


def mask(text: str) -> str:
    """Replace everything that looks like a secret, or is known to be one."""
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, MASK)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class Masked(logging.Formatter):
    """Masks the whole of a record, its traceback included, and lets nobody forge a line of the log."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        sync = current_sync()
        message = f"[{sync}] {record.message}" if sync else record.message
        record.message = _CONTROL.sub(lambda found: repr(found.group())[1:-1], message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class MaskedJson(logging.Formatter):
    """Writes a record as one JSON object: at, level, logger, message; sync and error where there are any.

    Masked before it is written as JSON: a secret with a quote in it would look otherwise afterwards.
    """

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "sync": current_sync(),
            "error": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: mask(text) for name, text in said.items() if text})
