"""Promise 9: a record that is edited, added or deleted while it is being read is neither missed nor doubled."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.server import choose_companies
from counterfoil.sync.progress import Watch
from tests.road.conftest import World
from tests.road.oracle import Oracle
from tests.torture.deeds import DEEDS
from tests.torture.history import COMPARED, USUAL, begun

COVERED = sorted(name for name, stream in catalog().items() if stream.in_cdc == "yes")


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    made = world(choose_companies(companies=1, invoices=60, seed=5, recorded=None))
    made.source(streams=COVERED)
    made.sync()
    return made


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    call=st.integers(1, 12),
    deeds=st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 9999)), min_size=1, max_size=4),
    synced=st.booleans(),
)
def test_whatever_is_done_between_two_calls_is_there_after_the_next_sync(
    call: int, deeds: list[tuple[str, int]], synced: bool
) -> None:
    with begun(synced=synced) as history:

        def meddle() -> None:
            for deed, number in deeds:
                history.books.do(deed, number)

        history.troubles.meddle_before(call, meddle)
        history.sync(COMPARED)
        history.troubles.be_quiet()
        history.agree(USUAL)
        history.agree(COMPARED)

        assert history.seen["comparisons"] == 2


def test_an_edit_and_a_delete_while_pages_are_read_are_caught(world: Callable[..., Any]) -> None:
    acme = world(choose_companies(companies=1, invoices=3000, seed=5, recorded=None))
    acme.source(streams=["Invoice"])
    clerk = acme.sandbox.books()
    first, second = clerk.ids("Invoice")[:2]
    meddled: list[int] = []

    def meddle(progress: Any) -> None:
        if progress.records >= 1000 and not meddled:
            meddled.append(progress.records)
            clerk.change("Invoice", first, {"PrivateNote": "edited meanwhile"})
            clerk.delete("Invoice", second)

    acme.sync(watch=Watch(progress=meddle, say=lambda _: None))

    assert meddled
    assert acme.ask("SELECT private_note FROM invoice WHERE id = ?", first) == [("edited meanwhile",)]
    assert acme.ask("SELECT _deleted FROM invoice WHERE id = ?", second) == [(True,)]
    ids = {record["Id"] for record in Oracle(acme.sandbox, acme.sandbox.realms[0]).records("Invoice")}
    assert {row[0] for row in acme.ask("SELECT id FROM invoice WHERE NOT _deleted")} == ids
    assert acme.ask("SELECT count(*) - count(DISTINCT id) FROM invoice") == [(0,)]


def test_two_edits_in_one_second_both_arrive(acme: World) -> None:
    clerk = acme.sandbox.books()
    id_ = clerk.ids("Invoice")[0]
    for note in ("first", "second", "third"):
        clerk.change("Invoice", id_, {"PrivateNote": note})
        acme.sync()
        assert acme.ask("SELECT private_note FROM invoice WHERE id = ?", id_) == [(note,)]
