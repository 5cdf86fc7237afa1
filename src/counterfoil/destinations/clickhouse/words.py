"""What ClickHouse's errors mean, by their codes; and, where nothing was answered, by what the connection said."""

import re
from dataclasses import dataclass

from clickhouse_connect.driver.exceptions import Error

from counterfoil.errors import CounterfoilError, WarehouseBusy, WarehouseFailed, WarehouseRefused

AGAIN = "Nothing is lost: the next sync brings it all."
DENIED = 497
LATE = (159, 209)
IN_THE_WAY = "Something else in that dataset is in the way: rename it, or choose another dataset."
TYPED = "A column has another type than we gave it: give it that type again, then sync."


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Which server, and as whom, in the words of an error."""

    host: str
    port: int
    user: str

    def __str__(self) -> str:
        return f"ClickHouse at {self.host}:{self.port}"


CODES: tuple[tuple[tuple[int, ...], type[CounterfoilError], str], ...] = (
    ((192, 193, 194, 516), WarehouseRefused, "Check user and password."),
    (
        LATE,
        WarehouseBusy,
        "Raise `statement_seconds`, or find out what slows the server down.",
    ),
    ((202, 252, 394, 439, 473), WarehouseBusy, f"The server has too much to do. {AGAIN}"),
    ((241,), WarehouseFailed, "The server is out of memory: give it more, or raise max_memory_usage."),
    ((243,), WarehouseFailed, f"The server's disk is full: make room there, then sync again. {AGAIN}"),
    ((60, 81, 218), WarehouseFailed, f"Somebody took it away meanwhile, or loads the same tables. {AGAIN}"),
    ((164, 242), WarehouseRefused, "Give our user a profile that may write: readonly = 0."),
    ((452,), WarehouseRefused, "A rule of our user's profile is in the way: take it back for this user."),
    ((6, 27, 38, 41, 53, 69, 70, 72, 131, 321, 349, 407), WarehouseRefused, TYPED),
    (
        (469,),
        WarehouseRefused,
        "A rule that somebody gave the table is in the way: drop it, then sync again.",
    ),
    ((630,), WarehouseRefused, "Something depends on the table: drop that, then sync again."),
    ((16, 36, 44, 47, 48, 57, 80, 82, 344, 524), WarehouseRefused, IN_THE_WAY),
    ((62, 115), WarehouseRefused, "Is the server older than 25.3? Then give it a newer version."),
)
"""Codes, what they mean, and what helps."""

GREETINGS: tuple[tuple[str, type[CounterfoilError], str], ...] = (
    (
        r"certificate|SSL|TLS",
        WarehouseRefused,
        "Check `sslmode`, `sslrootcert` and `port` against what the server offers.",
    ),
)
"""What a connection says that never came about."""


def as_ours(error: Exception, aim: Aim, doing: str) -> CounterfoilError:
    """An error of the statement that was being done, as one of ours."""
    said, code = _first_line(error), getattr(error, "code", None)
    if code == DENIED:
        return WarehouseRefused(f"{aim} does not let {aim.user} do that: {said}", do=_grant(doing, aim))
    for codes, kind, do in CODES:
        if code in codes:
            return kind(f"{aim}: {said}", do=do)
    if code:
        return WarehouseFailed(f"{aim}: {said}", do=AGAIN)
    for words, kind, do in GREETINGS:
        if re.search(words, said):
            return kind(f"{aim} could not be used: {said}", do=do)
    return WarehouseFailed(f"The connection to {aim} was lost: {said}", do=AGAIN)


def is_lost(error: BaseException) -> bool:
    """Tell whether the server did not answer at all."""
    return not (isinstance(error, Error) and error.code)


def _grant(doing: str, aim: Aim) -> str:
    """The very statement that gives the right, as whoever owns the server would type it."""
    place = re.search(r"`(?:[^`\\]|\\.)*`", doing)
    database = place.group() if place else "…"
    user = "`" + aim.user.replace("\\", "\\\\").replace("`", "\\`") + "`"
    if doing.startswith("CREATE DATABASE"):
        return f"Run: GRANT CREATE DATABASE ON {database}.* TO {user};"
    return f"Run: GRANT SELECT, INSERT, ALTER, CREATE TABLE, DROP TABLE ON {database}.* TO {user};"


def _first_line(error: Exception) -> str:
    """What was said, without the driver's frame around it, and without the values of a row."""
    said = (str(error).splitlines() or ["it gave no reason"])[0]
    said = re.sub(r"^.*?server response: (?:Code: \d+\. )?(?:DB::Exception: )*", "", said)
    said = re.sub(r" \(for url [^)]*\)$", "", said)
    return re.sub(r"Column values: .*|(?<=[Ss]tring) '.*'", "…", said)[:300]
