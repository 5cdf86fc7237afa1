"""A company small enough to be compared whole after every sync: some records of each sort, taken from a made-up one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from counterfoil.sandbox.books import Series
from counterfoil.sandbox.server import choose_companies

Record = dict[str, Any]

KEPT: Mapping[str, int] = {
    "Invoice": 16, "Payment": 10, "Customer": 8, "Item": 9, "Bill": 8, "TimeActivity": 6, "Class": 8,
    "Account": 60, "Vendor": 3, "Employee": 1, "TaxClassification": 3,
}  # fmt: skip
"""How many records of an entity are kept; names that hang on others are kept besides."""

PEOPLES = ("Invoice", "Payment", "Customer", "Item", "Bill", "TimeActivity", "Class")
"""What people add to."""

STREAMS = (*PEOPLES, "TaxClassification")  # the last one knows no pages
"""What is synced and compared; the others are there so that balances have somewhere to go."""


@dataclass(frozen=True)
class Small:
    """A company as the sandbox takes it. `bulk` invoices make pages turn."""

    realm_id: str
    name: str
    kept: Sequence[tuple[str, Record]]
    runs: Sequence[Series]

    def records(self) -> Iterator[tuple[str, Record]]:
        yield from self.kept

    def series(self) -> Sequence[Series]:
        return self.runs


@cache
def small(bulk: int = 0) -> Small:
    """The company of all histories; with `bulk` invoices, each paid or not, besides the few."""
    (whole,) = choose_companies(companies=1, invoices=bulk, seed=5, recorded=None)
    told: dict[str, list[Record]] = {}
    for entity, record in whole.records():
        told.setdefault(entity, []).append(record)
    kept = [(entity, record) for entity, most in KEPT.items() for record in _some(told[entity], most)]
    return Small(whole.realm_id, whole.name, kept, whole.series() if bulk else ())


def _some(records: list[Record], most: int) -> list[Record]:
    """The first ones, and a few that hang on others with those."""
    children = [record for record in records if "ParentRef" in record][:3]
    above = {record["ParentRef"]["value"] for record in children}
    return [
        record
        for place, record in enumerate(records)
        if place < most or record in children or record["Id"] in above
    ]
