"""Numbers and times in words, as every command writes them."""

from datetime import datetime, timedelta

MEGABYTE = 1024 * 1024


def count(number: int, noun: str) -> str:
    """`1 call`, `2,000 calls`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def clock(seconds: float) -> str:
    """Time that runs: `0:07`, `12:30`, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def took(period: timedelta) -> str:
    """How long something took: `0.4 s`, `38 s`, `12:30 min`."""
    seconds = period.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 60 else f"{clock(seconds)} min"


def ago(moment: datetime, now: datetime) -> str:
    """How long since, in one unit: `just now`, `5 min ago`, `3 h ago`, `12 days ago`."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"


def megabytes(size: int) -> str:
    """Bytes as `212 MB`."""
    return f"{size / MEGABYTE:,.0f} MB"
