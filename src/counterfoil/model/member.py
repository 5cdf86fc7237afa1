"""A company among those of a warehouse, for views over all of them; and what was made of these."""

import re
from dataclasses import dataclass
from typing import Final

DATASET: Final = "all_companies"
"""Where views over all companies stand, unless another dataset is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One company as one source keeps it in a warehouse: which of its tables and views are there, without prefix."""

    source: str
    company: str  # its name
    realm_id: str
    dataset: str
    prefix: str
    tables: frozenset[str]
    views: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """What is to stand over all companies of a destination: where, and in which currency statements are summed."""

    dataset: str = DATASET
    currency: str = ""  # "" for no statements in one currency


def currency_fault(currency: str) -> str:
    """What is wrong with a currency to sum in, to stand behind it in a sentence; "" for nothing, and for none."""
    if not currency or re.fullmatch(r"[A-Z]{3}", currency):
        return ""
    return "is no currency; write its three letters, like USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class United:
    """Views that were made over all companies of a destination, and the digest of what they say."""

    union: Union
    names: tuple[str, ...] = ()
    digest: str = ""
