"""Verifications over the API: ask for one, see what came of them."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.actions import verifications
from counterfoil.api.access import Editor, Viewer
from counterfoil.api.naming import source_name
from counterfoil.api.routes import router
from counterfoil.api.syncs import Sync
from counterfoil.api.syncs import told as sync_told
from counterfoil.model import verification as model
from counterfoil.model.verification import FigureKind, ProofState, Why

routes = router("verifications", path="/sources/{source}/verifications")


class Wanted(BaseModel):
    """Which verification is wanted."""

    model_config = ConfigDict(extra="forbid")

    heal: bool = Field(default=True, description="Read again what is wrong; false: only look.")


class Figure(BaseModel):
    """One number, theirs and ours. `unread` is what transactions that the API does not offer make of it."""

    kind: FigureKind
    id: str
    name: str
    day: date | None = Field(description="The last day of the period that it is about; null: now.")
    theirs: Decimal
    ours: Decimal
    unread: Decimal
    difference: Decimal


class Discrepancy(BaseModel):
    """One record that makes a difference, and why."""

    stream: str
    id: str
    why: Why
    what: str
    number: str
    day: date | None
    accounts: list[str]
    healed: bool


class Verification(BaseModel):
    """One comparison of one connection with QuickBooks' own reports."""

    id: str
    sync_id: str
    connection_id: str
    destination: str
    state: ProofState
    started_at: datetime
    ended_at: datetime
    transactions: int = Field(description="So many were really compared.")
    accounts: int = Field(description="So many were really compared.")
    counts: int
    difference: Decimal = Field(
        description="Over all accounts, in home currency, on the day when it is largest."
    )
    currency: str
    healed: int
    calls: int = Field(description="Metered.")
    is_proof: bool = Field(description="Transactions and accounts were compared, and agree.")
    left_out: list[str] = Field(description="What was not compared, and why.")
    code: str
    what: str
    do: str


class VerificationInFull(Verification):
    """A verification with all that differs, and the balances of its last day."""

    days: list[date]
    figures: list[Figure]
    discrepancies: list[Discrepancy]


class Verifications(BaseModel):
    """What is remembered, the newest first."""

    items: list[Verification]


@routes.get("", operation_id="listVerifications")
def list_(around: Viewer, source: str) -> Verifications:
    """What is remembered of a source's verifications, the newest first."""
    found = verifications.history(around.db, source_name(around.db, source))
    return Verifications(items=[Verification.model_validate(one, from_attributes=True) for one in found])


@routes.post("", operation_id="askVerification", status_code=202)
def ask(around: Editor, source: str, wanted: Wanted) -> Sync:
    """Let the next free worker sync and verify a source; the sync's id stands in what comes of it."""
    return sync_told(verifications.ask_verify(around, source_name(around.db, source), heal=wanted.heal))


@routes.get("/{verification_id}", operation_id="showVerification")
def show(around: Viewer, source: str, verification_id: str) -> VerificationInFull:
    """One verification with all that differs."""
    return told(verifications.show(around.db, source_name(around.db, source), verification_id))


def told(one: model.Verification) -> VerificationInFull:
    """A verification as the API tells it."""
    return VerificationInFull.model_validate(one, from_attributes=True)
