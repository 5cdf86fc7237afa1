"""A company tells who it is."""

from counterfoil.model.company import Company
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.company import read_company
from tests.quickbooks.wire import Reply, Wire


def test_name_and_country_come_from_company_info_and_currency_from_preferences(
    acme: Client, wire: Wire
) -> None:
    wire.script = [
        Reply(body=b'{"CompanyInfo":{"CompanyName":"Acme \\u00e9t\\n Fils","Country":"CA","Id":"1"}}'),
        Reply(body=b'{"Preferences":{"CurrencyPrefs":{"HomeCurrency":{"value":"CAD"}}}}'),
    ]

    company = read_company(acme)

    assert company == Company(realm_id="4620816365", name="Acme ét Fils", country="CA", currency="CAD")
    assert [asked.path.split("4620816365/", 1)[1] for asked in wire.asked] == [
        "companyinfo/4620816365",
        "preferences",
    ]


def test_what_is_not_told_is_empty(acme: Client, wire: Wire) -> None:
    wire.script = [
        Reply(body=b'{"CompanyInfo":{"LegalName":"Birch LLC","Country":7}}'),
        Reply(body=b'{"Preferences":{}}'),
    ]

    assert read_company(acme) == Company(realm_id="4620816365", name="Birch LLC", country="", currency="")
