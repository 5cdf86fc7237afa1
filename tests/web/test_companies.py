"""All companies of a destination together, on its pages."""

from collections.abc import Callable, Iterator
from html import unescape

import duckdb
import pytest

from counterfoil.actions import destinations
from counterfoil.model.actor import Role
from counterfoil.model.member import Union
from counterfoil.store import unions
from tests.api.service import Service
from tests.road.broken import holding
from tests.web.books import Books, books
from tests.web.conftest import Browser, sign_up_as

LAKE = "/destinations/lake"


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with books(tmp_path_factory.mktemp("books"), streams=frozenset({"Customer", "Preferences"})) as made:
        yield made


@pytest.fixture
def ada(acme: Books) -> Iterator[Browser]:
    yield acme.browser
    if unions.of(acme.ada.db, destinations.show(acme.ada.db, "lake")):
        unite(acme.browser, "", path="/companies/remove")


def unite(ada: Browser, currency: str = "", dataset: str = "all_companies", path: str = "/companies") -> str:
    ada.open(LAKE)
    id_ = destinations.show(ada.service.db, "lake").id
    return unescape(ada.send(f"{LAKE}{path}", destination=id_, currency=currency, dataset=dataset).text)


def wanted(ada: Browser) -> Union | None:
    return destinations.show(ada.service.db, "lake").companies


def test_they_are_made_seen_and_taken_away(acme: Books, ada: Browser) -> None:
    assert "See the SQL first" in ada.open(LAKE).text
    assert "that would stand in" in ada.open(f"{LAKE}/companies").text

    told = unite(ada, "usd")
    assert wanted(ada) == Union(currency="USD")
    assert "views over all companies stand in all_companies." in told
    with duckdb.connect(str(acme.lake), read_only=True) as lake:
        assert lake.sql("SELECT DISTINCT _source FROM all_companies.customer").fetchall() == [("Acme",)]

    sql = unescape(ada.open(f"{LAKE}/companies?view=customer").text)
    assert '"_company_name"' in sql
    assert 'FROM "quickbooks"."a_customer"' in sql

    assert "fail from then on" in ada.open(f"{LAKE}/companies/remove").text
    assert "All tables stay." in unite(ada, path="/companies/remove")
    assert wanted(ada) is None


def test_each_company_tells_its_currency_and_whether_it_has_a_rate(ada: Browser) -> None:
    unite(ada, "CHF")

    told = ada.open(f"{LAKE}/companies/members").text

    assert ">USD<" in told
    assert "no rate to CHF is loaded" in told


def test_what_cannot_be_is_told_and_the_form_stays(ada: Browser) -> None:
    told = unite(ada, "US1", "quickbooks")

    assert "'US1' is no currency" in told
    assert 'value="US1"' in told
    assert 'value="quickbooks"' in told
    assert "Tables or views of Acme stand in the dataset quickbooks already" in unite(ada, "", "quickbooks")
    assert wanted(ada) is None


def test_a_warehouse_that_somebody_holds_is_told(
    acme: Books, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    unite(ada)
    monkeypatch.setattr("counterfoil.actions.companies.LONGEST_QUESTION", 0.5)
    with holding(acme.lake):
        assert "Home currencies cannot be seen just now" in ada.open(f"{LAKE}/companies/members").text


def test_viewers_see_them_and_change_nothing(ada: Browser, browse: Callable[[Service], Browser]) -> None:
    unite(ada)
    viewer = browse(ada.service)
    sign_up_as(ada, viewer, Role.VIEWER)

    assert "Make them anew" not in viewer.open(LAKE).text
    assert "See their SQL" in viewer.page.text
    id_ = destinations.show(ada.service.db, "lake").id
    viewer.send(f"{LAKE}/companies", destination=id_, currency="EUR", dataset="all_companies")
    assert wanted(ada) == Union()
