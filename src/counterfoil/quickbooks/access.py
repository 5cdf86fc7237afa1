"""The way to a bearer token that works: one refresh at a time, saved before it is used."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.errors import CounterfoilError, ReconnectNeeded, StoreFailed
from counterfoil.model.credential import Tokens
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.stop import NEVER, Stop

EARLY = timedelta(minutes=3)
"""An access token is replaced so long before its end: QuickBooks may take two minutes over one answer."""

GRACE = 3.0
"""Seconds that a refresh under way is still waited for when a stop is asked: its answer may be the only key."""

_log = logging.getLogger(__name__)


def _as_told(told: ReconnectNeeded) -> ReconnectNeeded:
    return told


@dataclass(frozen=True, slots=True)
class Safe:
    """Where the tokens of one company are kept.

    `load` gives those saved last, by whatever process, or raises. `save` returns when they would survive a
    power cut. `lock` gives a context manager that keeps every other process from the same tokens. `ended`
    notes that Intuit ended the permission, and turns its words into those for the company's people.
    """

    load: Callable[[], Tokens]
    save: Callable[[Tokens], None]
    lock: Callable[[], AbstractContextManager[object]]
    ended: Callable[[ReconnectNeeded], ReconnectNeeded] = _as_told


@dataclass(frozen=True, slots=True)
class _Unsaved:
    """Tokens that could not be saved, and those saved in whose place they came."""

    before: Tokens
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class _Refused:
    """Tokens that Intuit does not know any more, and its words."""

    tokens: Tokens
    told: ReconnectNeeded


class Access:
    """The right to read one company, shared by all threads that read it.

    Two refreshes at once can end the grant, and so can a new refresh token that was not kept (reference,
    section 1.5). `now` gives aware UTC time. When `stop` is asked, no refresh is begun any more, and one under way
    is carried to its end in its own thread, whether or not that is waited for.
    """

    def __init__(self, app: OAuthApp, safe: Safe, *, now: Callable[[], datetime], stop: Stop = NEVER) -> None:
        self._app = app
        self._stop = stop
        self._safe = safe
        self._now = now
        self._threads = threading.Lock()
        self._tokens: Tokens | None = None
        self._unsaved: _Unsaved | None = None
        self._refused: _Refused | None = None

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
        self._stop.check()
        # In a thread of its own a refresh is carried to its end, even if nobody waits for it any more: what came
        # between Intuit's answer and the save would cost the permission.
        own = ThreadPoolExecutor(1, thread_name_prefix="refresh")
        renewing = own.submit(self._renewed, rejected)
        own.shutdown(wait=False)
        return self._stop.result(renewing, grace=GRACE)

    def _renewed(self, rejected: str) -> Tokens:
        with self._threads, self._safe.lock():
            self._tokens = self._obtain(rejected)
            return self._tokens

    def _obtain(self, rejected: str) -> Tokens:
        """Take what another thread or process has fetched meanwhile, else fetch it ourselves."""
        tokens = self._stored()
        while tokens.access_token == rejected or not self._fresh(tokens):
            if self._refused and self._refused.tokens == tokens:
                raise self._refused.told  # ten threads ask once
            try:
                fresh = self._app.refresh(tokens, now=self._now(), stop=self._stop)
            except ReconnectNeeded as told:
                tokens = self._newer_than(tokens, told)
            else:
                return self._keep(fresh, before=tokens)
        return tokens

    def _stored(self) -> Tokens:
        """What was saved last; what we could not save is tried again before it is fetched anew."""
        tokens = self._safe.load()
        if self._unsaved and self._unsaved.before == tokens:
            return self._keep(self._unsaved.tokens, before=tokens)
        return tokens

    def _newer_than(self, tried: Tokens, told: ReconnectNeeded) -> Tokens:
        """Look once more before giving up: a company that was reconnected meanwhile has other tokens."""
        tokens = self._safe.load()
        if tokens == tried:
            self._refused = _Refused(tokens, self._safe.ended(told))
            raise self._refused.told from told
        return tokens

    def _keep(self, tokens: Tokens, *, before: Tokens) -> Tokens:
        """Save, and save again: should Intuit have changed the refresh token, the old one is worth nothing."""
        self._unsaved = _Unsaved(before, tokens)
        for failures in range(1, self._app.patience.tries):
            try:
                self._safe.save(tokens)
            except Exception as error:
                if isinstance(error, CounterfoilError) and not isinstance(error, StoreFailed):
                    raise
                _log.warning("New tokens could not be saved (%s); trying again.", type(error).__name__)
                self._app.patience.wait(failures)
            else:
                break
        else:
            self._safe.save(tokens)
        self._unsaved = None
        return tokens

    def _fresh(self, tokens: Tokens) -> bool:
        return tokens.usable_for(EARLY, self._now())
