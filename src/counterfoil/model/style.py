"""The styles of views that a source can have beside its tables, and where those of each stand."""

from dataclasses import dataclass
from enum import StrEnum

USUAL = "yes"
"""Says of views that they go to the usual dataset."""


class Style(StrEnum):
    """Whose words views speak."""

    COUNTERFOIL = "counterfoil"  # our own: ledger and statements, beside the tables
    FIVETRAN = "fivetran"  # Fivetran's tables, in a dataset of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """Views of one style that were made for a connection: where, which, and the digest of what they say."""

    style: Style
    dataset: str
    names: tuple[str, ...]
    digest: str


def said(fivetran: str | None) -> str:
    """Where a source's views of Fivetran's go, for people: `yes` for the usual dataset; empty for no such views."""
    return "" if fivetran is None else fivetran or USUAL


def heard(text: str) -> str | None:
    """What a person said of them: `yes`, `no`, or the name of a dataset."""
    return {USUAL: "", "true": "", "no": None, "false": None, "": None}.get(text, text)


def fivetran_dataset(dataset: str, prefix: str, named: str = "") -> str:
    """Where Fivetran's tables stand for a source in this dataset under this prefix, unless one was named.

    They bear no prefix, so each source needs a dataset of its own: `quickbooks_acme_fivetran` for `acme_`.
    """
    return named or "_".join(part for part in (dataset, prefix.strip("_"), "fivetran") if part)
