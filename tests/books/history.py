"""Whoever keeps a company's books in a random history: chooses records, days, accounts and amounts by chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from counterfoil.sandbox.clerk import Clerk

Record = dict[str, Any]


@dataclass(slots=True)
class Keeper:
    """Chooses by chance; `fresh` numbers what is new."""

    clerk: Clerk
    chance: Random
    today: date
    fresh: "count[int]" = field(default_factory=count)

    def paying(self, owed: Record, name: str) -> Record:
        """What a payment of a document takes over from it; the rate may be another."""
        told: Record = {key: owed[key] for key in (name, "CurrencyRef") if key in owed}
        if "ExchangeRate" in owed:
            rate = Decimal(str(owed["ExchangeRate"]))
            told["ExchangeRate"] = self.chance.choice(
                [rate, (rate * Decimal("1.07")).quantize(Decimal("0.000001"))]
            )
        return told | {"TxnDate": str(self.day())}

    def some(
        self, entities: Sequence[str], fits: Callable[[Record], bool] = lambda _: True
    ) -> tuple[str, str] | None:
        """A record of one of these entities, by chance; None where none fits."""
        entity = self.chance.choice(entities)
        ids = self.clerk.ids(entity)
        for id_ in self.chance.sample(ids, min(len(ids), 40)):
            if fits(self.clerk.get(entity, id_)):
                return entity, id_
        return None

    def account(self, types: Sequence[str]) -> Record:
        """A reference to an account of one of these types, in home currency."""
        home = self.clerk.get("Preferences", "1")["CurrencyPrefs"]["HomeCurrency"]["value"]
        every = (self.clerk.get("Account", id_) for id_ in self.clerk.ids("Account"))
        fitting = [
            one
            for one in every
            if one["AccountType"] in types and (one.get("CurrencyRef") or {"value": home})["value"] == home
        ]
        chosen = self.chance.choice(fitting)
        return {"value": chosen["Id"], "name": chosen["Name"]}

    def is_plain(self, ref: Record | None) -> bool:
        """An account of income or expense, to which any may be changed."""
        plain = ("Expense", "Other Expense", "Income", "Cost of Goods Sold")
        return bool(ref) and self.clerk.get("Account", (ref or {})["value"])["AccountType"] in plain

    def day(self) -> date:
        """A day within the last three years."""
        return self.today - timedelta(days=self.chance.randrange(1, 900))

    def money(self) -> Decimal:
        """An amount."""
        return Decimal(self.chance.randrange(1, 99_999)) / 100
