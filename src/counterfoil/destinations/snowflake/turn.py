"""Whose turn it is to load a source's tables: Snowflake has no lock by name, so a table of one row stands for it."""

import time

from snowflake.connector import ProgrammingError

from counterfoil.destinations.base import Waiting
from counterfoil.destinations.snowflake.sql import TURN, Speaking
from counterfoil.destinations.snowflake.words import AGAIN, LOCKED
from counterfoil.errors import WarehouseBusy

POLL_SECONDS = 1.0


def make_turn(speaking: Speaking, dataset: str, prefix: str) -> None:
    """See that the table is there; it commits by itself."""
    table = speaking.table(dataset, TURN + prefix)
    speaking.execute(f"CREATE TABLE IF NOT EXISTS {table} AS SELECT 1 AS turn")


def begin_turn(speaking: Speaking, dataset: str, prefix: str, *, patience: float, waiting: Waiting) -> None:
    """Begin a transaction as the only one who loads these tables. Raises WarehouseBusy when another goes on for long.

    The turn goes with the transaction, and so does that of a process which died, as soon as Snowflake misses it.
    """
    table, began, told = speaking.table(dataset, TURN + prefix), time.monotonic(), False
    while True:
        speaking.execute("BEGIN")
        try:
            speaking.execute(f"UPDATE {table} SET turn = 1 - turn")
        except ProgrammingError as error:
            if error.errno not in LOCKED:
                raise
        else:
            return
        speaking.execute("ROLLBACK")
        waited = time.monotonic() - began
        if waited >= patience:
            raise WarehouseBusy(f"Someone else loaded the same tables for {waited:.0f} s.", do=AGAIN)
        if not told:
            waiting("Someone else loads the same tables; waiting until that is done")
            told = True
        speaking.stop.sleep(POLL_SECONDS)
