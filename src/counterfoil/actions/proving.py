"""Prove that a destination works, step by step, before it is needed."""

from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.actions.destination_changes import kind_of
from counterfoil.actions.destinations import open_destination
from counterfoil.actions.reach import refuse_aim
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.errors import CounterfoilError, Forbidden, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.model.destination import Destination
from counterfoil.model.reach import reach_of
from counterfoil.store import destinations


class Proof(StrEnum):
    """What became of a step."""

    WORKED = "worked"
    FAILED = "failed"
    NOT_TRIED = "not tried"  # one before it failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """One step, what became of it, and, where it failed, what happened, what to do and what to grant."""

    name: str
    proof: Proof
    code: str = ""
    what: str = ""
    do: str = ""
    grant: str = ""


def prove(around: Surroundings, destination: Destination, dataset: str = "") -> tuple[Proved, ...]:
    """Try a destination, stored or only drafted; no table stays behind. Raises Forbidden, SettingInvalid."""
    need(around.actor, Role.EDITOR)
    kind = kind_of(destination.kind)
    refuse_aim(around, kind, destination.options)
    trying = _trying(around, destination, dataset or kind.capabilities.default_dataset)
    proved: list[Proved] = []
    for step in kind.steps:
        if proved and proved[-1].proof is not Proof.WORKED:
            proved.append(Proved(name=step.name, proof=Proof.NOT_TRIED))
            continue
        try:
            next(trying, None)
        except (Forbidden, SettingInvalid):
            raise
        except CounterfoilError as error:
            proved.append(
                Proved(
                    name=step.name,
                    proof=Proof.FAILED,
                    code=error.code,
                    what=error.what,
                    do=error.do,
                    grant=step.grant,
                )
            )
        else:
            proved.append(Proved(name=step.name, proof=Proof.WORKED))
    trying.close()
    if destination.id:
        remember(around, destination, tuple(proved))
    return tuple(proved)


def _trying(around: Surroundings, destination: Destination, dataset: str) -> Generator[None, None, None]:
    sealed = destinations.secrets(around.db, destination.id)
    reach = reach_of(around.actor, around.editors_reach)
    warehouse = open_destination(destination, around.environment, sealed, reach=reach)
    yield from warehouse.prove(dataset)


def remember(around: Surroundings, destination: Destination, proved: tuple[Proved, ...]) -> None:
    """Keep what came of trying a stored destination, for who looks at it later. Raises Forbidden."""
    need(around.actor, Role.EDITOR)
    failed = failure(proved)
    with around.db.transaction() as one:
        thing = ("destination", destination.id, destination.name)
        note(around, one, "tested", thing, failed=failed.name if failed else "")


def failure(proved: tuple[Proved, ...]) -> Proved | None:
    """The step that failed, or None."""
    return next((step for step in proved if step.proof is Proof.FAILED), None)
