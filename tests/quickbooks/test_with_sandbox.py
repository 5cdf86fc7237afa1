"""The connector and the sandbox were written apart, from the same reference: here they meet."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import pytest

from counterfoil.errors import (
    ChangesTooOld,
    PoisonedPage,
    RateLimited,
    ReconnectNeeded,
    RecordGone,
    RequestRefused,
)
from counterfoil.model.credential import Tokens
from counterfoil.quickbooks.access import Access, Safe
from counterfoil.quickbooks.answer import count, split
from counterfoil.quickbooks.catalog import stream
from counterfoil.quickbooks.changes import changes
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.company import read_company
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.quickbooks.pace import Pace
from counterfoil.quickbooks.query import select, select_count
from counterfoil.quickbooks.retry import Patience
from counterfoil.sandbox.clerk import Clerk
from counterfoil.sandbox.limits import Rates
from counterfoil.sandbox.running import Sandbox
from tests.quickbooks.clock import Clock
from tests.quickbooks.safes import memory_safe
from tests.sandbox.acme import START, TinyCompany

BACK = "http://127.0.0.1/callback"
CUSTOMER, INVOICE, TERM = stream("Customer"), stream("Invoice"), stream("Term")


@dataclass
class Acme:
    """A company that was connected through its own consent, and who reads it."""

    sandbox: Sandbox
    app: OAuthApp
    safe: Safe
    client: Client

    @property
    def books(self) -> Clerk:
        return self.sandbox.books(self.client.realm_id)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all tests: each takes a company of its own, and time only moves forward."""
    with Sandbox([TinyCompany(realm_id=str(number)) for number in range(1, 41)], start=START) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def realms(sandbox: Sandbox) -> Iterator[str]:
    return iter(sandbox.realms)


@pytest.fixture
def acme(sandbox: Sandbox, realms: Iterator[str], clock: Clock) -> Iterator[Acme]:
    realm, patience = next(realms), Patience(sleep=clock.sleep)
    app = OAuthApp(
        client_id="sandbox-client",
        client_secret="sandbox-secret",
        token_url=f"{sandbox.url}/oauth2/v1/tokens/bearer",
        revoke_url=f"{sandbox.url}/v2/oauth2/tokens/revoke",
        patience=patience,
    )
    code = sandbox.authorize_code(realm, redirect_uri=BACK)
    safe = memory_safe(app.exchange(code, redirect_uri=BACK, now=sandbox.now()))
    pace = Pace(clock=clock, sleep=clock.sleep)
    access = Access(app, safe, now=sandbox.now)
    with Client(sandbox.url, realm, access, pace=pace, patience=patience) as client:
        yield Acme(sandbox, app, safe, client)
    sandbox.heal()


def invoices(acme: Acme) -> list[str]:
    records = split(acme.client.query(select(INVOICE, order="MetaData.CreateTime")), "Invoice")
    return [msgspec.json.decode(record)["Id"] for record in records]


def test_pages_and_counts_agree(acme: Acme) -> None:
    assert invoices(acme) == ["1", "2", "3", "4", "5"]
    assert count(acme.client.query(select_count(INVOICE))) == 5


def test_inactive_customers_are_read_too(acme: Acme) -> None:
    assert len(split(acme.client.query(select(CUSTOMER)), "Customer")) == 4
    assert count(acme.client.query(select_count(CUSTOMER))) == 4


def test_quotes_reach_the_server_as_they_are_meant(acme: Acme) -> None:
    name = "O'Hara \\ & Sons + 100% ünique"
    acme.books.create("Customer", {"DisplayName": name})

    found = split(acme.client.query(select(CUSTOMER, where=[("DisplayName", "=", name)])), "Customer")

    assert [msgspec.json.decode(record)["DisplayName"] for record in found] == [name]


def test_a_very_long_statement_is_understood(acme: Acme) -> None:
    where = [("Id", "IN", [str(number) for number in range(1, 600)])]

    assert len(split(acme.client.query(select(INVOICE, where=where)), "Invoice")) == 5


def test_changes_tell_edits_and_deletes_of_both_entities_in_one_metered_call(acme: Acme) -> None:
    since = acme.sandbox.now()
    acme.sandbox.advance(timedelta(seconds=5))
    acme.books.delete("Invoice", "2")
    acme.books.change("Customer", "1", {"Notes": "called"})
    acme.sandbox.reset_counters()

    found = changes(acme.client, [INVOICE, CUSTOMER, TERM], since)

    assert [gone.id for gone in found.by_entity["Invoice"].deleted] == ["2"]
    assert "1" in [msgspec.json.decode(record)["Id"] for record in found.by_entity["Customer"].records]
    assert found.by_entity["Term"].records == []
    assert found.server_time is not None
    assert acme.sandbox.counters()["metered"] == acme.client.counters.metered == 1


