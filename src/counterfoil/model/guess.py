"""How often somebody may guess a password."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many wrong guesses in so long a time. The time begins with the first and is never extended."""

    guesses: int
    window: timedelta


FROM_ADDRESS = Allowance(guesses=30, window=timedelta(minutes=15))
"""From one network address, at whatever accounts: an office behind one address stays below it."""

AT_ACCOUNT = Allowance(guesses=60, window=timedelta(hours=1))
"""At one account, from all addresses that it never signed in from: slow enough for twelve letters."""

AT_HOME = Allowance(guesses=10, window=timedelta(minutes=15))
"""At one account from an address that it signed in from before. Counted apart from the others, so that whoever
guesses elsewhere cannot lock the user out."""

AT_HOME_FOR = timedelta(days=90)
"""How long an address counts as one that an account signed in from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """What was counted of one subject, and when counting begins anew."""

    count: int
    until: datetime  # aware, UTC
