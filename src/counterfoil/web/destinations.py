"""Destinations: where tables live; all of them, and one to look at, to try, to forget."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import (
    as_code,
    companies,
    destination_changes,
    destination_views,
    destinations,
    proving,
)
from counterfoil.actions.as_code import Code
from counterfoil.actions.companies import Standing
from counterfoil.actions.destination_changes import NewDestination
from counterfoil.actions.destination_views import DestinationView
from counterfoil.actions.proving import Proved
from counterfoil.errors import ChangedMeanwhile, CounterfoilError
from counterfoil.model.member import Union
from counterfoil.store import holdings
from counterfoil.web.destination_form import fields_of, given, keep_sealed, typed_in
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page, part
from counterfoil.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
MOST_FEEDS = 20
"""Feeds whose tables are counted for a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What one source has brought into a dataset: tables and rows after its last load."""

    source: str
    prefix: str
    dataset: str
    tables: int
    rows: int


@routes.get("/destinations")
def list_(visit: Visiting) -> Response:
    """All destinations, and who feeds them."""
    return page(visit, "destinations.html", destinations=destination_views.every(visit.around))


@routes.get("/destinations/{name:path}/edit")
def edit(visit: Visiting, name: str) -> Response:
    """Its form, filled in with what is kept."""
    view = destination_views.show(visit.around, name)
    return _form(visit, view, fields_of(view.destination))


@routes.post("/destinations/{name:path}/edit")
def change(visit: Visiting, name: str, form: Form) -> Response:
    """Keep other options; a secret that is left empty stays."""
    name = destinations.name_by_now(visit.around.db, name, form["destination"])
    view = destination_views.show(visit.around, name)
    try:
        kind = destination_changes.kind_of(view.destination.kind)
        after = destination_changes.change(
            visit.around,
            name,
            new_name=form["name"],
            options=keep_sealed(view.destination, kind, given(kind, typed_in(form))),
            version=_version(form),
        )
    except CounterfoilError as error:
        return _form(visit, view, typed_in(form), error=error)
    return go(address(after.name), "Kept. Test it, to see whether it works this way.")


@routes.post("/destinations/{name:path}/prove")
def prove(visit: Visiting, name: str, _: Form) -> Response:
    """Try it, step by step."""
    view = destination_views.show(visit.around, name)
    try:
        proved = proving.prove(visit.around, view.destination)
    except CounterfoilError as error:
        return shown(visit, name, error=error)
    return shown(visit, name, proved=proved)


@routes.get("/destinations/{name:path}/remove")
def ask_to_remove(visit: Visiting, name: str) -> Response:
    """What forgetting it means, before it is done."""
    return page(visit, "destination_remove.html", view=destination_views.show(visit.around, name))


@routes.post("/destinations/{name:path}/remove")
def remove(visit: Visiting, name: str, _: Form) -> Response:
    """Forget it; its tables stay in the warehouse."""
    try:
        destinations.remove(visit.around, name)
    except CounterfoilError as error:
        return shown(visit, name, error=error)
    return go("/destinations", f"{name} is forgotten. Its tables stay in the warehouse.")


@routes.get("/destinations/{name:path}")
def show(visit: Visiting, name: str) -> Response:
    """One destination: its options, who feeds it, whether it works."""
    return shown(visit, name)


def address(name: str) -> str:
    """The address of one destination's page."""
    return f"/destinations/{quote(name, safe='')}"


def shown(
    visit: Visit,
    name: str,
    *,
    proved: tuple[Proved, ...] = (),
    error: CounterfoilError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page of a destination; with `typed`, what was typed for all companies, and the error is about that."""
    view = destination_views.show(visit.around, name)
    standing = companies.look(visit.around, name)
    return page(
        visit,
        "destination.html",
        status=status_of(error) if error else 200,
        view=view,
        fed=_fed(visit, view),
        standing=standing,
        typed=typed or _typed(standing),
        proved=proved,
        error=error if typed is None else None,
        fault=error if typed is not None else None,
        code=as_code.destination(visit.around, name) if view.kind else None,
    )


def _typed(standing: Standing) -> Mapping[str, str]:
    union = standing.union or Union()
    return {"dataset": union.dataset, "currency": union.currency}


@routes.post("/destinations/{name:path}/edit/code")
def code_of_change(visit: Visiting, name: str, form: Form) -> Response:
    """What the form comes to as code, while it is filled in."""
    name = destinations.name_by_now(visit.around.db, name, form["destination"])
    view = destination_views.show(visit.around, name)
    return part(visit, "code_again.html", code=_code(visit, view, typed_in(form)))


def _code(visit: Visit, view: DestinationView, typed: dict[str, str]) -> Code | None:
    """What does the same; none for what cannot be kept."""
    kind = destination_changes.kind_of(view.destination.kind)
    options = keep_sealed(view.destination, kind, given(kind, typed))
    new = NewDestination(name=typed["name"], kind=kind.name, options=options)
    try:
        return as_code.changed_destination(visit.around, view.destination.name, new)
    except CounterfoilError:
        return None


def _form(
    visit: Visit, view: DestinationView, typed: dict[str, str], error: CounterfoilError | None = None
) -> Response:
    return page(
        visit,
        "destination_edit.html",
        status=status_of(error) if error else 200,
        view=view,
        kind=destination_changes.kind_of(view.destination.kind),
        typed=typed,
        code=_code(visit, view, typed),
        others=_changed_by_others(view, typed) if isinstance(error, ChangedMeanwhile) else (),
        error=error,
    )


def _changed_by_others(view: DestinationView, typed: dict[str, str]) -> list[tuple[str, str]]:
    """Where what is kept by now is not what was typed: each option with what is kept; a secret is not told."""
    kept = fields_of(view.destination)
    hidden = (
        {f"option.{option.name}" for option in view.kind.options if option.secret} if view.kind else set()
    )
    return [
        (name.removeprefix("option."), text)
        for name, text in kept.items()
        if name not in hidden and typed.get(name, "") != text
    ]


def _fed(visit: Visit, view: DestinationView) -> list[Fed]:
    feeds = view.feeds[:MOST_FEEDS]
    held = holdings.sums(visit.around.db, [feed.id for feed in feeds])
    return [
        Fed(source=feed.source, prefix=feed.prefix, dataset=feed.dataset, tables=tables, rows=rows)
        for feed in feeds
        for tables, rows in [held.get(feed.id, (0, 0))]
    ]


def _version(form: Posted) -> int | None:
    return int(form["version"]) if form["version"].isdigit() else None
