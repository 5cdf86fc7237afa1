"""What a choice of streams comes to: the lists that its records name, and the calls of its first sync."""

import pytest

from counterfoil.model.cost import calls_of_first
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.naming import named_by


@pytest.mark.parametrize(
    ("stream", "some", "none"),
    [
        ("Invoice", {"Customer", "Item", "Term", "Account", "TaxCode"}, {"Vendor", "Invoice", "Employee"}),
        ("Bill", {"Vendor", "Account", "Term"}, {"Employee"}),
        ("TaxRate", {"TaxAgency"}, {"TaxRate"}),
        ("Customer", {"PaymentMethod", "CustomerType"}, {"Customer"}),
    ],
)
def test_records_name_lists_by_their_references(stream: str, some: set[str], none: set[str]) -> None:
    named = set(named_by(stream))

    assert some <= named
    assert not named & none


@pytest.mark.parametrize(
    ("stream", "count", "calls"),
    [
        ("Invoice", 0, 1),
        ("Invoice", 999, 1),
        ("Invoice", 2_000, 4 + 1),  # as the guide to costs has it, and what changed meanwhile
        ("Invoice", 100_000, 109 + 1),
        ("TaxCode", 3, 2),
        ("Preferences", 0, 1),
    ],
)
def test_a_first_sync_takes_as_many_calls_as_the_guide_says(stream: str, count: int, calls: int) -> None:
    assert calls_of_first([catalog()[stream]], {stream: count}) == calls
