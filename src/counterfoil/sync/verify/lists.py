"""Lists: where the number of records differs, which ones those are."""

from collections.abc import Iterator

from counterfoil.model.stream import Stream
from counterfoil.model.verification import FigureKind
from counterfoil.quickbooks.answer import split
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.query import PAGE, select
from counterfoil.sync.records import id_of
from counterfoil.sync.verify.compare import figures
from counterfoil.sync.verify.ours import Key, Ours, ids_of
from counterfoil.sync.verify.shelf import Shelf
from counterfoil.sync.verify.theirs import REFUSALS, Theirs

MOST_PAGES = 60


def differing(
    client: Client, shelf: Shelf, streams: dict[str, Stream], theirs: Theirs, ours: Ours
) -> Iterator[Key]:
    """Records of lists that one side has and the other has not. Records are asked for one by one before anything is
    said of them, so that a place that shifts while pages are read does no harm."""
    for figure in figures(theirs, ours, {}):
        if figure.kind is not FigureKind.COUNT or not figure.difference:
            continue
        stream = streams[figure.id]
        told = _ids(client, stream)
        if told is not None:
            yield from ((stream.name, id_) for id_ in told ^ ids_of(shelf, stream.table.name))


def _ids(client: Client, stream: Stream) -> set[str] | None:
    found: set[str] = set()
    for page in range(MOST_PAGES):
        try:
            answer = client.query(select(stream, start=page * PAGE + 1))
        except REFUSALS:
            return None
        records = split(answer, stream.answer_key)
        found |= {id_of(record) for record in records}
        if len(records) < PAGE:
            return found
    return None
