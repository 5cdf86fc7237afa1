"""A company: one set of books in QuickBooks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who a company is, as QuickBooks tells it; a text is "" where it does not."""

    realm_id: str
    name: str
    country: str  # "US", "CA", …
    currency: str  # of its books: "USD", …
