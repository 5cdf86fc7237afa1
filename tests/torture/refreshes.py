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
from counterfoil.sandbox.tokens import VALUE_LIFE
from counterfoil.store import credentials
from counterfoil.store.db import Database
from tests.torture.readers import NAME, Ground, digest, read_on

PROCESSES = 4
HOUR, DAY = timedelta(minutes=61), timedelta(hours=25)
"""After the first every access token has ended, after the second the refresh token changes its value too."""

LONGEST = 0.06
"""Seconds until a kill, at most; a refresh takes about half of it."""

SOON = 0.02
"""Seconds from the moment that a process asks to its kill, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """What is done to refreshes, besides kills.

    Of `changing`, a share of all, Intuit changes the value, and they are disturbed as others are; where it is nought,
    the one change a day is left in peace. Of `losing` the answer is lost on its way, though Intuit did what was asked.
    """

    changing: float = 0.0
    losing: float = 0.0


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

    def run(self, refreshes: int, mood: Mood) -> Counter[str]:
        """Go on until so many were asked for."""
        consent(self.sandbox, self.db)
        while self._asked() < refreshes:
            self._fill()
            self._round(mood)
        self.seen["refreshes"] = self._asked()
        for one in self.running:
            one.kill()
        return self.seen

    def _round(self, mood: Mood) -> None:
        """All tokens end; all processes ask at once. Where values are to stay, the day's change is left in peace."""
        self.sandbox.heal()
        self.sandbox.advance(DAY if self.rng.random() < mood.changing else HOUR)
        changes = self._value_changes()
        self.seen["values changed"] += changes
        calm = changes and not mood.changing
        if not calm and self.rng.random() < mood.losing:
            self._lose(self.rng.randint(1, 2), changes=changes)
        for one in self.running:
            one.line.send("read")
        if not calm and self.rng.random() < 0.7:
            self._kill(self._anyone() if self.rng.random() < 0.4 else self._whoever_asks())
        self._judge([one.answer() for one in self.running])

    def _anyone(self) -> Running:
        """Somebody, at some moment."""
        time.sleep(self.rng.uniform(0, LONGEST))
        return self.running[self.rng.randrange(PROCESSES)]

    def _whoever_asks(self) -> Running:
        """The one that is at Intuit's door, soon after it knocked; anyone where that is over already."""
        delay = self.rng.uniform(0, SOON)
        while not all(one.line.poll() for one in self.running):
            for one in self.running:
                if self.ground.mark(one.number).exists():
                    time.sleep(delay)
                    return one
        return self._anyone()

    def _value_changes(self) -> bool:
        grant = self.sandbox.world.tokens._refresh[self._stored().refresh_token]
        return self.sandbox.now().timestamp() - grant.refresh_since >= VALUE_LIFE

    def _lose(self, times: int, *, changes: bool) -> None:
        """Let answers die on the way; with a new value in it, an answer takes the permission along."""
        self.sandbox.fault(kind="lose", path="oauth2", times=times)
        self.seen["answers lost"] += times
        if changes:
            self.cut.add(digest(self._stored()))

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
        self.running.remove(victim)
        victim.kill()
        self.seen["kills"] += 1
        mark = self.ground.mark(victim.number)
        if mark.exists():
            self.seen["kills while refreshing"] += 1
            self.cut.add(mark.read_text())

    def _judge(self, answers: list[str]) -> None:
        """A permission may end in one way: Intuit changed the value, and its answer reached nobody who kept it."""
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
