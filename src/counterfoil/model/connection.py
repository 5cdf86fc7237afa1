"""A connection: one source feeding one destination."""

import re
from dataclasses import dataclass, field

from counterfoil.model.destination import Destination
from counterfoil.model.source import Source

DATASET_LENGTH = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One source feeding one dataset of one destination; it owns the cursors."""

    id: str
    source: Source
    destination: Destination
    dataset: str
    version: int = field(default=1, compare=False)  # grows with every change that is saved


def dataset_fault(dataset: str) -> str:
    """Say what is wrong with a dataset's name, as the end of a sentence; "" when every warehouse takes it."""
    if not dataset:
        return "is empty"
    if len(dataset) > DATASET_LENGTH:
        return f"is {len(dataset)} characters long; {DATASET_LENGTH} are allowed"
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", dataset):
        return "may hold only a to z, 0 to 9 and _, and may not begin with a digit"
    return ""
