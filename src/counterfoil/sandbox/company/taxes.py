"""Sales tax: agencies, rates, codes, and the tax that a transaction comes to."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from counterfoil.sandbox.company.books import LIST_AGE, ZERO, Books, cents, ref
from counterfoil.sandbox.company.clock import pacific_time
from counterfoil.sandbox.company.wire import Record

_CLASSES_OF_GOODS: Final = (
    ("EUC-10000001-V1-00000000", "Bicycles", ("Inventory", "NonInventory")),
    ("EUC-10000002-V1-00000000", "Bicycle parts and accessories", ("Inventory", "NonInventory")),
    ("EUC-20000001-V1-00000000", "Repair labour", ("Service",)),
)


def write_taxes(books: Books) -> None:
    """Write agencies, rates with their history, codes with their rates, and the classes of goods."""
    for key, name in (
        ("state", f"{books.home.region} Revenue Office"),
        ("city", f"Town of {books.home.city}"),
    ):
        books.add("TaxAgency", _agency(name), at=books.moment(LIST_AGE), key=key)
    first, second = books.home.tax_rates
    for key, percent, agency in (
        ("main", first, "state"),
        ("local", second, "city"),
        ("zero", Decimal(0), "state"),
    ):
        _write_rate(books, key, percent, agency)
    _write_codes(books)
    for code, name, kinds in _CLASSES_OF_GOODS:
        _write_class_of_goods(books, code, name, kinds)


def _agency(name: str) -> Record:
    return {
        "DisplayName": name,
        "TaxTrackedOnPurchases": False,
        "TaxTrackedOnSales": True,
        "TaxRegistrationNumber": "0012-3456-0",
        "TaxAgencyConfig": "USER_DEFINED",
        "LastFileDate": "2020-01-01",
    }


def _write_rate(books: Books, key: str, percent: Decimal, agency: str) -> None:
    began = books.moment(LIST_AGE)
    changed = books.moment(LIST_AGE - 300)
    fields = {
        "Name": f"{books.home.tax_name} {key}",
        "Description": f"{books.home.tax_name}, {key} part",
        "Active": True,
        "RateValue": percent,
        "AgencyRef": {"value": books.named("TaxAgency", agency)["Id"]},
        "TaxReturnLineRef": {"value": "1"},
        "SpecialTaxType": "ZERO_RATE" if key == "zero" else "NONE",
        "DisplayType": "ReadOnly",
        "EffectiveTaxRate": [
            {"RateValue": percent, "EffectiveDate": pacific_time(began), "EndDate": pacific_time(changed)},
            {"RateValue": percent, "EffectiveDate": pacific_time(changed)},
        ],
    }
    rate = books.add("TaxRate", fields, at=began, key=key)
    if key == "zero":
        rate["OriginalTaxRate"] = {"value": books.named("TaxRate", "main")["Id"]}


def _write_codes(books: Books) -> None:
    """Write the real codes, then the two pseudo codes, which have letters for ids and no Active."""
    for key, rates in (("standard", ("main", "local")), ("zero", ("zero",))):
        members = [_rate_detail(books, rate, order) for order, rate in enumerate(rates)]
        fields = {
            "Name": f"{books.home.tax_name} {key}",
            "Description": f"{books.home.tax_name}: {key}",
            "Active": True,
            "Hidden": False,
            "Taxable": True,
            "TaxGroup": True,
            "TaxCodeConfigType": "USER_DEFINED",
            "SalesTaxRateList": {"TaxRateDetail": members},
            "PurchaseTaxRateList": {"TaxRateDetail": members[:1] if books.home.global_tax else []},
            "AdjustmentTaxRateList": {"TaxRateDetail": []},
        }
        books.add("TaxCode", fields, at=books.moment(LIST_AGE), key=key)
    for pseudo, taxable in (("TAX", True), ("NON", False)):
        fields = {"Name": pseudo, "Description": pseudo, "Taxable": taxable, "TaxGroup": False}
        books.add("TaxCode", fields, at=books.moment(LIST_AGE), key=pseudo, record_id=pseudo)


def _rate_detail(books: Books, rate: str, order: int) -> Record:
    return {
        "TaxRateRef": ref(books.named("TaxRate", rate)),
        "TaxTypeApplicable": "TaxOnAmount",
        "TaxOrder": order,
    }


def _write_class_of_goods(books: Books, code: str, name: str, kinds: tuple[str, ...]) -> None:
    first = books.all("TaxClassification")
    fields: Record = {
        "Code": code,
        "Name": name,
        "Description": f"{name}, as the tax office sees them",
        "Level": "2" if first else "1",
        "ApplicableTo": list(kinds),
    }
    if first:
        fields["ParentRef"] = ref(first[0])
    books.add("TaxClassification", fields, at=books.moment(LIST_AGE), key=name, record_id=code)


def line_code(books: Books, *, taxable: bool) -> dict[str, str]:
    """Give the tax code that a line carries at this home."""
    if books.home.global_tax:
        return {"value": books.named("TaxCode", "standard" if taxable else "zero")["Id"]}
    return {"value": "TAX" if taxable else "NON"}


def tax_detail(books: Books, lines: Iterable[tuple[str, Decimal]]) -> dict[str, Any]:
    """Work out the tax of lines given as (tax code, amount): one tax line per rate, each rounded to cents."""
    lines = list(lines)
    nets: dict[str, Decimal] = defaultdict(Decimal)
    for code, amount in lines:
        for rate in _rates_of(books, code):
            nets[rate] += amount
    if not nets:
        return {"TotalTax": 0}
    tax_lines = [_tax_line(books.records["TaxRate"][rate], net) for rate, net in nets.items()]
    detail: dict[str, Any] = {} if books.home.global_tax else {"TxnTaxCodeRef": _header_code(books)}
    return detail | {"TotalTax": sum((line["Amount"] for line in tax_lines), ZERO), "TaxLine": tax_lines}


def _header_code(books: Books) -> dict[str, str]:
    return {"value": books.named("TaxCode", "standard")["Id"]}


def _rates_of(books: Books, code: str) -> list[str]:
    if code == "NON":
        return []
    record = books.named("TaxCode", "standard") if code == "TAX" else books.records["TaxCode"][code]
    return [detail["TaxRateRef"]["value"] for detail in record["SalesTaxRateList"]["TaxRateDetail"]]


def _tax_line(rate: Record, net: Decimal) -> Record:
    return {
        "Amount": cents(net * rate["RateValue"] / 100),
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": rate["Id"]},
            "PercentBased": True,
            "TaxPercent": rate["RateValue"],
            "NetAmountTaxable": net,
        },
    }
