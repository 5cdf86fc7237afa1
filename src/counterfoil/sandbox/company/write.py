"""The order in which the books are written: lists first, then what happened, then what it came to."""

from dataclasses import dataclass
from random import Random

from counterfoil.sandbox.company.balances import sold_in_bulk, write_balances
from counterfoil.sandbox.company.books import Books
from counterfoil.sandbox.company.bulk import Bulk, BulkTally, make_bulk, tally
from counterfoil.sandbox.company.chart import write_chart
from counterfoil.sandbox.company.extras import write_attachables, write_recurring, write_times
from counterfoil.sandbox.company.homes import Home
from counterfoil.sandbox.company.items import write_items
from counterfoil.sandbox.company.ledger import write_ledger
from counterfoil.sandbox.company.lists import write_lists
from counterfoil.sandbox.company.names import write_names
from counterfoil.sandbox.company.purchases import write_purchases
from counterfoil.sandbox.company.rarities import write_rarities
from counterfoil.sandbox.company.sales import write_sales
from counterfoil.sandbox.company.settings import (
    write_budgets,
    write_company_info,
    write_preferences,
    write_rates,
)
from counterfoil.sandbox.company.taxes import write_taxes


@dataclass(frozen=True)
class Draft:
    """What a company's books are drawn from; `now` in epoch seconds."""

    home: Home
    name: str
    realm_id: str
    seed: int
    invoices: int
    now: int


def write_names_and_lists(draft: Draft) -> Books:
    """Write all that transactions refer to."""
    books = Books(draft.home, draft.now, Random(f"{draft.seed} {draft.realm_id}"))
    for part in (write_chart, write_lists, write_taxes, write_items, write_names):
        part(books)
    return books


def plan_bulk(draft: Draft) -> tuple[Bulk, BulkTally]:
    """Plan the bulk run and add it up; the costliest step, a second or so for a million invoices."""
    bulk = make_bulk(write_names_and_lists(draft), seed=draft.seed, count=draft.invoices)
    return bulk, tally(bulk.plan)


def write_books(draft: Draft, bulk: Bulk, sums: BulkTally) -> Books:
    """Write the whole books, balances and all, with the bulk run's sums in them."""
    books = write_names_and_lists(draft)
    write_company_info(books, draft.name, draft.realm_id)
    write_preferences(books)
    write_rates(books)
    write_budgets(books)
    write_ledger(books, sold_in_bulk(books, bulk, sums))
    write_sales(books)
    write_purchases(books)
    write_times(books)
    write_rarities(books)
    write_balances(books, bulk, sums)
    write_recurring(books)  # after the balances: a template posts nothing
    write_attachables(books, draft.realm_id)
    return books
