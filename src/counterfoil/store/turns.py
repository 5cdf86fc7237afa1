"""One at a time: who changes what is set up looks at all of it first, and has to see what others changed."""

import sqlalchemy as sa

from counterfoil.store.db import Database

SETTING_UP = 0x7365745F7570
"""The number of the lock; it means nothing else in this database."""


def take_turn(one: Database) -> None:
    """Wait until nobody else changes what is set up; the turn ends with the transaction.

    SQLite gives turns by itself: a writing transaction holds the whole store.
    """
    with one.writing() as transaction:
        if transaction.dialect.name == "postgresql":
            transaction.execute(sa.select(sa.func.pg_advisory_xact_lock(SETTING_UP)))
