"""A source's tables: what was copied, and how much of it."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import sources
from counterfoil.quickbooks.catalog import catalog
from counterfoil.store import outcomes
from counterfoil.web.sources import shown
from counterfoil.web.visit import Visiting

routes = APIRouter()


@routes.get("/sources/{name}/tables")
def tables(visit: Visiting, name: str) -> Response:
    """Its tables, with the rows they had after their last load."""
    view = sources.show(visit.around.db, name)
    rows = outcomes.rows_of(visit.around.db, view.source.id)
    listed = [
        (view.source.prefix + table.name, stream.name, rows.get(view.source.prefix + table.name))
        for stream in catalog().values()
        if view.source.reads(stream.name)
        for table in stream.table.family()
    ]
    return shown(visit, name, "/tables", tables=sorted(listed), feeds=view.connections)
