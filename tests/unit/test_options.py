"""Long lists of options, as pages draw them."""

from datetime import UTC, datetime

from counterfoil.model.credential import Credential, CredentialState, Environment
from counterfoil.web.options import companies, zones


def credential(
    name: str, company: str = "", state: CredentialState = CredentialState.CONNECTED
) -> Credential:
    return Credential(
        id=name,
        name=name,
        realm_id="4620",
        environment=Environment.SANDBOX,
        created_at=datetime(2026, 3, 4, tzinfo=UTC),
        company_name=company,
        state=state,
    )


def test_a_company_goes_by_its_name_or_number_and_tells_that_it_needs_a_reconnect() -> None:
    some = [credential("acme", "Acme"), credential("birch", state=CredentialState.ENDED)]

    assert companies(some, "birch").splitlines() == [
        '<option value="acme">Acme · sandbox · acme</option>',
        '<option value="birch" selected>4620 · sandbox · birch, needs reconnect</option>',
    ]


def test_the_name_of_a_company_cannot_write_into_the_page() -> None:
    drawn = companies([credential('a"><script>', "<b>&")], "")

    assert drawn == (
        '<option value="a&#34;&gt;&lt;script&gt;">&lt;b&gt;&amp; · sandbox · a&#34;&gt;&lt;script&gt;</option>'
    )


def test_every_zone_is_proposed_as_it_is_written() -> None:
    assert '<option value="America/Argentina/Buenos_Aires">' in zones()
    assert zones().count("<option") > 400
