"""Shape: records as they came to typed rows, one Arrow table a warehouse table."""

from dataclasses import dataclass

import msgspec
import pyarrow as pa

from counterfoil.model.stream import Stream
from counterfoil.sync.shape.flatten import Stamp, flatten
from counterfoil.sync.shape.parse import parse, parse_exactly
from counterfoil.sync.shape.tree import Path

__all__ = ["Path", "Shaped", "Stamp", "shape"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """A page as rows, by table without prefix; `observed` is what the company's records have used so far."""

    tables: dict[str, pa.Table]
    observed: frozenset[Path]


def shape(
    records: list[msgspec.Raw], stream: Stream, *, observed: frozenset[Path], stamp: Stamp, first_seq: int
) -> Shaped:
    """Turn records into rows; rows carry `_seq` from `first_seq` on, in the order of the records.

    Money is exact (Promise 5), a field without a column lands in `_extra` (Promise 6), and a value that its
    column cannot hold stands in `_extra` under "@" and its field's name, as it came.
    """
    if not records:
        return Shaped(tables={}, observed=observed)
    parsed = parse(records, stream, observed)
    try:
        tables = flatten(parsed, stream, stamp, first_seq)
    except pa.ArrowInvalid:
        parsed = parse_exactly(records, stream, parsed.observed)
        tables = flatten(parsed, stream, stamp, first_seq)
    return Shaped(tables=tables, observed=parsed.observed)
