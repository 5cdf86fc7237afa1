"""Plan: how each stream of a source is read."""

from collections.abc import Mapping

from counterfoil.model.source import Source
from counterfoil.model.stream import Stream


def plan(source: Source, catalog: Mapping[str, Stream]) -> tuple[Stream, ...]:
    """The streams that a sync of the source reads, each in full; the singletons first, whose answers tell the time."""
    chosen = [stream for stream in catalog.values() if source.reads(stream.name)]
    return tuple(sorted(chosen, key=lambda stream: (stream.reading != "single", stream.name)))
