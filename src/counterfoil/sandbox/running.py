"""A sandbox inside a program: started in a thread on a free loopback port, driven by methods."""

import asyncio
import socket
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import msgspec
import uvicorn

from counterfoil.sandbox.clerk import Clerk
from counterfoil.sandbox.injection import Injection
from counterfoil.sandbox.limits import Rates
from counterfoil.sandbox.opening import Company, open_world
from counterfoil.sandbox.server import choose_companies, make_config
from counterfoil.sandbox.tokens import ACCOUNTING
from counterfoil.sandbox.world import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """What connecting a company gives an app; lives in seconds."""

    realm_id: str
    access_token: str
    refresh_token: str
    expires_in: int
    refresh_expires_in: int


class Sandbox:
    """`with Sandbox() as sandbox:` serves made-up companies, or those given, at `sandbox.url`."""

    def __init__(
        self,
        companies: Iterable[Company] | None = None,
        *,
        seed: int = 0,
        start: datetime | None = None,
        apps: Sequence[App] = (),
        rates: Rates | None = None,
        revoke_on_reuse: bool = False,
    ) -> None:
        chosen = (
            choose_companies(companies=1, invoices=0, seed=seed, recorded=None)
            if companies is None
            else companies
        )
        self.world = open_world(
            chosen, seed=seed, start=start, apps=apps, rates=rates, revoke_on_reuse=revoke_on_reuse
        )
        self.realms = list(self.world.books)
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._server = _PromptServer(make_config(self.world, host="127.0.0.1", port=0))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()  # the socket listens already: a first call waits rather than fails
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join(timeout=10)
        with suppress(OSError):
            self._socket.close()

    @property
    def url(self) -> str:
        """Stands for every host of Intuit."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def books(self, realm: str = "") -> Clerk:
        """The clerk of a company, of the first one unless named."""
        return Clerk(self.world.books[realm or self.realms[0]], self.world.clock.now)

    def authorize(
        self, realm: str = "", *, client_id: str = "", scopes: Iterable[str] = (ACCOUNTING,)
    ) -> Connected:
        """Connect a company without a browser."""
        redirect = "http://127.0.0.1/callback"
        code = self.authorize_code(realm, redirect_uri=redirect, client_id=client_id, scopes=scopes)
        now = self.now().timestamp()
        issued = self.world.tokens.exchange(client_id or next(iter(self.world.apps)), code, redirect, now)
        return Connected(
            realm_id=issued.grant.realm,
            access_token=issued.access,
            refresh_token=issued.grant.refresh,
            expires_in=3600,
            refresh_expires_in=issued.refresh_expires_in,
        )

    def authorize_code(
        self,
        realm: str = "",
        *,
        redirect_uri: str,
        client_id: str = "",
        scopes: Iterable[str] = (ACCOUNTING,),
    ) -> str:
        """The code that a person's consent would bring to the app's redirect."""
        client, company = client_id or next(iter(self.world.apps)), realm or self.realms[0]
        return self.world.tokens.code(
            client, company, frozenset(scopes), redirect_uri, self.now().timestamp()
        )

    def disconnect(self, realm: str = "") -> int:
        """End every grant of a company, as its owner can; tell how many there were."""
        return self.world.tokens.disconnect(realm or self.realms[0])

    def fault(self, **chosen: Any) -> None:
        """Let the next calls that fit meet a fault; see Injection for what can be chosen."""
        self.world.injections.add(msgspec.convert(chosen, Injection))

    def poison(self, entity: str, id_: str, *, realm: str = "") -> None:
        """Make a record fail every page and every change answer that holds it."""
        self.world.books[realm or self.realms[0]].poisoned.add((entity, str(id_)))

    def heal(self) -> None:
        """No more faults to come, no more poisoned records, every change told."""
        self.world.injections.clear()
        for books in self.world.books.values():
            books.poisoned.clear()
            books.hushed.clear()

    def now(self) -> datetime:
        return self.world.clock.now()

    def advance(self, step: timedelta) -> datetime:
        """Move the sandbox's clock forward."""
        return self.world.clock.advance(step)

    def counters(self) -> dict[str, Any]:
        """What was asked since the start or the last reset."""
        return self.world.counters.read()

    def reset_counters(self) -> None:
        self.world.counters.reset()


class _PromptServer(uvicorn.Server):
    """Ends when told to, not at its next look at the clock: tests start and stop many."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):  # 0: write the Date header anew
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), timeout=1)

    def stop(self) -> None:
        """End the server, from any thread; idle connections are not waited for."""
        self.should_exit = self.force_exit = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._ending.set)
