"""The made-up companies that the sandbox serves: bicycle shops with three years of books.

The first is Hollow Lane Cycles of Alder Bay, a shop, workshop and hire desk at home in US dollars; the next ones have
other names and, in turn, British, Canadian and Australian homes. All of it is invented here.

Each company has every entity that QuickBooks Online serves, several of each, with every kind of line; customers and
vendors in three foreign currencies; estimates that became invoices, were paid and banked; bills paid by cheque and
card; inactive names, sub-customers, projects, voided transactions; and the kinds of text and amount that break
careless readers. JournalCode, TaxPayment and TaxClassification, which QuickBooks serves only in some countries, are
in all of them. The books balance: every amount follows from the posting rules (rules.py, postings.py).

`records()` are some hundreds of records written one by one. `series()` are bulk runs, as long as asked for, of
invoices and payments, each computed from its place and never stored. Ids are numbered from one in every company, so
the same id means another record in another realm. The same arguments give the same bytes.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from counterfoil.sandbox.company.books import Books
from counterfoil.sandbox.company.bulk import Bulk, BulkTally
from counterfoil.sandbox.company.homes import home_of, name_of
from counterfoil.sandbox.company.postings import Posting, postings
from counterfoil.sandbox.company.series import Series, invoice_series, payment_series
from counterfoil.sandbox.company.write import Draft, plan_bulk, write_books

__all__ = ["Company", "Series", "companies"]


def companies(count: int, *, seed: int, invoices: int, now: datetime) -> list["Company"]:
    """Make up `count` companies, each with `invoices` bulk invoices, whose books end at `now` (aware)."""
    return [
        Company(
            Draft(
                home=home_of(index),
                name=name_of(index),
                realm_id=f"93414{seed % 10_000_000:07d}{index + 1:04d}",
                seed=seed + index,
                invoices=invoices,
                now=int(now.timestamp()),
            )
        )
        for index in range(count)
    ]


@dataclass(frozen=True)
class Company:
    """One made-up company."""

    draft: Draft

    @property
    def realm_id(self) -> str:
        return self.draft.realm_id

    @property
    def name(self) -> str:
        return self.draft.name

    def records(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give (entity, full record) for all that is written one by one; the caller owns the records."""
        for entity, members in self._books.records.items():
            for record in members.values():
                yield entity, deepcopy(record)

    def series(self) -> list[Series]:
        """Give the bulk runs, invoices first."""
        plan = self._bulk[0].plan
        return [invoice_series(plan), payment_series(plan)]

    def postings(self, entity: str, record: dict[str, Any]) -> list[Posting]:
        """Give what a record of this company posts: (account id, debit, credit) in home currency, balanced."""
        return postings(self._books, entity, record)

    @cached_property
    def _bulk(self) -> tuple[Bulk, BulkTally]:
        return plan_bulk(self.draft)

    @cached_property
    def _books(self) -> Books:
        return write_books(self.draft, *self._bulk)
