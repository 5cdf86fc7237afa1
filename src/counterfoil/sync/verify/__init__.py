"""Verify: what stands in the warehouses against what QuickBooks' own reports say; what is wrong is read again."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date

from counterfoil.errors import (
    CounterfoilError,
    NotFound,
    StagingFailed,
    WarehouseBusy,
    WarehouseFailed,
    WarehouseRefused,
)
from counterfoil.model.verification import Verification, Verify
from counterfoil.store import abilities
from counterfoil.sync.plan import is_covered
from counterfoil.sync.run import Road, run
from counterfoil.sync.shape import Stamp
from counterfoil.sync.verify.heal import Bench, heal
from counterfoil.sync.verify.ours import Key
from counterfoil.sync.verify.proof import Proof, days_to_compare
from counterfoil.sync.verify.quiet import moved
from counterfoil.sync.verify.settle import Asked
from counterfoil.sync.verify.shelf import Shelf
from counterfoil.sync.verify.tell import Run, failed, tell
from counterfoil.sync.verify.theirs import Theirs, Wanted, read_theirs

ROUNDS = 3
"""Where records change while they are compared, all is synced and compared again, so often in all."""

WAREHOUSE = (WarehouseBusy, WarehouseFailed, WarehouseRefused, NotFound, StagingFailed)


def verify(road: Road, wish: Verify, chance: random.Random) -> tuple[Verification, ...]:
    """Compare each connection of a road that was just walked; answer with one verification for each.

    A warehouse that cannot be asked stands in its own. Raises what the stop is asked with, what would end any call to
    QuickBooks, and what `assure` raises.
    """
    work = _Work(road, chance)
    for number in range(1, ROUNDS + 1):
        work.compare()
        if not work.moving or number == ROUNDS:
            break
        road.watch.say(f"{len(work.moving):,} records changed in QuickBooks meanwhile: comparing again")
        run(road)
    return tuple(work.conclude(wish))


class _Work:
    def __init__(self, road: Road, chance: random.Random) -> None:
        self.road = road
        self.chance = chance
        self.started = road.now()
        self.metered = road.client.counters.metered
        self.stamp = Stamp(realm_id=road.realm_id, sync_id=road.sync_id, synced_at=self.started)
        self.today = (road.client.told or self.started).astimezone(UTC).date()
        self.theirs = Theirs()
        self.asked = Asked()
        self.days: list[date] = []
        self.moving: frozenset[Key] = frozenset()
        self.proofs: list[Proof] = []
        self.broken: dict[str, CounterfoilError] = {}

    def compare(self) -> None:
        """Read both sides, hold them against each other, and ask for the records that seem to differ."""
        say, client = self.road.watch.say, self.road.client
        self.asked, self.broken = Asked(), {}
        self.proofs = [self._proof(connection.id) for connection in self.road.connections]
        say("Verifying: reading the tables")
        for proof in self._whole():
            with self._of(proof):
                proof.read_ours(self.today)
        if not (whole := list(self._whole())):
            return
        say("Verifying: reading QuickBooks' reports")
        self.theirs = read_theirs(client, self._wanted(whole))
        for proof in whole:
            with self._of(proof):
                proof.compare(self.theirs)
                proof.dig(client, self.today)
                proof.settle(client, self.theirs, self.asked, self.stamp)
        self.moving = self._moved(whole)

    def conclude(self, wish: Verify) -> Iterator[Verification]:
        """Heal what is wrong, if that is wished, compare once more, and tell."""
        for proof in self.proofs:
            before = proof.verdicts
            with self._of(proof):
                wrong = [key for key in proof.faults if key not in self.moving]
                if wrong and wish is Verify.HEAL:
                    self.road.watch.say(f"Verifying: reading {len(wrong):,} records again")
                    heal(proof.shelf, wrong, self._bench())
                    before = proof.again(self.theirs, self.today, self.asked, self.stamp)
            error = self.broken.get(proof.shelf.connection.id)
            yield failed(self._run(), proof, error) if error else tell(proof, before, self._run())

    def _proof(self, connection_id: str) -> Proof:
        road = self.road
        connection = next(each for each in road.connections if each.id == connection_id)
        known = abilities.of(road.db, road.realm_id)
        lacking = {name for name, ability in known.items() if ability.refused_at is not None}
        entities = [stream for stream in road.streams if stream.report is None]
        shelf = Shelf(
            connection=connection,
            destination=road.destinations[connection_id],
            tables=[table for stream in road.streams for table in stream.table.family()],
            stop=road.stop,
        )
        return Proof(
            shelf=shelf, streams={stream.name: stream for stream in entities if stream.name not in lacking}
        )

    def _whole(self) -> Iterator[Proof]:
        return (proof for proof in self.proofs if proof.shelf.connection.id not in self.broken)

    @contextmanager
    def _of(self, proof: Proof) -> Iterator[None]:
        """What one warehouse cannot do keeps no other from being compared."""
        try:
            yield
        except WAREHOUSE as error:
            self.broken[proof.shelf.connection.id] = error

    def _wanted(self, whole: list[Proof]) -> Wanted:
        dated = [head.day for head in whole[0].ours.heads.values() if head.day]
        month = whole[0].ours.fiscal_month
        self.days = days_to_compare(self.today, dated, month)
        return Wanted(
            today=self.today,
            days=self.days,
            fiscal_month=month,
            dated=dated,
            lists=whole[0].lists,
            balances=any(proof.with_books for proof in whole),
        )

    def _moved(self, whole: list[Proof]) -> frozenset[Key]:
        """Records that changed since the copy was made, where anything differs at all."""
        since = self.road.client.told
        if since is None or not any(proof.doubts for proof in whole):
            return frozenset()
        known, now = abilities.of(self.road.db, self.road.realm_id), self.road.now()
        covered = [
            stream for stream in whole[0].streams.values() if is_covered(stream, known.get(stream.name), now)
        ]
        found = moved(self.road.client, covered, since, self.road.db, self.road.connections)
        if found is None:
            self.theirs.left_out.append("Whether records changed meanwhile could not be told.")
        return frozenset(found or ())

    def _bench(self) -> Bench:
        return Bench(
            streams=self.proofs[0].streams,
            asked=self.asked,
            folder=self.road.folder / f"{self.road.sync_id}-verify",
            stamp=self.stamp,
            db=self.road.db,
            assure=self.road.assure,
            say=self.road.watch.say,
        )

    def _run(self) -> Run:
        return Run(
            chance=self.chance,
            sync_id=self.road.sync_id,
            started_at=self.started,
            ended_at=self.road.now(),
            days=tuple(self.days),
            left_out=tuple(self.theirs.left_out),
            moving=self.moving,
            calls=self.road.client.counters.metered - self.metered,
        )
