"""What Snowflake's errors mean, by their numbers."""

import re
from dataclasses import dataclass

from snowflake.connector import Error

from counterfoil.errors import CounterfoilError, WarehouseBusy, WarehouseFailed, WarehouseRefused

AGAIN = "Nothing is lost: the next sync brings it all."


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Which account, and as whom, in the words of an error."""

    host: str
    database: str
    user: str
    role: str = ""

    def __str__(self) -> str:
        return f"Snowflake at {self.host}, database {self.database}"


LOCKED = frozenset({625, 684})
"""Somebody else holds a lock: it took longer than LOCK_TIMEOUT, or too many wait for it."""

NUMBERS: dict[int, tuple[type[CounterfoilError], str]] = {
    **dict.fromkeys(LOCKED, (WarehouseBusy, f"End what the other one does, or wait. {AGAIN}")),
    630: (WarehouseBusy, "Raise `statement_seconds`, or take a larger warehouse."),
    604: (WarehouseBusy, f"Somebody cancelled it there. {AGAIN}"),
    606: (
        WarehouseRefused,
        "Give a `warehouse`, or the user a default one: ALTER USER … SET DEFAULT_WAREHOUSE = …;",
    ),
    2043: (WarehouseRefused, "Make it, or grant the right to use it."),
    90073: (
        WarehouseRefused,
        "The warehouse's resource monitor stopped it: raise its quota, or give another one.",
    ),
    390100: (WarehouseRefused, "Check user, and key or password."),
    390144: (
        WarehouseRefused,
        "The user has another public key: ALTER USER … SET RSA_PUBLIC_KEY = '…'; or this machine's clock is wrong.",
    ),
    390189: (WarehouseRefused, "Make the role and grant it: GRANT ROLE … TO USER …;"),
    390111: (WarehouseFailed, AGAIN),
    390201: (WarehouseRefused, "Make the database or grant it: GRANT USAGE ON DATABASE … TO ROLE …;"),
    390420: (
        WarehouseRefused,
        "The account's network policy keeps this machine out: allow its address there.",
    ),
    390422: (
        WarehouseRefused,
        "The account's network policy keeps this machine out: allow its address there.",
    ),
}
"""What a number means, and what helps."""

STATES: tuple[tuple[str, type[CounterfoilError], str], ...] = (
    ("57014", WarehouseBusy, "Raise `statement_seconds`, or take a larger warehouse."),
    (
        "22",
        WarehouseRefused,
        "A column has another type than we gave it: give it that type again, then sync.",
    ),
    ("23", WarehouseRefused, "A rule that somebody gave the table is in the way: drop it, then sync again."),
    (
        "42",
        WarehouseRefused,
        "Something else in that dataset is in the way, or we may not see it: rename it, or choose another dataset.",
    ),
    ("02000", WarehouseRefused, "Make it, or grant the right to use it."),
    ("0A000", WarehouseRefused, "Something else in that dataset is in the way: choose another dataset."),
)
"""What SQL states begin with, what they mean, and what helps; the first one counts."""

NO_RIGHT = frozenset({3001, 3011, 3540, 3541, 3544})


def as_ours(error: Error, aim: Aim, doing: str) -> CounterfoilError:
    """An error of the statement that was being done, as one of ours."""
    number, state, said = int(error.errno or 0), error.sqlstate or "", _first_line(error)
    if number in NO_RIGHT or state == "42501":
        return WarehouseRefused(f"{aim} does not let {aim.user} do that: {said}", do=_grant(doing, aim))
    if number in NUMBERS:
        kind, do = NUMBERS[number]
        return kind(f"{aim}: {said}", do=do)
    if 250000 <= number < 300000 or state.startswith("08"):
        if not doing:
            return WarehouseFailed(
                f"{aim} did not let {aim.user} in: {said}",
                do=f"Check that this machine reaches it. {AGAIN}",
            )
        return WarehouseFailed(f"The connection to {aim} was lost: {said}", do=AGAIN)
    for beginning, kind, do in STATES:
        if state.startswith(beginning):
            return kind(f"{aim}: {said}", do=do)
    return WarehouseFailed(f"{aim}: {said}", do=AGAIN)


def _grant(doing: str, aim: Aim) -> str:
    """The very statement that gives the right, as whoever owns the database would type it."""
    role = aim.role or "…"
    names = re.search(r'"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")*', doing)
    full = names.group() if names else "…"
    parts = re.findall(r'"(?:[^"]|"")*"', full)
    schema = ".".join(parts[:2]) or "…"
    if doing.startswith("CREATE SCHEMA"):
        return f"Run: GRANT USAGE, CREATE SCHEMA ON DATABASE {parts[0] if parts else '…'} TO ROLE {role};"
    if doing.startswith("USE SCHEMA"):
        return f"Run: GRANT USAGE ON SCHEMA {schema} TO ROLE {role};"
    if doing.startswith("CREATE"):
        return f"Run: GRANT USAGE, CREATE TABLE ON SCHEMA {schema} TO ROLE {role};"
    if doing.startswith("ALTER TABLE"):
        return f"Run: GRANT OWNERSHIP ON TABLE {full} TO ROLE {role} COPY CURRENT GRANTS;"
    return (
        f"Run: GRANT USAGE ON SCHEMA {schema} TO ROLE {role}; "
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO ROLE {role};"
    )


def _first_line(error: Error) -> str:
    """What it says, without the number before it and the question's id behind it; never a row."""
    said = [line for line in (error.raw_msg or str(error)).splitlines() if line.strip()]
    told = " ".join(said[:2]) if said and said[0].startswith("SQL compilation error") else "".join(said[:1])
    return (told or "it gave no reason")[:300]
