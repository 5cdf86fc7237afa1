"""The steps of a history by their words: deeds of people, faults, the passing of time, losses, syncs."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

from counterfoil.quickbooks.catalog import catalog
from counterfoil.sync.progress import Progress, Stage, Watch
from tests.torture.company import STREAMS
from tests.torture.deeds import DEEDS, bring, poison
from tests.torture.history import COMPARED, REFRESHED, USUAL, History
from tests.torture.trouble import FAULTS, held

Step = tuple[str, int]
Walk = Callable[[History, int], None]
GAPS = (timedelta(days=35), timedelta(days=28, hours=23), timedelta(days=3))


def play(history: History, steps: Sequence[Step]) -> Counter[str]:
    """Walk through all steps, then end with a sync that leaves nothing for later."""
    for word, number in [*steps, ("heal", 0), ("sync, comparing", 0)]:
        history.seen["steps"] += 1
        history.seen[f"step: {word}"] += 1
        STEPS[word](history, number)
    history.seen["histories"] += 1
    history.seen.update({f"fault: {name}": count for name, count in history.troubles.met.items()})
    return history.seen


def _meddled(history: History, number: int) -> None:
    """People edit while we read; a sync after that, undisturbed, has to find it all."""
    names = list(DEEDS)

    def meddle() -> None:
        for place in range(1 + number % 3):
            history.books.do(names[(number // 3 + place * 5) % len(names)], number // 7 + place)

    history.troubles.meddle_before(1 + number // 2 % 9, meddle)
    clocks = (USUAL, REFRESHED, COMPARED)[number % 3]
    history.sync(clocks)
    history.troubles.be_quiet()
    history.agree()


def _robbed(history: History, number: int) -> None:
    """The warehouse is taken away while we are about to load it."""

    def rob(progress: Progress) -> None:
        if progress.stage is Stage.LOADING and history.world.warehouse.exists():
            _take_away(history, number)

    history.sync(watch=Watch(progress=rob, say=lambda _: None))
    history.agree()


def _held_up(history: History, _: int) -> None:
    """Another process has the warehouse open when we come, and closes it when we have said that we wait."""
    if history.world.warehouse.exists():
        with held(history.world.warehouse) as let_go:
            history.sync(watch=Watch(progress=lambda _: None, say=lambda _: let_go()))
    history.agree()


def _take_away(history: History, _: int) -> None:
    history.world.warehouse.unlink(missing_ok=True)
    for name in STREAMS:
        history.judge.forget(name)


def _wreck(sql: str) -> Walk:
    """Someone meddles with one table of the warehouse, a parent's or a child's."""

    def wreck(history: History, number: int) -> None:
        name = STREAMS[number % len(STREAMS)]
        tables = list(catalog()[name].table.family())
        if history.world.warehouse.exists():
            history.world.tell(sql.format(f'quickbooks."{tables[number // 7 % len(tables)].name}"'))
            history.judge.forget(name)

    return wreck


def _deed(word: str) -> Walk:
    return lambda history, number: history.books.do(word, number)


def _bulk(history: History, number: int) -> None:
    """More than one answer of change data capture can hold."""
    for id_ in history.books.clerk.ids("Invoice")[: 990 + number % 40]:
        history.books.clerk.change("Invoice", id_, {"PrivateNote": f"in bulk {number}"})


def _import(history: History, number: int) -> None:
    """More records in one second than a page, or two, can hold."""
    bring(history.books, 1001 + number % 1200, number)


def _poison(history: History, number: int) -> None:
    """A record that QuickBooks cannot serve any more, edited on the way or not."""
    poison(history.books, number)


def _heal(history: History, _: int) -> None:
    history.books.clerk.books.poisoned.clear()


def _fault(name: str) -> Walk:
    return lambda history, number: history.troubles.choose(name, number)


def _lose_tokens(history: History, number: int) -> None:
    """Intuit gives tokens, and its answer is lost: after a day without a sync that ends the permission."""
    history.world.sandbox.advance(timedelta(hours=(2, 25)[number % 2]))
    history.troubles.lose_tokens()
    history.forfeited = True


def _disconnect(history: History, _: int) -> None:
    """The company's owner ends the permission in QuickBooks."""
    history.world.sandbox.disconnect()
    history.forfeited = True


def _pass_time(history: History, step: timedelta) -> None:
    history.world.sandbox.advance(step)


def _set_clock(history: History, number: int) -> None:
    """Our own clock goes wrong, by days at most; then it is put right."""
    history.skew = timedelta(hours=(-120, 0, -26, 0, -3, 1, 30)[number % 7])


STEPS: dict[str, Walk] = {
    "sync": lambda history, _: history.agree(),
    **{word: _deed(word) for word in DEEDS},
    "minutes": lambda history, number: _pass_time(history, timedelta(minutes=1 + number % 9)),
    "hours": lambda history, number: _pass_time(history, timedelta(hours=1 + number % 30)),
    "days": lambda history, number: _pass_time(history, GAPS[number % len(GAPS)]),
    "sync, refreshing": lambda history, _: history.agree(REFRESHED),
    "sync, comparing": lambda history, _: history.agree(COMPARED),
    "sync, meddled with": _meddled,
    "sync, robbed": _robbed,
    "sync, held up": _held_up,
    **{name: _fault(name) for name in FAULTS},
    "lost token answer": _lose_tokens,
    "disconnect": _disconnect,
    "poison": _poison,
    "heal": _heal,
    "our clock is wrong": _set_clock,
    "change in bulk": _bulk,
    "import in bulk": _import,
    "drop a table": _wreck("DROP TABLE IF EXISTS {}"),
    "empty a table": _wreck("DELETE FROM {}"),
    "take the warehouse away": _take_away,
}
"""Every step by its word."""

SLOW = {"import in bulk", "sync, held up"}
"""Steps that take seconds: tests in the ordinary suite walk each by itself."""

SYNCS = [word for word in STEPS if word.startswith("sync")]
WORDS = ["sync", *STEPS, *3 * list(DEEDS), *4 * [word for word in SYNCS if word not in SLOW], *2 * ["poison"]]
"""The words that a history is drawn from, frequent ones several times; a failing one shrinks to what comes first."""

QUICK = [word for word in WORDS if word not in SLOW]
