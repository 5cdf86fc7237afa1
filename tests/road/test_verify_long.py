"""Verify's long proof: it never cries wolf, whatever people did; and whatever was done to the tables, it names it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from counterfoil.model.verification import ProofState, Verification, Verify
from counterfoil.sandbox.server import choose_companies
from tests.books.deeds import live
from tests.books.history import Keeper
from tests.road.conftest import World
from tests.road.faults import FAULTS, Saboteur
from tests.road.test_verify import verified
from tests.torture.conftest import Tell, seed, told
from tests.torture.history import COMPARED

SEEDS = 8
DEEDS = 120
ROUNDS = 3
AT_ONCE = 7
"""Faults that are planted before one verification."""

__all__ = ["seed", "told"]


def _made(world: Callable[..., World], number: int) -> World:
    """A company, each time of another country."""
    companies = choose_companies(companies=4, invoices=50, seed=number, recorded=None)
    there = world([companies[number % 4]])
    there.source()
    return there


def _lived(there: World, chance: Random) -> Counter[str]:
    """People work, and a sync brings all of it, deletes of what nobody tells among it."""
    done = live(Keeper(there.sandbox.books(), chance, there.sandbox.now().date()), DEEDS)
    replace(there, around=replace(there.around, clocks=COMPARED)).sync()
    return done


def _is_proved(proof: Verification) -> bool:
    assert [figure for figure in proof.figures if figure.difference] == []
    return proof.is_proof and proof.difference == 0 and all(one.healed for one in proof.discrepancies)


@pytest.mark.slow
@pytest.mark.parametrize("place", range(SEEDS))
def test_after_any_history_all_agrees_and_every_planted_fault_is_named_and_healed(
    world: Callable[..., World], seed: int, told: Tell, place: int
) -> None:
    there, seen = _made(world, seed + place), Counter[str]()
    there.sync()
    for part in range(ROUNDS):
        chance = Random(f"{seed} {place} {part}")
        seen["deeds"] += _lived(there, chance).total()
        quiet = verified(there, wish=Verify.LOOK)
        assert quiet.discrepancies == ()
        assert _is_proved(quiet)

        saboteur = Saboteur(there, chance)
        for name in chance.sample(list(FAULTS), AT_ONCE):
            seen[f"fault: {name}"] += saboteur.plant(name)
        found, healed = verified(there, wish=Verify.LOOK), verified(there)

        assert found.state is ProofState.DIFFERS
        named = {(one.stream, one.id): one.why for one in found.discrepancies}
        assert named.keys() == saboteur.planted.keys(), (saboteur.planted, found.discrepancies)
        assert {(one.stream, one.id) for one in healed.discrepancies if one.healed} == saboteur.planted.keys()
        assert healed.state is ProofState.AGREES
        assert _is_proved(healed)
        seen.update({"verifications": 3, "records named": len(named), "transactions": quiet.transactions})
    told("".join(f"\n{number:9,} {what}" for what, number in sorted(seen.items())))
