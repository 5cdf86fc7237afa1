"""Who a company is: read once it is connected."""

from typing import Any

import msgspec

from counterfoil.model.company import Company
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.faults import clean


def read_company(client: Client) -> Company:
    """Ask for the name and country, and for the home currency, which only Preferences tells: two metered
    calls.

    Shapes: API reference, section 8.1. Raises whatever `Client` raises.
    """
    info = _body(client, f"companyinfo/{client.realm_id}")
    preferences = _body(client, "preferences")
    return Company(
        realm_id=client.realm_id,
        name=_text(info, "CompanyInfo", "CompanyName") or _text(info, "CompanyInfo", "LegalName"),
        country=_text(info, "CompanyInfo", "Country"),
        currency=_text(preferences, "Preferences", "CurrencyPrefs", "HomeCurrency", "value"),
    )


def _body(client: Client, path: str) -> Any:
    return msgspec.json.decode(client.get(path).body)


def _text(value: Any, *path: str) -> str:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return clean(value) if isinstance(value, str) else ""
