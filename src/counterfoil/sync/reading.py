"""The reading of one stream in one sync: what it brought so far and how it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from counterfoil.errors import CounterfoilError, FeatureNotInPlan, RequestRefused
from counterfoil.model.ability import Told
from counterfoil.model.bad_record import BadRecord
from counterfoil.model.outcome import Mode
from counterfoil.model.stream import Stream
from counterfoil.model.task import Task
from counterfoil.sync.progress import Stage

NOT_OFFERED = ("4001", "500")
"""Unknown entity or operation: this company's country or plan does not have it (reference, section 2.6)."""


@dataclass(slots=True)
class StreamRead:
    """How the reading of one stream went.

    `known` are the versions that earlier syncs loaded, by id; `versions` those that the next one need not load.
    `deleted` holds ids that went away. `counted` is the stream's size where it was asked, `expected` the number of
    records that have to stand in the warehouse afterwards, where only that tells whether deletes were missed.
    `needs_full` says that what was asked could not be told: read in full instead. `was_refused` notes that the company
    did not have the stream when it was last asked. `told` is what was found out about change data capture, by
    `evidence`: changes by id since `unproven_since`, which is None where nothing is left to prove.
    `trouble` is why some of it, named in `bad`, could not be read, where it is no bad record.
    """

    task: Task
    known: Mapping[str, str] = field(default_factory=dict)
    records: int = 0
    unchanged: int = 0
    calls: int = 0
    counted: int | None = None
    expected: int | None = None
    deleted: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    only_recent: bool = False
    needs_full: bool = False
    unread: Sequence[BadRecord] = ()
    bad: list[BadRecord] = field(default_factory=list)
    was_refused: bool = False
    unproven_since: datetime | None = None
    evidence: dict[str, datetime] = field(default_factory=dict)
    told: Told | None = None
    error: CounterfoilError | None = None
    trouble: CounterfoilError | None = None
    open_pieces: int = 0

    @property
    def stream(self) -> Stream:
        return self.task.stream

    @property
    def covered(self) -> bool:
        """Change data capture tells of it, for all that is known."""
        return self.task.covered and self.told is not Told.REFUSED

    @property
    def complete(self) -> bool:
        """Every record that QuickBooks has was read, or at least is known by its id."""
        nameless = any(not record.id for record in self.bad)
        return self.task.mode is Mode.FULL and self.error is None and not self.only_recent and not nameless

    @property
    def lands(self) -> bool:
        """There is something to load."""
        return (
            self.error is None and not self.needs_full and bool(self.complete or self.records or self.deleted)
        )

    @property
    def brings(self) -> bool:
        """There is something to load, or to count after the load."""
        return self.lands or self.expected is not None

    @property
    def skipped(self) -> bool:
        """QuickBooks does not offer this stream to this company."""
        refused = isinstance(self.error, RequestRefused) and self.error.fault_code in NOT_OFFERED
        return refused or isinstance(self.error, FeatureNotInPlan)

    @property
    def standing(self) -> Stage:
        if self.error is not None:
            return Stage.SKIPPED if self.skipped else Stage.FAILED
        return Stage.READING if self.open_pieces else Stage.READ
