"""What one may do with sources: who may, what is refused, what follows for tables, and when it runs next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from counterfoil.actions import destination_changes, sources
from counterfoil.actions.destination_changes import NewDestination
from counterfoil.actions.source_changes import Changes, Feed
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import (
    AlreadyExists,
    ChangedMeanwhile,
    CounterfoilError,
    Forbidden,
    NotFound,
    SettingInvalid,
    SyncRunning,
)
from counterfoil.model.actor import Actor, ActorKind, Role
from counterfoil.model.schedule_text import parse
from counterfoil.store import locks
from tests.actions.conftest import BOOKS, trail

VIEWER = Actor(kind=ActorKind.USER, id="user_vi", name="Vi", role=Role.VIEWER)


def test_a_source_is_made_as_it_was_asked_for(around: Surroundings) -> None:
    view = sources.create(around, BOOKS)

    assert view == sources.show(around.db, "books")
    assert (view.source.prefix, str(view.source.schedule)) == ("acme_", "every 1 hour from 00:00 UTC")
    assert [(feed.destination.name, feed.dataset) for feed in view.connections] == [("duck", "finance")]
    assert view.next_run_at == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert trail(around.db)[2:] == [
        ("created", "source", "books"),
        ("created", "connection", "books → duck.finance"),
    ]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"name": ""}, "is empty"),
        ({"prefix": "Acme-"}, "may hold only a to z"),
        ({"streams": frozenset()}, "No stream is chosen"),
        ({"streams": frozenset({"Invoices"})}, "did you mean `Invoice`"),
        ({"prefix": "a" * 41}, "41 characters long"),
        ({"feeds": (Feed(destination="duck", dataset="No!"),)}, "may hold only a to z"),
        (
            {"feeds": (Feed(destination="duck"), Feed(destination="duck", dataset="quickbooks"))},
            "named twice",
        ),
    ],
)
def test_what_no_warehouse_takes_is_refused_and_nothing_is_saved(
    around: Surroundings, bad: dict[str, Any], told: str
) -> None:
    with pytest.raises(SettingInvalid, match=told):
        sources.create(around, replace(BOOKS, **bad))

    assert sources.every(around.db) == ()


def test_what_a_source_names_has_to_be_there(around: Surroundings) -> None:
    with pytest.raises(NotFound, match="credential named 'nobody'"):
        sources.create(around, replace(BOOKS, credential="nobody"))
    with pytest.raises(NotFound, match="destination named 'nowhere'"):
        sources.create(around, replace(BOOKS, feeds=(Feed(destination="nowhere"),)))


@pytest.mark.usefixtures("books")
def test_a_name_is_taken_once(around: Surroundings) -> None:
    sources.create(around, replace(BOOKS, name="other", prefix="other_"))

    with pytest.raises(AlreadyExists, match="'books'"):
        sources.create(around, replace(BOOKS, prefix="third_"))
    with pytest.raises(AlreadyExists, match="'books'"):
        sources.change(around, "other", Changes(name="books"))


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("written", ["plain", "by reference"])
def test_two_sources_never_write_one_table_however_the_place_is_written(
    around: Surroundings, written: str
) -> None:
    name = "duck"
    if written == "by reference":
        name = "same"
        destination_changes.create(
            around, NewDestination(name=name, kind="duckdb", options={"path": "${PLACE}"})
        )
    twin = replace(BOOKS, name="twin", feeds=(Feed(destination=name, dataset="finance"),))

    with pytest.raises(AlreadyExists, match="twin and books would both write the table 'acme_bill"):
        sources.create(around, twin)

    assert [view.source.name for view in sources.every(around.db)] == ["books"]


def test_another_prefix_leaves_the_old_tables_and_begins_anew(
    around: Surroundings, books: sources.SourceView
) -> None:
    changes = Changes(prefix="new_")

    means = sources.what_would_change(around, "books", changes)
    after = sources.change(around, "books", changes)

    assert means.reads_in_full
    assert "acme_bill becomes new_bill" in means.told[0]
    assert "stay as they are and are updated no more" in means.told[0]
    assert after.connections == tuple(replace(feed, source=after.source) for feed in books.connections)
    assert after.cursors == {after.connections[0].id: {}}


@pytest.mark.usefixtures("books")
def test_streams_come_in_full_and_go_with_their_cursors_but_not_their_tables(around: Surroundings) -> None:
    changes = Changes(streams=frozenset({"Invoice", "Vendor"}))

    means = sources.what_would_change(around, "books", changes)
    after = sources.change(around, "books", changes)

    assert means.told == (
        "Bill: read no more. The tables stay, and are updated no more.",
        "Vendor: read in full by the next sync, into new tables, in at least 1 metered call.",
    )
    assert set(after.cursors[after.connections[0].id]) == {"Invoice"}


@pytest.mark.usefixtures("books")
def test_all_streams_can_be_chosen_again(around: Surroundings) -> None:
    after = sources.change(around, "books", Changes(streams=None))

    assert after.source.streams is None
    assert set(after.cursors[after.connections[0].id]) == {"Invoice", "Bill"}


@pytest.mark.usefixtures("books")
def test_another_company_comes_beside_the_first_in_the_same_tables(around: Surroundings) -> None:
    means = sources.what_would_change(around, "books", Changes(credential="birch"))
    after = sources.change(around, "books", Changes(credential="birch"))

    assert "rows of company 2 come beside those of 1" in means.told[0]
    assert after.source.credential.name == "birch"
    assert after.cursors == {after.connections[0].id: {}}


@pytest.mark.usefixtures("books")
def test_a_destination_comes_and_goes_and_takes_its_cursors_along(around: Surroundings) -> None:
    both = sources.connect(around, "books", Feed(destination="spare"))
    left = sources.disconnect(around, "books", "duck")

    assert [feed.destination.name for feed in both.connections] == ["duck", "spare"]
    assert [feed.destination.name for feed in left.connections] == ["spare"]
    assert left.cursors == {left.connections[0].id: {}}
    assert left.source.version > both.source.version > 1
    with pytest.raises(NotFound, match=r"does not feed duck"):
        sources.disconnect(around, "books", "duck")


def test_of_two_editors_the_second_is_told(around: Surroundings, books: sources.SourceView) -> None:
    seen = books.source.version
    sources.change(around, "books", Changes(prefix="mine_"), version=seen)

    with pytest.raises(ChangedMeanwhile, match="books"):
        sources.change(around, "books", Changes(prefix="yours_"), version=seen)
    with pytest.raises(ChangedMeanwhile):
        sources.remove(around, "books", version=seen)

    now = sources.show(around.db, "books").source
    assert (now.prefix, now.version) == ("mine_", seen + 1)


@pytest.mark.usefixtures("books")
def test_tables_do_not_move_while_a_sync_reads_the_company_but_the_rest_may_change(
    around: Surroundings,
) -> None:
    with locks.company(around.db, "1", locks.Purpose.SYNC):
        with pytest.raises(SyncRunning):
            sources.change(around, "books", Changes(prefix="new_"))
        sources.change(around, "books", Changes(schedule=parse("manual"), streams=None))

    after = sources.show(around.db, "books").source
    assert (after.prefix, str(after.schedule), after.streams) == ("acme_", "manual", None)


DEEDS: dict[str, Callable[[Surroundings], object]] = {
    "create": lambda around: sources.create(around, replace(BOOKS, name="more")),
    "change": lambda around: sources.change(around, "books", Changes(prefix="x_")),
    "pause": lambda around: sources.pause(around, "books"),
    "resume": lambda around: sources.resume(around, "books"),
    "connect": lambda around: sources.connect(around, "books", Feed(destination="spare")),
    "disconnect": lambda around: sources.disconnect(around, "books", "duck"),
    "remove": lambda around: sources.remove(around, "books"),
    "make a destination": lambda around: destination_changes.create(
        around, NewDestination(name="more", kind="duckdb", options={"path": "x"})
    ),
    "change a destination": lambda around: destination_changes.change(around, "duck", new_name="x"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_viewer_changes_nothing(around: Surroundings, books: sources.SourceView, deed: str) -> None:
    before = trail(around.db)

    with pytest.raises(Forbidden):
        DEEDS[deed](replace(around, actor=VIEWER))

    assert sources.every(around.db) == (books,)
    assert trail(around.db) == before


@pytest.mark.usefixtures("books")
def test_a_viewer_may_ask_what_would_follow(around: Surroundings) -> None:
    seen = replace(around, actor=VIEWER)

    assert sources.what_would_change(seen, "books", Changes(prefix="x_")).reads_in_full
    assert sources.preview(seen, "books", count=1).runs == (datetime(2026, 11, 22, 10, 0, tzinfo=UTC),)


@pytest.mark.usefixtures("books")
def test_asking_what_would_follow_is_refused_as_the_change_itself(around: Surroundings) -> None:
    sources.create(around, replace(BOOKS, name="more", prefix="more_"))

    with pytest.raises(CounterfoilError) as asked:
        sources.what_would_change(around, "more", Changes(prefix="acme_"))
    with pytest.raises(CounterfoilError) as done:
        sources.change(around, "more", Changes(prefix="acme_"))

    assert (asked.value.code, asked.value.what) == (done.value.code, done.value.what)


def test_a_removed_source_is_gone_with_its_connections_and_stays_in_the_trail(
    around: Surroundings, books: sources.SourceView
) -> None:
    sources.remove(around, "books", version=books.source.version)

    assert sources.every(around.db) == ()
    assert trail(around.db)[-1] == ("removed", "source", "books")
