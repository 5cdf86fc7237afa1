"""Which other streams the records of a stream name: what one has to read too in order to join on more than a name."""

from functools import cache

from counterfoil.model.stream import Family, Stream
from counterfoil.quickbooks.catalog import catalog

ENDING = "Ref"
OTHERWISE = {"AgencyRef": "TaxAgency"}
"""References that are not called after what they name."""


@cache
def named_by(name: str) -> tuple[str, ...]:
    """The lists that records of this stream name, by their own names; itself is not among them.

    A reference is called after what it names: DepositToAccountRef is an Account, TxnTaxCodeRef a TaxCode.
    """
    stream = catalog()[name]
    lists = [other for other, each in catalog().items() if each.family is Family.LIST and other != name]
    found = {_named(reference, lists) for reference in _references(stream)}
    return tuple(sorted(found - {"", name}))


def _references(stream: Stream) -> set[str]:
    return {
        step
        for table in stream.table.family()
        for column in table.columns
        for step in column.path
        if step.endswith(ENDING)
    }


def _named(reference: str, lists: list[str]) -> str:
    if reference in OTHERWISE:
        return OTHERWISE[reference]
    word = reference.removesuffix(ENDING)
    return max((name for name in lists if word.endswith(name)), key=len, default="")
