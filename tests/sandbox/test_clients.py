"""Intuit's own Python client and the community's work against the sandbox, unchanged but for the host."""

from datetime import UTC, datetime

import pytest
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from quickbooks import QuickBooks
from quickbooks.batch import batch_create
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import ObjectNotFoundException, QuickbooksException
from quickbooks.objects.base import Ref
from quickbooks.objects.customer import Customer
from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail
from quickbooks.objects.invoice import Invoice
from quickbooks.objects.item import Item
from quickbooks.objects.payment import Payment

from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import REALM, START, at

REDIRECT = "http://127.0.0.1:9/callback"


@pytest.fixture
def auth(sandbox: Sandbox) -> AuthClient:
    where = f"{sandbox.url}/.well-known/openid_sandbox_configuration/"
    client = AuthClient("sandbox-client", "sandbox-secret", REDIRECT, where)
    client.get_bearer_token(sandbox.authorize_code(redirect_uri=REDIRECT), realm_id=REALM)
    return client


@pytest.fixture
def books(sandbox: Sandbox, auth: AuthClient, monkeypatch: pytest.MonkeyPatch) -> QuickBooks:
    monkeypatch.setattr(QuickBooks, "api_url_v3", f"{sandbox.url}/v3")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    return QuickBooks(auth_client=auth, refresh_token=auth.refresh_token, company_id=REALM, minorversion=75)


def invoice_of(customer: Customer) -> Invoice:
    line = SalesItemLine()
    line.Amount, line.SalesItemLineDetail = 12.5, SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = Ref()
    line.SalesItemLineDetail.ItemRef.value = "1"
    invoice = Invoice()
    invoice.CustomerRef, invoice.Line = customer.to_ref(), [line]
    return invoice


def test_intuits_client_signs_in_refreshes_and_revokes(auth: AuthClient) -> None:
    first = auth.access_token

    auth.refresh()

    assert auth.access_token != first
    assert auth.revoke()


def test_intuits_client_trusts_the_identity_token(sandbox: Sandbox) -> None:
    where = f"{sandbox.url}/.well-known/openid_sandbox_configuration/"
    client = AuthClient("sandbox-client", "sandbox-secret", REDIRECT, where)
    sandbox.advance(datetime.now(UTC) - sandbox.now())  # that client looks at its own clock
    code = sandbox.authorize_code(redirect_uri=REDIRECT, scopes=[Scopes.OPENID.value])

    client.get_bearer_token(code, REALM)

    assert client.id_token
    assert client.get_user_info().json()["sub"]


def test_the_community_client_creates_updates_pays_voids_and_deletes(books: QuickBooks) -> None:
    customer = Customer()
    customer.DisplayName = "Fir"
    customer.save(qb=books)
    invoice = invoice_of(Customer.get(customer.Id, qb=books))
    invoice.save(qb=books)
    saved = Invoice.get(invoice.Id, qb=books)
    assert (saved.TotalAmt, saved.SyncToken) == (12.5, "0")

    saved.PrivateNote = "hello"
    saved.save(qb=books)
    assert Invoice.get(invoice.Id, qb=books).PrivateNote == "hello"
    with pytest.raises(QuickbooksException, match="Stale"):
        saved.save(qb=books)

    Invoice.get(invoice.Id, qb=books).void(qb=books)
    voided = Invoice.get(invoice.Id, qb=books)
    assert voided.TotalAmt == 0
    voided.delete(qb=books)
    with pytest.raises(ObjectNotFoundException):
        Invoice.get(invoice.Id, qb=books)


def test_the_community_client_lists_filters_and_counts(books: QuickBooks) -> None:
    assert [item.Name for item in Item.all(qb=books)] == ["Nail"]
    assert [invoice.Id for invoice in Invoice.filter(DocNumber="103", qb=books)] == ["3"]
    assert Invoice.count(qb=books) == 5
    assert len(Invoice.choose(["1", "2"], qb=books)) == 2


def test_the_community_client_follows_changes_and_sends_batches(books: QuickBooks) -> None:
    made = []
    for name in ("Fir", "Gum"):
        made.append(Customer())
        made[-1].DisplayName = name
    assert len(batch_create(made, qb=books).successes) == 2

    changed = change_data_capture([Customer, Payment], at(START), qb=books)

    assert {customer.DisplayName for customer in changed.Customer} == {"Fir", "Gum"}
