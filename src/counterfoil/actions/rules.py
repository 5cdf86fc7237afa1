"""What a source has to be like, whichever door it comes through; what is wrong is told as the ends of sentences."""

import re
from collections.abc import Iterable, Sequence

from counterfoil.actions.document import guess, shown
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind
from counterfoil.errors import SettingInvalid
from counterfoil.model.connection import Connection, dataset_fault
from counterfoil.model.identity import name_fault
from counterfoil.model.source import Source, prefix_fault
from counterfoil.quickbooks.catalog import catalog


def refuse_faults(source: Source, feeds: Sequence[Connection]) -> None:
    """Raise SettingInvalid with everything that is wrong with a source and what it feeds."""
    faults = [f"The name {shown(source.name)} {fault}." for fault in [name_fault(source.name)] if fault]
    faults += [
        f"The prefix {shown(source.prefix)} {fault}." for fault in [prefix_fault(source.prefix)] if fault
    ]
    faults += stream_faults(source)
    for feed in feeds:
        if fault := dataset_fault(feed.dataset):
            faults.append(f"The dataset {shown(feed.dataset)} {fault}.")
        if dataset_reserved(feed.dataset, KINDS[feed.destination.kind]):
            faults.append(
                f"The dataset {shown(feed.dataset)} is one that {feed.destination.kind} keeps for itself."
            )
        if fault := prefix_too_long(source.prefix, source.streams, KINDS[feed.destination.kind]):
            faults.append(f"The prefix is too long: {fault}.")
    places = [(feed.destination.name, feed.dataset) for feed in feeds]
    twice = sorted({place for place in places if places.count(place) > 1})
    faults += [f"The dataset {dataset} of {shown(name)} is named twice." for name, dataset in twice]
    if faults:
        raise SettingInvalid("\n".join(dict.fromkeys(faults)))


def stream_faults(source: Source) -> list[str]:
    """Say which streams there are none of, and that one has to be chosen."""
    if source.streams is None:
        return []
    unknown = sorted(source.streams - set(catalog()))
    faults = [f"There is no stream {shown(name)}; {guess(name, catalog())}." for name in unknown]
    return faults if source.streams else ["No stream is chosen; choose some, or all."]


def dataset_reserved(dataset: str, kind: Kind) -> bool:
    """Tell whether a kind of warehouse keeps a dataset's name for itself."""
    pattern = kind.capabilities.reserved_datasets
    return bool(pattern) and re.fullmatch(pattern, dataset) is not None


def prefix_too_long(prefix: str, streams: Iterable[str] | None, kind: Kind) -> str:
    """Say by how much a prefix is too long; "" when it fits.

    Some warehouses cut long names without a word, and two tables become one.
    """
    chosen = [catalog()[name] for name in streams or () if name in catalog()]
    tables = [table.name for stream in chosen or catalog().values() for table in stream.table.family()]
    longest = max(tables, key=len)
    room = kind.capabilities.longest_name - len(longest)
    if len(prefix) <= room:
        return ""
    return f"with this prefix `{longest}` is longer than {kind.name} allows; {room} characters are left"
