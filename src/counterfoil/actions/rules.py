"""What a source has to be like, whichever door it comes through; what is wrong is told as the ends of sentences."""

import re
from collections.abc import Iterable, Iterator, Sequence

from counterfoil.actions.document import guess, shown
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind
from counterfoil.errors import SettingInvalid
from counterfoil.model.connection import Connection, dataset_fault
from counterfoil.model.identity import name_fault
from counterfoil.model.report import Covers, Lines
from counterfoil.model.report_choice import SPLITS, By, Choice, Chosen, Method
from counterfoil.model.source import Source, prefix_fault
from counterfoil.model.stream import Stream
from counterfoil.quickbooks.catalog import catalog, read_by
from counterfoil.quickbooks.report_catalog import reports


def refuse_faults(source: Source, feeds: Sequence[Connection]) -> None:
    """Raise SettingInvalid with everything that is wrong with a source and what it feeds."""
    faults = [f"The name {shown(source.name)} {fault}." for fault in [name_fault(source.name)] if fault]
    faults += [
        f"The prefix {shown(source.prefix)} {fault}." for fault in [prefix_fault(source.prefix)] if fault
    ]
    faults += stream_faults(source)
    if fault := views_fault(source.fivetran):
        faults.append(f"The dataset {shown(source.fivetran or '')} of the views {fault}.")
    for feed in feeds:
        if source.fivetran == feed.dataset:
            faults.append(
                f"The dataset {shown(feed.dataset)} has the tables; views of these names need another."
            )
        if fault := dataset_fault(feed.dataset):
            faults.append(f"The dataset {shown(feed.dataset)} {fault}.")
        if dataset_reserved(feed.dataset, KINDS[feed.destination.kind]):
            faults.append(
                f"The dataset {shown(feed.dataset)} is one that {feed.destination.kind} keeps for itself."
            )
        if fault := prefix_too_long(source.prefix, read_by(source), KINDS[feed.destination.kind]):
            faults.append(f"The prefix is too long: {fault}.")
    places = [(feed.destination.name, feed.dataset) for feed in feeds]
    twice = sorted({place for place in places if places.count(place) > 1})
    faults += [f"The dataset {dataset} of {shown(name)} is named twice." for name, dataset in twice]
    if faults:
        raise SettingInvalid("\n".join(dict.fromkeys(faults)))


def stream_faults(source: Source) -> list[str]:
    """Say which streams there are none of, what cannot be asked of a report, and that one has to be chosen."""
    faults = report_faults(source.reports)
    if source.streams is None:
        return faults
    unknown = sorted(source.streams - set(catalog()))
    faults += [
        f"There is no stream {shown(name)}; {guess(name, catalog())}."
        for name in unknown
        if name not in reports()
    ]
    faults += [f"{name} is a report; choose it among the reports." for name in unknown if name in reports()]
    return faults if source.streams or source.reports else ["No stream is chosen; choose some, or all."]


def report_faults(chosen: Chosen) -> list[str]:
    """Say what was asked of reports that they cannot tell."""
    return [fault for choice in chosen for fault in _report_faults(choice)]


def _report_faults(choice: Choice) -> Iterator[str]:
    traits = reports()[choice.report].report
    assert traits is not None
    if choice.method is not Method.ACCRUAL and not traits.basis:
        yield f"The report {choice.report} knows one accounting method only; leave method= out."
    if traits.covers is Covers.NOW and (choice.since or choice.by is not By.MONTH):
        yield f"The report {choice.report} knows no periods; leave since= and by= out."
    if traits.splits and choice.columns and (len(choice.columns) > 1 or choice.columns[0] not in SPLITS):
        yield f"The columns of {choice.report} can be parted by one of {', '.join(SPLITS)}."
    if not traits.splits and choice.columns and traits.lines in (Lines.ACCOUNTS, Lines.NAMES):
        yield f"The report {choice.report} has columns of its own; leave columns= out."


def views_fault(fivetran: str | None) -> str:
    """Say what is wrong with the dataset of Fivetran's views, as the end of a sentence; "" for the usual one."""
    return dataset_fault(fivetran) if fivetran else ""


def dataset_reserved(dataset: str, kind: Kind) -> bool:
    """Tell whether a kind of warehouse keeps a dataset's name for itself."""
    pattern = kind.capabilities.reserved_datasets
    return bool(pattern) and re.fullmatch(pattern, dataset) is not None


def prefix_too_long(prefix: str, streams: Iterable[Stream], kind: Kind) -> str:
    """Say by how much a prefix is too long; "" when it fits.

    Some warehouses cut long names without a word, and two tables become one.
    """
    tables = [table.name for stream in list(streams) or catalog().values() for table in stream.table.family()]
    longest = max(tables, key=len)
    room = kind.capabilities.longest_name - len(longest)
    if len(prefix) <= room:
        return ""
    return f"with this prefix `{longest}` is longer than {kind.name} allows; {room} characters are left"
