"""Setting up a source by pages: what is read, and where it goes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from counterfoil.actions import sources
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.running import Sandbox
from tests.api.service import Service
from tests.web.conftest import Browser, sign_up
from tests.web.setting_up import (
    as_far_as_the_data,
    as_far_as_the_destination,
)

Browse = Callable[[Service], Browser]


@pytest.fixture
def ada(connected: Service, browse: Browse) -> Browser:
    browser = browse(connected)
    sign_up(browser)
    return browser


def test_records_are_counted_on_request_paid_for_once_and_ticks_stay(ada: Browser, sandbox: Sandbox) -> None:
    draft = as_far_as_the_data(ada, sandbox)
    assert "Count the records" in ada.page.text
    ada.send(f"{draft}/counts", all="no", stream="Invoice")

    assert "Count the records" not in ada.page.text
    assert "Counted in QuickBooks" in ada.page.text
    found = re.search(
        r'value="Invoice" checked>.*?<span class="num small">([0-9,]+)</span>', ada.page.text, re.S
    )
    assert found
    assert int(found[1].replace(",", "")) >= 3
    assert 'value="Customer">' in ada.page.text


def test_lists_that_chosen_records_name_are_hinted_at_and_added_by_a_click(
    ada: Browser, sandbox: Sandbox
) -> None:
    draft = as_far_as_the_data(ada, sandbox)
    ada.send(f"{draft}/chosen", all="no", stream="Payment")
    assert "Named, and not chosen" in ada.page.text
    assert 'value="Customer"' in ada.page.text
    ada.open(f"{draft}/data")
    ada.send(f"{draft}/data", all="no", stream="Payment", add="Customer Account")

    assert ada.path == f"{draft}/data"
    for name in ("Payment", "Customer", "Account"):
        assert f'value="{name}" checked' in ada.page.text


def test_some_can_be_chosen_of_every_stream(ada: Browser, sandbox: Sandbox) -> None:
    as_far_as_the_data(ada, sandbox)

    assert set(re.findall(r'name="stream" value="(\w+)"', ada.page.text)) == set(catalog())


def test_a_source_without_a_destination_is_not_made(ada: Browser, sandbox: Sandbox) -> None:
    draft = as_far_as_the_destination(ada, sandbox)
    ada.send(f"{draft}/destination")

    assert ada.page.status_code == 422
    assert "No destination is chosen" in ada.page.text
    assert sources.every(ada.service.db) == ()


def test_a_destination_made_on_the_way_is_chosen_and_what_was_ticked_stays(
    ada: Browser, sandbox: Sandbox, tmp_path: Path
) -> None:
    draft = as_far_as_the_destination(ada, sandbox)
    ada.send(f"{draft}/duckdb")
    ada.send(f"{draft}/destination", destination="books", do="add", **{"dataset.books": "west"})
    assert ada.path == "/destinations/new"
    lake = {"kind": "duckdb", "name": "a lake", "option.path": str(tmp_path / "lake.duckdb")}
    ada.send("/destinations/new", **lake, back=f"{draft}/destination", do="keep")

    assert ada.path == f"{draft}/destination"
    for name in ("books", "a lake"):
        assert re.search(f'value="{name}"\\s*checked', ada.page.text)
    assert 'value="west"' in ada.page.text
