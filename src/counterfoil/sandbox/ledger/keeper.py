"""Keeps a running company's entries: written when a report is first asked for, and anew only for what changed since."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from counterfoil.sandbox.ledger.cash import cash_entries
from counterfoil.sandbox.ledger.entries import entry
from counterfoil.sandbox.ledger.live import Account, LiveChart, account_of
from counterfoil.sandbox.ledger.nouns import Document, Entry, Item, Likeness, item_of
from counterfoil.sandbox.ledger.rules import RULES
from counterfoil.sandbox.places import Bounds
from counterfoil.sandbox.records import value_at
from counterfoil.sandbox.wire import Record, decode

if TYPE_CHECKING:
    from counterfoil.sandbox.books import Books, Series

_MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
                  "October", "November", "December")  # fmt: skip
_LISTS: Final = ("Account", "Item", "Preferences")
_PAID: Final = ("Invoice", "CreditMemo", "Bill", "VendorCredit", "JournalEntry")


@dataclass(frozen=True)
class Ledger:
    """Every entry of a company as it stood at one moment, oldest first."""

    chart: LiveChart
    entries: list[Entry]

    @cached_property
    def on_cash(self) -> list[Entry]:
        """The same on cash basis."""
        return sorted(cash_entries(self.entries, self.chart), key=_by_day)

    def on(self, basis: str) -> list[Entry]:
        """The entries on `Cash` or `Accrual` basis."""
        return self.on_cash if basis == "Cash" else self.entries


class Keeper:
    """The entries of one company's books; to be asked while nobody writes in them."""

    def __init__(self, books: "Books") -> None:
        self._books = books
        self._touched: set[Document] | None = None  # None: nothing was written down yet
        self._entries: dict[Document, Entry] = {}
        self._chart: LiveChart | None = None
        self._ledger: Ledger | None = None

    def touch(self, entity: str, id_: str) -> None:
        """Remember that a record was written or taken away."""
        if entity in _LISTS:
            self._refresh_lists(entity, id_)
        if self._touched is not None and entity in RULES:
            self._touched.add((entity, id_))

    def chart(self) -> LiveChart:
        """The accounts and items as they stand."""
        if self._chart is None:
            accounts = {one.id: one for one in map(account_of, self._all("Account"))}
            items = {str(one["Id"]): item_of(one) for one in self._all("Item")}
            self._chart = self._made(accounts, items)
        return self._chart

    def ledger(self) -> Ledger:
        """Every entry, brought up to date."""
        chart = self.chart()
        if self._touched is None:
            self._entries = dict(self._read_all(chart))
        elif self._touched:
            self._rewrite(chart, self._touched)
        elif self._ledger:
            return self._ledger
        self._touched = set()
        self._ledger = Ledger(chart, sorted(self._entries.values(), key=_by_day))
        return self._ledger

    def _rewrite(self, chart: LiveChart, touched: set[Document]) -> None:
        again = set(touched)
        if any(entity in _PAID for entity, _ in touched):  # a payment looks at the rate of what it pays
            again |= {
                key for key, found in self._entries.items() if found.links and found.currency != chart.home
            }
        for entity, id_ in again:
            record = self._books.get(entity, id_)
            written = entry(chart, entity, record) if record else None
            if written:
                self._entries[entity, id_] = written
            else:
                self._entries.pop((entity, id_), None)

    def _read_all(self, chart: LiveChart) -> Iterator[tuple[Document, Entry]]:
        for entity in RULES:
            places = self._books.select(entity, "created", Bounds())
            every = places.page(0, len(places))
            run = self._books.runs.get(entity)
            computed = [place for place in every if isinstance(place, int)]
            likeness = getattr(run.series, "likeness", None) if run else None
            if run and likeness:
                yield from _alike(chart, run.series, computed)
                every = [place for place in every if not isinstance(place, int)]
            for body in self._books.bodies(entity, every):
                written = entry(chart, entity, decode(body))
                if written:
                    yield (entity, written.id), written

    def _refresh_lists(self, entity: str, id_: str) -> None:
        """A change that moves but the balance of an account or the count of an item is nothing to the entries."""
        if self._chart is None:
            return
        record = self._books.get(entity, id_)
        accounts, items = dict(self._chart.accounts), dict(self._chart.items)
        if entity == "Account" and record:
            accounts[id_] = account_of(record)
        elif entity == "Item" and record:
            items[id_] = item_of(record)
        fresh = self._made(accounts, items)
        if _facts(fresh) != _facts(self._chart):
            self._chart, self._touched, self._ledger = fresh, None, None

    def _made(self, accounts: dict[str, Account], items: dict[str, Item]) -> LiveChart:
        preferences = self._books.get("Preferences", "1") or {}
        home = value_at(preferences, "CurrencyPrefs.HomeCurrency.value")
        month = value_at(preferences, "AccountingInfoPrefs.FirstMonthOfFiscalYear")
        return LiveChart(
            accounts=accounts,
            items=items,
            home=str(home or _commonest(one.currency for one in accounts.values()) or "USD"),
            fiscal_month=_MONTHS.index(month) + 1 if month in _MONTHS else 1,
            find_record=self._books.get,
        )

    def _all(self, entity: str) -> Iterable[Record]:
        places = self._books.select(entity, "created", Bounds())
        return map(decode, self._books.bodies(entity, places.page(0, len(places))))


def _commonest(words: Iterable[str]) -> str:
    """The word that stands there most often; where preferences do not tell the home currency, accounts do."""
    counted = Counter(word for word in words if word).most_common(1)
    return counted[0][0] if counted else ""


def _facts(chart: LiveChart) -> tuple[object, ...]:
    return chart.accounts, chart.items, chart.home, chart.fiscal_month


def _alike(chart: LiveChart, series: "Series", places: Iterable[int]) -> Iterator[tuple[Document, Entry]]:
    """Entries of a long run: one record is read for each head and for each set of lines, the rest are like them."""
    heads: dict[int, Entry] = {}
    lines: dict[int, Entry] = {}
    for place in places:
        like: Likeness = series.likeness(place)  # type: ignore[attr-defined]
        if like.head not in heads or like.lines not in lines:
            written = entry(chart, series.entity, decode(series.body(place)))
            if written is None:
                return
            heads.setdefault(like.head, written)
            lines.setdefault(like.lines, written)
        same = lines[like.lines]
        yield (
            (series.entity, like.id),
            heads[like.head]._replace(
                id=like.id,
                date=like.date,
                number=like.number,
                due=like.due,
                links=like.links,
                total=same.total,
                postings=same.postings,
            ),
        )


def _by_day(found: Entry) -> tuple[object, int, str]:
    return found.date, len(found.id), found.id
