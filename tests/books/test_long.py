"""The ledger's long proof: companies of every country from many seeds, and after random histories of their books."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from counterfoil.destinations import KINDS
from counterfoil.sandbox.server import choose_companies
from counterfoil.store import sources
from tests.books import test_statement_views as statements
from tests.books.comparing import by_month, differences, ours, theirs
from tests.books.conftest import Library, Shelf
from tests.books.deeds import POSTING, live
from tests.books.history import Keeper
from tests.road.conftest import World, opened_store, opened_world
from tests.torture.conftest import Tell, seed, told
from tests.torture.history import COMPARED

COUNTRIES = 4
SEEDS = 10


def _says_of_each_document_what_quickbooks_says(shelf: Shelf) -> None:
    """What is open on it. Journal entries and payments of bills do not say that of themselves."""
    for view in ("accounts_receivable_ageing", "accounts_payable_ageing"):
        rows = shelf.ask(f"SELECT transaction_type, foreign_open_amount, reported_balance FROM {{{view}}}")
        assert rows
        assert {type_ for type_, _, reported in rows if reported is None} <= {"JournalEntry", "BillPayment"}
        assert [row for row in rows if row[2] is not None and row[1] != row[2]] == []


STATEMENTS: tuple[Callable[[Shelf], None], ...] = (
    statements.test_a_trial_balance_comes_to_nought_each_month,
    statements.test_assets_equal_liabilities_and_equity_each_month,
    statements.test_profit_ties_to_the_balance_sheet,
    statements.test_cash_flows_to_what_the_bank_accounts_hold,
    _says_of_each_document_what_quickbooks_says,
    statements.test_what_was_open_on_any_day_is_what_the_ledger_held,
)
"""What holds of the statements of any books."""
DEEDS = 150
"""What is done to each company's books between two syncs."""

__all__ = ["seed", "told"]


@contextmanager
def _books(number: int) -> Iterator[Library]:
    """A company in each country, in one warehouse."""
    companies = choose_companies(companies=COUNTRIES, invoices=60, seed=number, recorded=None)
    with TemporaryDirectory(prefix="ledger-") as name:
        folder = Path(name)
        with opened_store(folder) as db, opened_world(folder, db, companies) as made:
            world = replace(made, around=replace(made.around, clocks=COMPARED))
            for place, realm in enumerate(world.sandbox.realms):
                sources.save(db, replace(world.source(f"acme{place}", realm=realm), views=True))
            kind = KINDS["duckdb"]
            yield Library(world, {"duckdb": Shelf("duckdb", kind.open({"path": str(world.warehouse)}))})


def _live(world: World, chance: Random) -> Counter[str]:
    done: Counter[str] = Counter()
    for realm in world.sandbox.realms:
        keeper = Keeper(world.sandbox.books(realm), chance, world.sandbox.now().date())
        done.update(live(keeper, DEEDS))
    return Counter({f"deed: {name}": number for name, number in done.items()})


def _agrees(library: Library) -> Counter[str]:
    """Hold every posting of our ledger against the sandbox's; count what was compared."""
    shelf = library.shelves["duckdb"]
    expected, found = theirs(library.world.sandbox), ours(shelf)
    assert differences(expected, found) == {}
    months = by_month(expected)
    assert differences(months, by_month(found)) == {}
    for holds in STATEMENTS:
        holds(shelf)
    (postings,) = shelf.ask("SELECT COUNT(*) FROM {general_ledger}")[0]
    return Counter(
        {
            "comparisons": 1,
            "transactions": len({key[:3] for key in expected}),
            "postings": postings,
            "accounts × months": len(months),
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize("place", range(SEEDS))
def test_the_ledger_is_quickbooks_own_after_any_history(seed: int, told: Tell, place: int) -> None:
    with _books(seed + place) as library:
        library.sync()
        assert {key[1] for key in theirs(library.world.sandbox)} == set(POSTING)
        seen = _agrees(library)
        for part in range(2):
            seen.update(_live(library.world, Random(f"{seed} {place} {part}")))
            library.sync()
            seen.update(_agrees(library))
    told("".join(f"\n{number:9,} {what}" for what, number in sorted(seen.items())))
