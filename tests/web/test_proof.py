"""The tab that proves a source's tables, its badge, and the same over the API."""

from collections.abc import Iterator

import duckdb
import pytest

from counterfoil.actions.verifications import verify_now
from counterfoil.store import queue
from counterfoil.sync.progress import SILENT
from tests.web.books import HOSTILE, Books, books

SPOILED = (
    "UPDATE quickbooks.a_invoice SET doc_number = ?, total_amount = 9 "
    "WHERE id = (SELECT MIN(id) FROM quickbooks.a_invoice)"
)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with books(tmp_path_factory.mktemp("books")) as made:
        yield made


def test_the_tab_tells_what_differed_and_the_badge_what_was_compared(acme: Books) -> None:
    ada = acme.browser
    assert "Nothing was verified yet" in ada.open("/sources/Acme/proof").text
    with duckdb.connect(str(acme.lake)) as connection:
        connection.execute(SPOILED, [HOSTILE])

    verify_now(acme.ada, "Acme", SILENT, heal=False)
    page = ada.open("/sources/Acme/proof").text

    assert "still differs" in page
    assert "Differs from QuickBooks" in page
    assert "<script>alert(1)" not in page
    assert "Differs from QuickBooks" in ada.open("/").text
    verify_now(acme.ada, "Acme", SILENT)
    assert "healed" in ada.open("/sources/Acme/proof").text
    assert "Proved" not in ada.page.text, "no balance was compared: that is no proof"


def test_a_verification_is_asked_for_on_the_page_and_waits_for_a_worker(acme: Books) -> None:
    ada = acme.browser
    ada.open("/sources/Acme/proof")

    ada.send("/sources/Acme/proof")

    assert ada.path.startswith("/syncs/")
    asked = queue.claim(acme.ada.db, "worker", acme.ada.now(), sync_id=ada.path.rsplit("/", 1)[1])
    assert asked is not None
    assert asked.verify == "heal"
    queue.put_back(acme.ada.db, asked, acme.ada.now())


def test_the_api_lists_shows_and_asks(acme: Books) -> None:
    if not _items(acme):
        verify_now(acme.ada, "Acme", SILENT)

    (one, *_) = _items(acme)
    full = acme.browser.http.get(f"/api/v1/sources/Acme/verifications/{one['id']}").json()

    assert one["state"] == "agrees"
    assert full["figures"]
    assert acme.browser.http.get("/api/v1/sources/Acme/verifications/nothing").status_code == 404


def _items(acme: Books) -> list[dict[str, str]]:
    items: list[dict[str, str]] = acme.browser.http.get("/api/v1/sources/Acme/verifications").json()["items"]
    return items
