"""How pages say things: times, numbers, amounts of data, in plain words."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from markupsafe import Markup

MINUTE, HOUR, DAY = 60, 3600, 86_400


def number(value: float | None) -> str:
    """`12,345`, with a true minus; a dash where there is none."""
    return "–" if value is None else f"{value:,}".replace("-", "−")


def money(value: Decimal) -> str:
    """`1,234.50`, with a true minus, and as many decimals as it has, two at least."""
    whole, _, fraction = f"{value:,f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}".replace("-", "−")


def about(value: int) -> str:
    """A number that nobody knows so exactly: two digits, then noughts."""
    return number(round(value, 2 - len(str(abs(value)))) if value >= 100 else value)


LETTERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def in_letters(count: int) -> str:
    """A number as a sentence begins with it: `Two`, `14`."""
    return LETTERS[count] if count < len(LETTERS) else number(count)


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 source`, `3 sources`."""
    return f"{number(count)} {noun if count == 1 else many or noun + 's'}"


def span(length: timedelta | float) -> str:
    """A length of time in its two largest units: `2 h 40 min`, `12 s`."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, large, small, part in (
        (DAY, "d", "h", HOUR),
        (HOUR, "h", "min", MINUTE),
        (MINUTE, "min", "s", 1),
    ):
        if whole >= unit:
            rest = whole % unit // part
            return f"{whole // unit} {large}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, or in how long, in one unit."""
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if size >= unit:
            told = f"{int(size // unit)} {name}"
            return f"{told} ago" if seconds > 0 else f"in {told}"
    return "just now" if seconds >= 0 else "in a moment"


def exact(moment: datetime) -> str:
    """A moment in full, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def when(moment: datetime | None, now: datetime) -> str:
    """A time for the page: relative, exact on hover."""
    if moment is None:
        return "–"
    # Put together at once: a list has a hundred of them, and none of the parts holds anything to escape.
    told = f'<time datetime="{moment.isoformat()}" title="{exact(moment)}">{ago(moment, now)}</time>'
    return Markup(told)  # noqa: S704


@cache
def icon(name: str, classes: str = "") -> str:
    """One of our icons; the word beside it says the same."""
    return Markup('<svg class="i {}" aria-hidden="true"><use href="/static/icons.svg#{}"/></svg>').format(
        classes, name
    )
