"""What people do in their books, chosen by numbers, so that a history is a list of words and numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from counterfoil.sandbox.clerk import Clerk
from counterfoil.sandbox.clock import stamp
from tests.torture.company import PEOPLES

NOTE = {
    "Invoice": "PrivateNote", "Payment": "PrivateNote", "Bill": "PrivateNote", "Customer": "Notes",
    "Item": "Description", "TimeActivity": "Description",
}  # fmt: skip
TRANSACTIONS = ("Invoice", "Payment", "Bill", "TimeActivity")
NAMES = ("Customer", "Item", "Class")
WITH_LINES = ("Invoice", "Bill")
ODD = ("", " ✓ ", "'; drop table invoice; --", "\\", '"', "\u202e", "1e5", "{", "[1", "0001")


@dataclass(slots=True)
class Bookkeeper:
    """Does one deed after another; `renamed` is told which names changed behind their children's backs."""

    clerk: Clerk
    renamed: Callable[[str], None]
    fresh: "count[int]" = field(default_factory=count)

    def do(self, deed: str, number: int) -> None:
        """One deed; a number that finds nothing to do it to does nothing."""
        DEEDS[deed](self, number)

    def create(self, number: int) -> None:
        """A record like one that is there."""
        entity = PEOPLES[number % len(PEOPLES)]
        like = self._some((entity,), number // 7)
        if like is not None:
            born = {
                name: value for name, value in self.clerk.get(*like).items() if name not in ("Id", "MetaData")
            }
            self.clerk.create(entity, born | _named(entity, next(self.fresh)))

    def change(self, number: int) -> None:
        """New words."""
        if (found := self._some(tuple(NOTE), number)) is not None:
            _write(self, *found)

    def flurry(self, number: int) -> None:
        """One record, several times in one second."""
        if (found := self._some(tuple(NOTE), number)) is not None:
            for _ in range(3):
                _write(self, *found)

    def blank(self, number: int) -> None:
        """A field that is no longer there."""
        if (found := self._some(tuple(NOTE), number)) is not None:
            self.clerk.change(*found, {NOTE[found[0]]: None})

    def shorten(self, number: int) -> None:
        """Fewer lines, or none."""
        if (found := self._some(WITH_LINES, number)) is not None:
            lines = self.clerk.get(*found)["Line"]
            self.clerk.change(*found, {"Line": lines[: number % (len(lines) + 1)]})

    def lengthen(self, number: int) -> None:
        """The lines once more, with other amounts."""
        if (found := self._some(WITH_LINES, number)) is not None:
            lines: list[Any] = [
                line
                for line in self.clerk.get(*found)["Line"]
                if line.get("DetailType") != "SubTotalLineDetail"
            ]
            more = [
                {**line, "Id": str(90 + place), "Amount": _money(next(self.fresh))}
                for place, line in enumerate(lines)
            ]
            self.clerk.change(*found, {"Line": lines + more})

    def pay(self, number: int) -> None:
        """An invoice, and with it a customer's balance that moves without a new token."""
        if (found := self._some(("Invoice",), number)) is not None:
            self.clerk.pay(found[1], _money(next(self.fresh)) if number % 2 else None)

    def void(self, number: int) -> None:
        if (found := self._some(("Invoice", "Payment"), number)) is not None:
            self.clerk.void(*found)

    def delete(self, number: int) -> None:
        if (found := self._some(TRANSACTIONS, number)) is not None:
            self.clerk.delete(*found)

    def hide(self, number: int) -> None:
        """A name made inactive, or active again."""
        if (found := self._some(NAMES, number)) is not None:
            self.clerk.change(*found, {"Active": not self.clerk.get(*found).get("Active", True)})

    def rename(self, number: int) -> None:
        if (found := self._some(NAMES, number)) is not None:
            self.renamed(found[0])
            self.clerk.rename(*found, f"Name {next(self.fresh)}{ODD[number % len(ODD)]}")

    def merge(self, number: int) -> None:
        """Two names become one: whatever spoke of the loser speaks of the winner."""
        loser = self._some(NAMES, number)
        winner = self._some((loser[0],), number // 11) if loser else None
        if loser and winner and loser != winner:
            self.clerk.merge(loser[0], loser[1], winner[1])

    def reclassify(self, number: int) -> None:
        """A word in a list that has no pages and is not told of by change data capture."""
        if (found := self._some(("TaxClassification",), number)) is not None:
            self.clerk.change(*found, {"Description": f"class {next(self.fresh)}"})

    def _some(self, entities: Sequence[str], number: int) -> tuple[str, str] | None:
        entity = entities[number % len(entities)]
        ids = self.clerk.ids(entity)
        return (entity, ids[(number // len(entities)) % len(ids)]) if ids else None


def bring(keeper: Bookkeeper, how_many: int, number: int) -> None:
    """An import: so many activities, all of one second."""
    books, like = keeper.clerk.books, keeper._some(("TimeActivity",), number)
    if like is None:
        return
    kept = keeper.clerk.get(*like)
    at = stamp(int(keeper.clerk._now().timestamp()))
    with books.held():
        for _ in range(how_many):
            own = {"Id": f"9{next(keeper.fresh):07}", "SyncToken": "0", "Description": f"imported {number}"}
            books.put("TimeActivity", kept | own | {"MetaData": {"CreateTime": at, "LastUpdatedTime": at}})


def poison(keeper: Bookkeeper, number: int) -> None:
    """A record that spoils every answer with it; often it was edited just before."""
    if (found := keeper._some(tuple(NOTE), number)) is not None:
        if number % 3:
            _write(keeper, *found)
        keeper.clerk.books.poisoned.add(found)


def _write(keeper: Bookkeeper, entity: str, id_: str) -> None:
    number = next(keeper.fresh)
    keeper.clerk.change(entity, id_, {NOTE[entity]: f"note {number}{ODD[number % len(ODD)]}"})


def _named(entity: str, number: int) -> dict[str, Any]:
    """What no two records may share."""
    name = f"New {number}"
    if entity == "Customer":
        return {"DisplayName": name, "Active": True}
    return {"Name": name, "Active": True} if entity in NAMES else {"LinkedTxn": []}


def _money(number: int) -> Decimal:
    return Decimal(1 + number * 37 % 99_999) / 100


DEEDS: dict[str, Callable[[Bookkeeper, int], None]] = {
    deed.__name__: deed
    for deed in (
        Bookkeeper.change, Bookkeeper.create, Bookkeeper.delete, Bookkeeper.pay, Bookkeeper.void, Bookkeeper.flurry,
        Bookkeeper.blank, Bookkeeper.shorten, Bookkeeper.lengthen, Bookkeeper.hide, Bookkeeper.rename,
        Bookkeeper.merge, Bookkeeper.reclassify,
    )
}  # fmt: skip
