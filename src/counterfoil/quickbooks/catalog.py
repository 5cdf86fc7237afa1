"""The catalog: every entity that QuickBooks offers, its traits and its tables, read from `columns/`.

One file an entity. A table's `columns` say name: [path, type]; where a link is split by its type a third item
says {"when": [path, text, …]}. Paths are dotted; "0" is the first item of an array, "@type" what the reader
notes of a wrapped record, and a column without a path is filled by us. A name is Fivetran's where it has one,
so that models written for its schema keep working. `note` is for whoever reads the file.

Sources: Intuit's published schema of the API, and answers recorded from a live company.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec

from counterfoil.errors import Defect, NotFound
from counterfoil.model.source import Source
from counterfoil.model.stream import Family, InCdc, Reading, Stream
from counterfoil.model.table import Column, ColumnType, Table
from counterfoil.quickbooks.report_catalog import reports


def stream(name: str) -> Stream:
    """The entity or report of that name, as QuickBooks writes it: "Invoice". Raises NotFound."""
    try:
        return everything()[name]
    except KeyError:
        raise NotFound(
            f"QuickBooks has no entity {name!r} that can be read.",
            do="Choose one of: " + ", ".join(everything()) + ".",
        ) from None


def read_by(source: Source) -> tuple[Stream, ...]:
    """The streams that a source reads, its reports last."""
    return tuple(stream for stream in everything().values() if source.reads(stream.name))


def tables(streams: Iterable[Stream]) -> tuple[Table, ...]:
    """All tables of the streams, each entity's own before its children."""
    return tuple(table for stream in streams for table in stream.table.family())


@cache
def catalog() -> Mapping[str, Stream]:
    """Every entity by name, by the alphabet."""
    entries = (files("counterfoil.quickbooks") / "columns").iterdir()
    found = [read_entity(entry.name, entry.read_bytes()) for entry in entries if entry.name.endswith(".json")]
    return MappingProxyType({stream.name: stream for stream in sorted(found, key=lambda stream: stream.name)})


@cache
def everything() -> Mapping[str, Stream]:
    """Every entity, then every report, by name: all that a source can read."""
    return MappingProxyType({**catalog(), **reports()})


class _When(msgspec.Struct, forbid_unknown_fields=True):
    when: list[str] = []


class _Column(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    path: str
    type: ColumnType
    limit: _When = msgspec.field(default_factory=_When)


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    columns: dict[str, _Column]
    path: str = ""
    parent_id: str = ""
    parent_index: str = ""
    children: list["_Table"] = []


class _Entity(msgspec.Struct, forbid_unknown_fields=True):
    entity: str
    resource: str
    family: Family
    reading: Reading
    in_cdc: InCdc
    id_path: list[str]
    ignored: list[str]
    table: _Table
    has_inactive: bool = False
    some_lack_active: bool = False
    json_key: str = ""
    where: str = ""
    wrapped: bool = False
    note: str = ""


def read_entity(filename: str, content: bytes) -> Stream:
    """One file of `columns/`. Raises Defect, with the place, when it is not as described above."""
    try:
        entity = msgspec.json.decode(content, type=_Entity)
    except msgspec.MsgspecError as wrong:
        raise Defect(f"The catalog's {filename} cannot be read: {wrong}.") from wrong
    return Stream(
        name=entity.entity,
        resource=entity.resource,
        family=entity.family,
        reading=entity.reading,
        in_cdc=entity.in_cdc,
        table=_table(entity.table),
        has_inactive=entity.has_inactive,
        some_lack_active=entity.some_lack_active,
        json_key=entity.json_key,
        where=entity.where,
        wrapped=entity.wrapped,
        id_path=tuple(_path(dotted) for dotted in entity.id_path),
        ignored=tuple(_path(dotted) for dotted in entity.ignored),
    )


def _table(written: _Table) -> Table:
    return Table(
        name=written.name,
        columns=tuple(_column(name, column) for name, column in written.columns.items()),
        path=_path(written.path),
        parent_id=written.parent_id,
        parent_index=written.parent_index,
        children=tuple(_table(child) for child in written.children),
    )


def _column(name: str, written: _Column) -> Column:
    if not written.limit.when:
        return Column(name=name, type=written.type, path=_path(written.path))
    where, *texts = written.limit.when
    return Column(name=name, type=written.type, path=_path(written.path), when=(_path(where), tuple(texts)))


def _path(dotted: str) -> tuple[str, ...]:
    return tuple(dotted.split(".")) if dotted else ()
