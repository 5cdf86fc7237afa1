"""Moments in requests: as text with an offset, never as a number of seconds since some day."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator


def _written(value: Any) -> Any:
    if not isinstance(value, str) or "-" not in value[1:]:
        raise ValueError("write a moment as 2026-11-22T09:30:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
"""A moment with its offset: `2026-11-22T09:30:00Z`."""
