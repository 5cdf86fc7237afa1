"""The catalog over the API: every stream that QuickBooks offers, its traits and its tables."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from counterfoil.api.access import Viewer
from counterfoil.api.paging import After, Limit, Page, after, page
from counterfoil.api.routes import router
from counterfoil.model import stream as model
from counterfoil.model.stream import Family, InCdc, Reading
from counterfoil.model.table import ColumnType, all_columns
from counterfoil.model.table import Table as ModelTable
from counterfoil.quickbooks import catalog

routes = router("streams")


class Column(BaseModel):
    """One column as it stands in the warehouse."""

    name: str
    type: ColumnType


class Table(BaseModel):
    """One table, without the prefix of a source."""

    name: str
    key: list[str]
    columns: list[Column]


class Stream(BaseModel):
    """Something that is read from QuickBooks as a unit."""

    name: str = Field(examples=["Invoice"])
    family: Family
    reading: Reading = Field(description="How all of its records are read.")
    in_cdc: InCdc = Field(
        description="Whether change data capture tells of it: then an idle sync costs nothing more."
    )
    tables: list[str] = Field(examples=[["invoice", "invoice_line"]])


class StreamInFull(Stream):
    """A stream with the columns of its tables."""

    columns: list[Table]


@routes.get("", operation_id="listStreams")
def list_(
    _: Viewer,
    family: Annotated[Family | None, Query(description="Only this family.")] = None,
    limit: Limit = 100,
    last: Annotated[After, Query(alias="after")] = "",
) -> Page[Stream]:
    """Every stream that can be selected, by name."""
    chosen = [one for one in catalog.everything().values() if family is None or one.family is family]
    return page(after(chosen, _name, last, limit), _told, _name, limit=limit)


@routes.get("/{name}", operation_id="showStream")
def show(_: Viewer, name: str) -> StreamInFull:
    """One stream with the columns of its tables."""
    found = catalog.stream(name)
    return StreamInFull(
        **_told(found).model_dump(), columns=[_table(table) for table in found.table.family()]
    )


def _name(stream: model.Stream) -> str:
    return stream.name


def _told(stream: model.Stream) -> Stream:
    return Stream(
        name=stream.name,
        family=stream.family,
        reading=stream.reading,
        in_cdc=stream.in_cdc,
        tables=[table.name for table in stream.table.family()],
    )


def _table(table: ModelTable) -> Table:
    return Table(
        name=table.name,
        key=["_realm_id", *table.key],
        columns=[Column(name=column.name, type=column.type) for column in all_columns(table)],
    )
