"""Refreshes under random kills: four processes, one company, and a judge who knows Intuit's rules."""

import multiprocessing
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from counterfoil.actions.credentials import Grant, connect
from counterfoil.actions.draft import Birth
from counterfoil.model.credential import CredentialState, Environment, Tokens
from counterfoil.sandbox.running import Connected, Sandbox
from counterfoil.store import credentials
from counterfoil.store.db import Database
from tests.torture.readers import NAME, Ground, digest, read_on

PROCESSES = 4
HOUR, DAY = timedelta(minutes=61), timedelta(hours=25)
"""After the first every access token has ended, after the second the refresh token changes its value too."""

LONGEST = 0.06
"""Seconds until a kill, at most; a refresh takes about half of it."""

ASKED = "POST oauth2/{id}/tokens/bearer"
CLEAN = multiprocessing.get_context("forkserver")  # no thread of the sandbox is copied into a process
CLEAN.set_forkserver_preload(["tests.torture.readers"])


def tokens_of(granted: Connected) -> Tokens:
    """What an app keeps of a consent. Readers believe in the access token until QuickBooks refuses it."""
    now = datetime.now(UTC)
    return Tokens(
        access_token=granted.access_token,
        refresh_token=granted.refresh_token,
        access_expires_at=now + timedelta(seconds=granted.expires_in),
        refresh_expires_at=now + timedelta(seconds=granted.refresh_expires_in),
    )


def consent(sandbox: Sandbox, db: Database) -> None:
    """Connect the company, or connect it again, by the verb that people use."""
    granted = sandbox.authorize()
    grant = Grant(
        name=NAME, realm_id=granted.realm_id, environment=Environment.SANDBOX, tokens=tokens_of(granted)
    )
    connect(db, grant, Birth(now=datetime.now(UTC), chance=random.Random(7)))


@dataclass(slots=True)
class Running:
    """One process. Asked to read, it answers "" or the words of the error that ended it."""

    process: BaseProcess
    line: Connection
    number: int

    def answer(self) -> str:
        assert self.line.poll(60), "a reader hangs"
        words: str = self.line.recv()
        return words

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.line.close()


@dataclass(slots=True)
class Torment:
    """Lets four processes read at once whenever the tokens have ended, kills some, judges what is lost."""

    sandbox: Sandbox
    ground: Ground
    db: Database
    rng: random.Random
    running: list[Running] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)  # tokens in whose refresh a process was killed
    seen: Counter[str] = field(default_factory=Counter)

    def run(self, refreshes: int, *, daily: float) -> Counter[str]:
        """Go on until so many were asked for; `daily` of them come a day late, when values change."""
        consent(self.sandbox, self.db)
        while self._asked() < refreshes:
            self._fill()
            self.sandbox.advance(DAY if self.rng.random() < daily else HOUR)
            for one in self.running:
                one.line.send("read")
            if self.rng.random() < 0.7:
                time.sleep(self.rng.uniform(0, LONGEST))
                self._kill(self.running.pop(self.rng.randrange(PROCESSES)))
            self._judge([one.answer() for one in self.running])
        self.seen["refreshes"] = self._asked()
        for one in self.running:
            one.kill()
        return self.seen

    def _asked(self) -> int:
        return int(self.sandbox.counters()["paths"].get(ASKED, 0))

    def _fill(self) -> None:
        while len(self.running) < PROCESSES:
            self.seen["processes"] += 1
            ours, theirs = CLEAN.Pipe()
            told = (self.ground, self.seen["processes"], theirs)
            process = CLEAN.Process(target=read_on, args=told, daemon=True)
            process.start()
            theirs.close()
            self.running.append(Running(process, ours, self.seen["processes"]))
            assert self.running[-1].answer() == ""

    def _kill(self, victim: Running) -> None:
        victim.kill()
        self.seen["kills"] += 1
        mark = self.ground.mark(victim.number)
        if mark.exists():
            self.seen["kills while refreshing"] += 1
            self.cut.add(mark.read_text())

    def _judge(self, answers: list[str]) -> None:
        """A permission may end in one way: Intuit changed the value, and its answer died with the process."""
        if not any(answers):
            return
        stored = self._stored()
        known = stored.refresh_token in self.sandbox.world.tokens._refresh
        assert digest(stored) in self.cut, (
            f"lost, though no process died between asking and saving: {answers}"
        )
        assert not known, f"given up, though Intuit still knows the token: {answers}"
        for words in answers:
            assert f"credential {NAME!r}" in words, f"not told whom it concerns: {answers}"
            assert f"counterfoil connect {NAME}" in words, f"not told what to do: {answers}"
        assert credentials.named(self.db, NAME).state is CredentialState.ENDED
        self.seen["lost by Intuit's rules"] += 1
        consent(self.sandbox, self.db)

    def _stored(self) -> Tokens:
        tokens = credentials.tokens(self.db, credentials.named(self.db, NAME).id)
        assert tokens is not None
        return tokens
