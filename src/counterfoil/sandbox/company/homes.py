"""Where a made-up company is at home: its country, its currency and its kind of sales tax."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency, and what one unit of it is worth in US dollars in these books."""

    code: str
    name: str
    in_dollars: Decimal


@dataclass(frozen=True, slots=True)
class Home:
    """A country's way of keeping books, as far as the records show it."""

    country: str
    currency: Currency
    region: str
    city: str
    post_code: str
    tax_name: str
    tax_rates: tuple[Decimal, Decimal]  # what makes up the standard rate, in percent

    @property
    def global_tax(self) -> bool:
        """Tell whether lines carry real tax code ids and headers GlobalTaxCalculation.

        In the United States lines say TAX or NON instead, and the header carries the code.
        """
        return self.country != "USA"

    def foreign(self) -> tuple[Currency, ...]:
        """Give the other currencies that its customers and vendors use."""
        return tuple(currency for currency in CURRENCIES if currency != self.currency)[:3]

    def rate(self, currency: Currency) -> Decimal:
        """Tell how much home currency one unit of `currency` is worth."""
        if currency == self.currency:
            return Decimal(1)
        return (currency.in_dollars / self.currency.in_dollars).quantize(Decimal("0.000001"))


_DOLLAR = Currency("USD", "United States Dollar", Decimal(1))
_EURO = Currency("EUR", "Euro", Decimal("1.08435"))
_POUND = Currency("GBP", "British Pound Sterling", Decimal("1.2791"))
_YEN = Currency("JPY", "Japanese Yen", Decimal("0.006734"))
_CANADIAN = Currency("CAD", "Canadian Dollar", Decimal("0.7312"))
_AUSTRALIAN = Currency("AUD", "Australian Dollar", Decimal("0.6587"))

CURRENCIES: Final = (_EURO, _POUND, _YEN, _DOLLAR, _CANADIAN, _AUSTRALIAN)

HOMES: Final = (
    Home("USA", _DOLLAR, "CA", "Alder Bay", "94099", "Sales tax", (Decimal("6.25"), Decimal("1.75"))),
    Home("GBR", _POUND, "Devon", "Tamworthy", "EX39 9ZZ", "VAT", (Decimal(20), Decimal(0))),
    Home("CAN", _CANADIAN, "BC", "Kettle Point", "V0X 9X9", "GST/PST", (Decimal(5), Decimal(7))),
    Home("AUS", _AUSTRALIAN, "VIC", "Wattle Flat", "3999", "GST", (Decimal(10), Decimal(0))),
)

COMPANY_NAMES: Final = (
    "Hollow Lane Cycles",
    "Tern & Tallow Bicycles",
    "Kettle Point Wheelworks",
    "Wattle Flat Velo",
    "Lantern Street Bike Hire",
    "Marrow Bridge Cycle Co-op",
    "Pedal & Plough",
)


def home_of(index: int) -> Home:
    """Give the home of the company that stands at `index`; the first is at home in the United States."""
    return HOMES[index % len(HOMES)]


def name_of(index: int) -> str:
    """Give the company at `index` its name; a number follows once the names run out."""
    name = COMPANY_NAMES[index % len(COMPANY_NAMES)]
    turn = index // len(COMPANY_NAMES)
    return f"{name} {turn + 1}" if turn else name
