"""What was found out about each company, remembered."""

from dataclasses import replace
from datetime import UTC, datetime

from counterfoil.model.ability import Ability, Told
from counterfoil.store import abilities
from counterfoil.store.db import Database

ACME, CEDAR = "9130357849000001", "9130357849000003"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
REFUSED = Ability(stream="Class", refused_at=NOON, code="quickbooks.not_in_plan", what="No ✓.", do="Wait.")
TELLS = Ability(stream="Attachable", told=Told.ALL, judged_at=NOON)


def test_nothing_is_known_of_a_company_at_first(db: Database) -> None:
    assert abilities.of(db, ACME) == {}


def test_what_was_found_is_kept_for_its_company_alone(db: Database) -> None:
    abilities.learn(db, ACME, [REFUSED, TELLS])
    abilities.learn(db, CEDAR, [TELLS])

    assert abilities.of(db, ACME) == {"Class": REFUSED, "Attachable": TELLS}
    assert abilities.of(db, CEDAR) == {"Attachable": TELLS}


def test_what_is_found_later_takes_its_place(db: Database) -> None:
    offered = Ability(stream="Class")
    abilities.learn(db, ACME, [REFUSED, TELLS])
    abilities.learn(db, ACME, [offered])

    assert abilities.of(db, ACME) == {"Class": offered, "Attachable": TELLS}


def test_learning_nothing_changes_nothing(db: Database) -> None:
    abilities.learn(db, ACME, [replace(REFUSED, do="")])
    abilities.learn(db, ACME, [])

    assert abilities.of(db, ACME) == {"Class": replace(REFUSED, do="")}
