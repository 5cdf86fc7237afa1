"""Two people change what is set up in the same moment, through two processes: one is told, nothing is overwritten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import pytest
import sqlalchemy as sa

from counterfoil.actions import destinations, sources
from counterfoil.actions.source_changes import Changes, Feed
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import AlreadyExists, ChangedMeanwhile, InUse
from counterfoil.store.db import Database
from tests.actions.conftest import BOOKS

Deed = Callable[[Surroundings], object]
PATIENCE = 60.0


def is_waited_for(db: Database) -> bool:
    """Whether somebody waits for a turn. SQLite does not tell; there nobody can be ahead anyway."""
    if db.engine.dialect.name == "sqlite":
        return True
    with db.engine.connect() as connection:
        asked = sa.text("select count(*) from pg_locks where not granted")
        return bool(connection.execute(asked).scalar())


def at_once(around: Surroundings, first: Deed, second: Deed) -> BaseException | None:
    """Do the second deed while the first one's transaction is still open; answer with how the second ended."""
    with ThreadPoolExecutor(1) as other:
        with around.db.transaction() as one:
            first(replace(around, db=one))
            ended = other.submit(second, around)
            while not ended.done() and not is_waited_for(around.db):
                wait([ended], 0.05)
        return ended.exception(PATIENCE)


def test_two_new_sources_never_come_to_write_one_table(around: Surroundings) -> None:
    twin = replace(BOOKS, name="twin")

    ended = at_once(around, lambda it: sources.create(it, BOOKS), lambda it: sources.create(it, twin))

    assert isinstance(ended, AlreadyExists)
    assert [view.source.name for view in sources.every(around.db)] == ["books"]


@pytest.mark.parametrize("version", ["named", "any"])
def test_of_two_changes_the_second_sees_the_first(
    around: Surroundings, books: sources.SourceView, version: str
) -> None:
    seen = books.source.version if version == "named" else None

    ended = at_once(
        around,
        lambda it: sources.change(it, "books", Changes(prefix="mine_"), version=seen),
        lambda it: sources.change(it, "books", Changes(streams=None), version=seen),
    )

    assert isinstance(ended, ChangedMeanwhile if version == "named" else type(None))
    after = sources.show(around.db, "books").source
    assert (after.prefix, after.streams is None) == ("mine_", version == "any")


def test_a_destination_is_not_removed_while_somebody_connects_it(
    around: Surroundings, books: sources.SourceView
) -> None:
    ended = at_once(
        around,
        lambda it: sources.connect(it, books.source.name, Feed(destination="spare")),
        lambda it: destinations.remove(it, "spare"),
    )

    assert isinstance(ended, InUse)
