"""A company among those of a warehouse, for views over all of them; and what was made of these."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class United:
    """Views that were made over all companies of a destination, and the digest of what they say."""

    union: Union
    names: tuple[str, ...] = ()
    digest: str = ""
