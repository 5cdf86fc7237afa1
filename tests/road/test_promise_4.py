"""Promise 4: what is deleted in QuickBooks is marked deleted, never silently kept, never silently lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.model.outcome import StreamState
from counterfoil.model.task import Clocks
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.server import choose_companies
from tests.road.conftest import World
from tests.torture.history import COMPARED, begun

COVERED = sorted(name for name, stream in catalog().items() if stream.in_cdc == "yes")
WAYS_TO_GO = st.sampled_from(["delete", "void", "hide", "merge", "shorten"])
GAPS = st.sampled_from([timedelta(0), timedelta(days=2), timedelta(days=28, hours=23), timedelta(days=40)])
"""Within and beyond what change data capture remembers."""


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    made = world(choose_companies(companies=1, invoices=60, seed=5, recorded=None))
    made.source(streams=COVERED)
    made.sync()
    made.sandbox.reset_counters()
    return made


def live(acme: World, table: str) -> set[str]:
    return {row[0] for row in acme.ask(f"SELECT id FROM {table} WHERE NOT _deleted")}


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.lists(st.tuples(WAYS_TO_GO, st.integers(0, 999)), max_size=5), GAPS), max_size=3)
)
def test_whatever_goes_and_whenever_we_look_again_its_rows_and_their_children_are_marked(
    stretches: list[tuple[list[tuple[str, int]], timedelta]],
) -> None:
    with begun(synced=True) as history:
        for deeds, gap in stretches:
            for deed, number in deeds:
                history.books.do(deed, number)
            history.world.sandbox.advance(gap)
            history.agree()
        history.agree(COMPARED)

        assert history.seen["comparisons"] == len(stretches) + 1


def test_a_delete_is_found_outside_change_data_capture_too(world: Callable[..., World]) -> None:
    acme = world(choose_companies(companies=1, invoices=0, seed=5, recorded=None))
    acme.source(streams=["TimeActivity"])
    acme.sync()
    ids = acme.sandbox.books().ids("TimeActivity")
    acme.sandbox.books().delete("TimeActivity", ids[0])

    replace(acme, around=replace(acme.around, clocks=Clocks(compare=timedelta(0)))).sync()

    assert acme.ask("SELECT id FROM time_activity WHERE _deleted") == [(ids[0],)]
    assert live(acme, "time_activity") == set(ids[1:])


def test_a_record_that_was_called_deleted_wrongly_is_kept(acme: World) -> None:
    books = acme.sandbox.books().books
    id_ = acme.sandbox.books().ids("Invoice")[0]
    record = books.get("Invoice", id_)
    assert record is not None
    books.remove("Invoice", id_, int(acme.sandbox.now().timestamp()))
    books.put("Invoice", record)

    acme.sync()

    assert acme.sandbox.counters()["paths"]["GET query"] == 1, "the delete was told, and asked about"

    assert acme.ask("SELECT _deleted FROM invoice WHERE id = ?", id_) == [(False,)]


def test_a_gap_longer_than_the_window_is_read_in_full_and_its_deletes_are_found(acme: World) -> None:
    clerk = acme.sandbox.books()
    ids = clerk.ids("Invoice")
    clerk.delete("Invoice", ids[0])
    clerk.change("Invoice", ids[1], {"PrivateNote": "long ago"})
    acme.sandbox.advance(timedelta(days=45))

    _, outcomes = acme.sync()

    assert {outcome.state for outcome in outcomes} == {StreamState.LANDED}
    assert live(acme, "invoice") == set(ids[1:])
    assert acme.ask("SELECT private_note FROM invoice WHERE id = ?", ids[1]) == [("long ago",)]
