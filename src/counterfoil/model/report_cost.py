"""What reports cost in metered calls, before anybody chooses them (Promise 10)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil

from counterfoil.model.report import Traits
from counterfoil.model.report_choice import Choice
from counterfoil.model.window import at_once, begins, is_recent, windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """For everything, for the periods that are open, and for those that are closed; as long as no answer is cut."""

    first: int = 0
    open: int = 0
    closed: int = 0


def calls_of(choice: Choice, traits: Traits, made: date, today: date) -> Calls:
    """The calls of one report of a source that was made on a day."""
    most = at_once(choice, traits)
    every, recent = Counter[str](), Counter[str]()
    for window in windows(choice, traits, begins(made, traits.covers), today):
        every[window.basis] += 1
        recent[window.basis] += is_recent(window, today)
    return Calls(
        first=sum(ceil(count / most) for count in every.values()),
        open=sum(ceil(count / most) for count in recent.values()),
        closed=sum(ceil((count - recent[basis]) / most) for basis, count in every.items()),
    )


def together(each: Iterable[Calls]) -> Calls:
    """The calls of several reports."""
    listed = tuple(each)
    return Calls(
        first=sum(calls.first for calls in listed),
        open=sum(calls.open for calls in listed),
        closed=sum(calls.closed for calls in listed),
    )
