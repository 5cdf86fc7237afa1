"""Stored abilities: what each company's QuickBooks was found to do."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

import sqlalchemy as sa

from counterfoil.model.ability import Ability, Told
from counterfoil.store.db import Database
from counterfoil.store.rows import put_all
from counterfoil.store.schema import abilities


def of(db: Database, realm_id: str) -> Mapping[str, Ability]:
    """What is known of a company, by stream; nothing is known of the others."""
    with db.reading() as transaction:
        rows = transaction.execute(sa.select(abilities).where(abilities.c.realm_id == realm_id))
        return {
            row.stream: Ability(
                stream=row.stream,
                told=None if row.told is None else Told(row.told),
                judged_at=row.judged_at,
                refused_at=row.refused_at,
                code=row.code,
                what=row.what,
                do=row.do,
            )
            for row in rows
        }


def learn(db: Database, realm_id: str, found: Iterable[Ability]) -> None:
    """Remember these in place of what was known of their streams."""
    rows = [{"realm_id": realm_id, **asdict(ability)} for ability in found]
    with db.writing() as transaction:
        put_all(transaction, abilities, rows)
