"""What becomes of a webhook: checked, noted, and a sync of the company asked for soon.

It has no actor: Intuit's signature stands for the right. Intuit waits three seconds for an answer and holds back all
later events until there is one, so nothing here waits for a store that is busy.
"""

import logging
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from counterfoil.actions.budget import standing
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import CounterfoilError, Forbidden, NotSignedIn, StoreFailed
from counterfoil.logs import keep_secret
from counterfoil.model.budget import slow_down
from counterfoil.model.credential import Environment
from counterfoil.quickbooks.webhooks import Event, is_signed, read_events
from counterfoil.store import apps, clock, pokes

WAIT = timedelta(seconds=2)
"""From an event to its sync: a person who saves in QuickBooks changes several records at once."""
MOST_PENDING = 50_000
"""Events that wait for a busy store; at the next one Intuit is asked to come again later."""
RETRY = 1.0
TOKENS_KEPT = timedelta(seconds=10)
SELDOM = timedelta(minutes=1)
ENDING = 5.0

_log = logging.getLogger(__name__)


def keep(around: Surroundings, events: Iterable[Event]) -> frozenset[str]:
    """Note events and poke the sources of their companies; answer with companies that no source reads.

    What was told before is dropped. When the month's calls run out, pokes come as much more rarely as schedules do.
    """
    gap = around.sight.webhook_gap * slow_down(standing(around.db, around.now(), around.monthly_calls))
    with around.db.transaction() as one, one.writing() as transaction:
        now = clock.told(transaction)  # the engine goes by it, too
        realms = pokes.hear(one, {event.id: event.realm_id for event in events}, now)
        known = pokes.ask(one, realms, now, wait=WAIT, gap=gap) if realms else {}
    return realms - known.keys()


class Inbox:
    """Takes webhooks in; a thread of its own notes them. `with Inbox(around) as inbox:`."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._changed = threading.Condition()
        self._pending: list[tuple[tuple[Event, ...], Future[None]]] = []
        self._ending = False
        self._tokens: tuple[str, ...] = ()
        self._tokens_read_at: datetime | None = None
        self._said: dict[str, datetime] = {}
        self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Note what is still pending, within seconds; a store that does not answer by then is left alone."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join(ENDING)

    def take(self, body: bytes, signature: str) -> Future[None]:
        """Take one request in; the future is done once its events are noted.

        Raises Forbidden where no verifier token is known, NotSignedIn for a wrong signature, RequestInvalid for
        what cannot be read, StoreFailed when too much waits already.
        """
        try:
            self._check(body, signature)
            events = read_events(body)
        except CounterfoilError as error:
            self._say(error.code, f"A webhook was refused: {error}")
            raise
        noted: Future[None] = Future()
        with self._changed:
            if sum(len(waiting) for waiting, _ in self._pending) + len(events) > MOST_PENDING:
                raise StoreFailed(
                    "Too many webhooks wait for Counterfoil's own database.", do="Send it later."
                )
            self._pending.append((events, noted))
            self._changed.notify()
        return noted

    def _check(self, body: bytes, signature: str) -> None:
        given = self._around.sight.webhook_tokens
        if given and is_signed(body, signature, given):
            return  # without a look at the store
        stored = self._stored_tokens()
        if not given and not stored:
            raise Forbidden(
                "Webhooks are not set up here.",
                do="Give the verifier token of your app at Intuit: COUNTERFOIL_QUICKBOOKS_WEBHOOK_TOKEN.",
            )
        if not is_signed(body, signature, stored):
            raise NotSignedIn(
                "The webhook's signature is not Intuit's.",
                do="If Intuit sent it, give the verifier token that your app's page shows now.",
            )

    def _stored_tokens(self) -> tuple[str, ...]:
        """Those kept with the app's keys; read seldom, since anybody may send what has no signature."""
        now, read_at = self._around.now(), self._tokens_read_at
        if read_at is None or now - read_at > TOKENS_KEPT:
            found = [apps.of(self._around.db, environment) for environment in Environment]
            self._tokens = tuple(app.verifier_token for app in found if app and app.verifier_token)
            for token in self._tokens:
                keep_secret(token)
            self._tokens_read_at = now
        return self._tokens

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._ending)
                taken, self._pending = self._pending, []
                if not taken:
                    return
            if not self._note(taken):
                with self._changed:
                    self._pending = taken + self._pending
                    if self._ending:
                        return
                    self._changed.wait_for(lambda: self._ending, RETRY)

    def _note(self, taken: list[tuple[tuple[Event, ...], Future[None]]]) -> bool:
        """Note everything that waits in one transaction; tell whether it was possible."""
        try:
            unknown = keep(self._around, [event for events, _ in taken for event in events])
        except StoreFailed as error:
            self._say(error.code, f"Webhooks wait: {error}")
            return False
        except Exception:
            # The thread has to live on; the changes come by the schedule all the same.
            _log.exception("Webhooks could not be noted")
            unknown = frozenset()
        for realm in sorted(unknown)[:1]:
            self._say("unknown", f"A webhook told of company {realm}, which no source here reads")
        for _, noted in taken:
            noted.set_result(None)
        return True

    def _say(self, about: str, text: str) -> None:
        """Log it, once a minute: anybody can send anything, as often as they like."""
        now, last = self._around.now(), self._said.get(about)
        if last is None or now - last >= SELDOM:
            self._said[about] = now
            _log.warning("%s", text)