def test_changes_from_too_long_ago_are_told_apart(acme: Acme) -> None:
    with pytest.raises(ChangesTooOld):
        changes(acme.client, [INVOICE], acme.sandbox.now() - timedelta(days=31))


def test_the_company_tells_its_name_and_currency(acme: Acme) -> None:
    home = {"CurrencyPrefs": {"HomeCurrency": {"value": "USD"}}}
    acme.books.change("Preferences", "1", home)

    company = read_company(acme.client)

    assert (company.name, company.country, company.currency) == ("Acme <b>& Sons", "US", "USD")


def test_reading_goes_on_over_hours_and_days(acme: Acme) -> None:
    for step in (timedelta(minutes=59), timedelta(hours=2), timedelta(hours=25), timedelta(days=99)):
        acme.sandbox.advance(step)
        assert len(invoices(acme)) == 5

    assert acme.safe.load().hard_expires_at is not None


def test_a_refresh_whose_answer_was_lost_saves_the_connection(acme: Acme) -> None:
    acme.sandbox.advance(timedelta(hours=2))
    acme.sandbox.fault(kind="lose", path="oauth2/v1/tokens/bearer")

    assert len(invoices(acme)) == 5


def test_a_rotation_whose_answer_was_lost_asks_for_a_reconnect(acme: Acme) -> None:
    acme.sandbox.advance(timedelta(hours=30))
    acme.sandbox.fault(kind="lose", path="oauth2/v1/tokens/bearer")

    with pytest.raises(ReconnectNeeded):
        invoices(acme)


def test_a_company_disconnected_inside_quickbooks_asks_for_a_reconnect(acme: Acme) -> None:
    acme.sandbox.disconnect(acme.client.realm_id)

    with pytest.raises(ReconnectNeeded):
        invoices(acme)


def test_a_grant_given_back_no_longer_reads(acme: Acme) -> None:
    acme.app.revoke(acme.safe.load())
    acme.app.revoke(acme.safe.load())

    with pytest.raises(ReconnectNeeded):
        invoices(acme)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset"},
        {"kind": "lose"},
        {"kind": "truncate"},
        {"kind": "throttle"},
        {"kind": "throttle", "retry_after": 7.0},
        {"kind": "gateway", "status": 401, "code": "3200"},
        {"kind": "xml", "status": 504, "code": "6002"},
        {"kind": "xml", "status": 429, "code": "3001"},
        {"kind": "fault", "status": 200, "code": "10000"},
        {"kind": "fault", "status": 500, "code": "10000"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_what_passes_is_outlived(acme: Acme, fault: dict[str, object]) -> None:
    acme.sandbox.fault(path="query", **fault)

    assert len(invoices(acme)) == 5


def test_a_poisoned_record_fails_its_page_by_name(acme: Acme) -> None:
    acme.sandbox.poison("Invoice", "3", realm=acme.client.realm_id)

    with pytest.raises(PoisonedPage):
        invoices(acme)


def test_a_limit_that_stays_reached_ends_in_rate_limited(acme: Acme) -> None:
    acme.sandbox.fault(kind="throttle", times=99)

    with pytest.raises(RateLimited):
        invoices(acme)


def test_a_deleted_record_is_known_to_be_gone(acme: Acme) -> None:
    acme.books.delete("Invoice", "2")

    with pytest.raises(RecordGone):
        acme.client.get("invoice/2")


def test_a_wrong_question_is_refused_with_its_reason(acme: Acme) -> None:
    with pytest.raises(RequestRefused, match="Custmoer") as caught:
        acme.client.query("SELECT * FROM Custmoer")

    assert caught.value.fault_code == "4001"


def test_intuits_own_limits_are_hardly_ever_met(clock: Clock) -> None:
    """A machine that is busy may hold some requests up until others of the next second arrive beside them."""
    with Sandbox([TinyCompany()], start=START, rates=Rates()) as sandbox:
        given = sandbox.authorize()
        tokens = Tokens(
            access_token=given.access_token,
            refresh_token=given.refresh_token,
            access_expires_at=sandbox.now() + timedelta(hours=1),
            refresh_expires_at=sandbox.now() + timedelta(days=100),
        )
        access = Access(OAuthApp(client_id="", client_secret=""), memory_safe(tokens), now=sandbox.now)
        with Client(sandbox.url, given.realm_id, access) as client, ThreadPoolExecutor(15) as pool:
            list(pool.map(client.query, [select_count(INVOICE)] * 25))

        statuses = sandbox.counters()["statuses"]
        assert statuses["200"] == 25
        assert statuses.get("429", 0) < 7  # without keeping to them it is eight or more
