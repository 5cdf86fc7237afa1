"""Promise 6: an unknown field is kept, not dropped: it lands in `_extra`."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.sandbox.clock import stamp
from tests.road.conftest import World, opened_store, opened_world
from tests.torture.company import small

names = st.from_regex(r"New[A-Za-z]{1,8}", fullmatch=True)
scalars = st.one_of(
    st.booleans(),
    st.integers(-(10**20), 10**20).map(Decimal),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=5,
)
"""What Intuit may add tomorrow: words, numbers, lists, objects in objects."""


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("unknown")
    with ExitStack() as stack:
        db = stack.enter_context(opened_store(folder))
        world = stack.enter_context(opened_world(folder, db, [small()]))
        world.source(streams=["Invoice"])
        world.sync()
        yield world


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    above=st.dictionaries(names, values, min_size=1, max_size=4),
    below=st.dictionaries(names, values, min_size=1, max_size=4),
)
def test_whatever_field_comes_tomorrow_stands_in_extra_where_it_stood(
    acme: World, above: dict[str, Any], below: dict[str, Any]
) -> None:
    id_ = acme.sandbox.books().ids("Invoice")[0]
    _add(acme, id_, above, below)

    acme.sync()

    assert _extra(acme, "SELECT _extra FROM invoice WHERE id = ?", id_) == above
    assert _extra(acme, 'SELECT _extra FROM invoice_line WHERE invoice_id = ? AND "index" = 0', id_) == below


def _add(acme: World, id_: str, above: dict[str, Any], below: dict[str, Any]) -> None:
    """Fields of their own for an invoice and its first line; what was added before goes."""
    books, moment = acme.sandbox.books().books, acme.sandbox.advance(timedelta(seconds=1))
    record = books.get("Invoice", id_)
    assert record is not None
    line = {name: value for name, value in record["Line"][0].items() if not name.startswith("New")}
    known = {name: value for name, value in record.items() if not name.startswith("New")}
    known["Line"] = [line | below, *record["Line"][1:]]
    known["MetaData"]["LastUpdatedTime"] = stamp(int(moment.timestamp()))
    books.put("Invoice", known | above)


def _extra(acme: World, sql: str, id_: str) -> dict[str, Any]:
    """What stands in `_extra` of the new names: the company has oddities of its own."""
    ((text,),) = acme.ask(sql, id_)
    found = json.loads(text, parse_int=Decimal, parse_float=Decimal)
    return {name: value for name, value in found.items() if name.startswith("New")}
