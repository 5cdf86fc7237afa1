"""The way to a bearer token that works: one refresh at a time, saved before it is used."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.model.credential import Tokens
from counterfoil.quickbooks.oauth import OAuthApp

EARLY = timedelta(minutes=3)
"""An access token is replaced so long before its end: QuickBooks may take two minutes over one answer."""


@dataclass(frozen=True, slots=True)
class Safe:
    """Where the tokens of one company are kept.

    `load` gives those saved last, by whatever process, or raises. `save` returns when they would survive a
    power cut. `lock` gives a context manager that keeps every other process from the same tokens.
    """

    load: Callable[[], Tokens]
    save: Callable[[Tokens], None]
    lock: Callable[[], AbstractContextManager[object]]


class Access:
    """The right to read one company, shared by all threads that read it.

    Two refreshes at once can end the grant, and so can a new refresh token that was not kept (reference,
    section 1.5). `now` gives aware UTC time.
    """

    def __init__(self, app: OAuthApp, safe: Safe, *, now: Callable[[], datetime]) -> None:
        self._app = app
        self._safe = safe
        self._now = now
        self._threads = threading.Lock()
        self._tokens: Tokens | None = None

    def bearer(self) -> str:
        """An access token that is good for two more minutes at least. Raises as `OAuthApp.refresh` does."""
        tokens = self._tokens
        if tokens is None or not self._fresh(tokens):
            tokens = self._renew(rejected="")
        return tokens.access_token

    def reject(self, bearer: str) -> None:
        """Note that QuickBooks did not accept this access token; the next `bearer` gives another."""
        self._renew(rejected=bearer)

    def _renew(self, *, rejected: str) -> Tokens:
        """Take what another thread or process has fetched meanwhile, else fetch it ourselves."""
        with self._threads, self._safe.lock():
            tokens = self._safe.load()
            if tokens.access_token == rejected or not self._fresh(tokens):
                tokens = self._app.refresh(tokens, now=self._now())
                self._safe.save(tokens)
            self._tokens = tokens
            return tokens

    def _fresh(self, tokens: Tokens) -> bool:
        return tokens.usable_for(EARLY, self._now())
