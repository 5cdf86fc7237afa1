"""Promise 10: the page on cost says what syncs cost, stream by stream."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.actions.sync_now import sync_now
from counterfoil.model.outcome import StreamOutcome
from counterfoil.model.stream import InCdc, Reading
from counterfoil.model.task import Clocks
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.company import companies
from counterfoil.sync.progress import SILENT
from tests.road.conftest import World

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "cost.md"
EVEN_NOW = timedelta(0)


@pytest.fixture(scope="module")
def rows() -> list[set[str]]:
    """The streams in each row of the page's table."""
    listed = re.findall(r"^\| ([A-Z]\w+(?:, \w+)+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [set(row.split(", ")) for row in listed]


@pytest.fixture
def acme(world: Callable[..., World]) -> World:
    """A small company of which every stream was read."""
    there = world(companies(1, seed=5, invoices=5, now=datetime.now(UTC)))
    there.source()
    return there


def test_the_page_lists_every_stream_by_what_it_costs(rows: list[set[str]]) -> None:
    every = set(catalog().values())
    covered = {stream for stream in every if stream.in_cdc is InCdc.YES}
    nested = {stream for stream in covered if stream.nests}
    paged = {stream for stream in every - covered if stream.reading is Reading.KEYSET}
    expected = [covered - nested, nested, paged, every - covered - paged]

    assert rows == [{stream.name for stream in group} for group in expected]


def test_each_sync_costs_what_the_page_says(acme: World, rows: list[set[str]]) -> None:
    flat, nested, paged, whole = rows
    first = metered(acme, Clocks())
    idle = metered(acme, Clocks())
    refreshed = metered(acme, Clocks(refresh=EVEN_NOW))
    compared = metered(acme, Clocks(compare=EVEN_NOW))

    one_each = len(paged) + len(whole) + 1  # ExchangeRate twice; TaxCode stands apart
    assert first == len(flat) + len(nested) + one_each - 1
    assert idle == 1
    assert refreshed == 1 + one_each - 1
    assert compared == 1 + len(nested) + len(paged) - 1


def metered(world: World, clocks: Clocks) -> int:
    """The calls of one sync as the sandbox counts them, without those for TaxCode."""
    world.sandbox.reset_counters()
    _, outcomes = sync_now(replace(world.around, clocks=clocks), "acme", SILENT)
    tax_codes = sum(outcome.calls for outcome in outcomes if is_tax_code(outcome))
    assert not tax_codes or 1 <= tax_codes <= 2
    counted: int = world.sandbox.counters()["metered"]
    assert sum(outcome.calls for outcome in outcomes) == counted
    return counted - tax_codes


def is_tax_code(outcome: StreamOutcome) -> bool:
    return outcome.stream == "TaxCode"


def test_the_page_adds_up() -> None:
    page = PAGE.read_text(encoding="utf-8")
    months = {30 * (syncs + refreshes * 20 + 7) for syncs, refreshes in ((96, 4), (24, 4), (24, 1))}

    assert months == {5490, 3330, 1530}
    assert all(f"{month:,}" in page for month in months)
    assert f"carries {500_000 // 5490} such" in page
    assert f"carries {500_000 // 3330}." in page
    assert [most(count) for count in (100_000, 60_000, 20_000)] == [109, 69, 27]


def most(records: int) -> int:
    """`pages(n)` of the page, with as many windows as such a stream is read in."""
    windows = min(8, max(1, (records - 1000) // 3000))
    return -(-records // 1000) + 1 + windows
