"""Destinations: where tables live. Forms follow from what each kind declares."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import destination_changes, destinations, proving
from counterfoil.actions.consenting import page_of_ours
from counterfoil.actions.destination_changes import NewDestination, kind_of
from counterfoil.actions.proving import Proved
from counterfoil.actions.references import is_sealed, sealed_as
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind
from counterfoil.errors import CounterfoilError
from counterfoil.model.destination import Destination
from counterfoil.store import connections
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page
from counterfoil.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()


@routes.get("/destinations")
def list_(visit: Visiting) -> Response:
    """All destinations, and who feeds them."""
    feeds = connections.every(visit.around.db)
    return page(
        visit,
        "destinations.html",
        destinations=[
            (
                each,
                KINDS.get(each.kind),
                sorted({f.source.name for f in feeds if f.destination.id == each.id}),
            )
            for each in destinations.every(visit.around.db)
        ],
    )


@routes.get("/destinations/new")
def new(visit: Visiting, kind: str = "", back: str = "") -> Response:
    """A form for a kind; without one, the kinds to choose from."""
    if not kind and len(KINDS) > 1:
        return page(visit, "destination_kinds.html", kinds=KINDS.values(), back=page_of_ours(back))
    chosen = kind_of(kind or next(iter(KINDS)))
    return _form(visit, chosen, {"name": chosen.name}, back=page_of_ours(back))


@routes.post("/destinations/new")
def create(visit: Visiting, form: Form) -> Response:
    """Make it, try it, and go back to where it is needed; a failed test leaves the form as it is."""
    kind, back = kind_of(form["kind"]), page_of_ours(form["back"])
    options = _given(kind, form)
    try:
        if form["do"] == "test":
            tried = Destination(
                id="", name=form["name"], kind=kind.name, created_at=visit.around.now(), options=options
            )
            return _form(visit, kind, _typed(form), back=back, proved=proving.prove(visit.around, tried))
        made = destination_changes.create(
            visit.around, NewDestination(name=form["name"], kind=kind.name, options=options)
        )
    except CounterfoilError as error:
        return _form(visit, kind, _typed(form), back=back, error=error)
    return go(f"{back}?added={made.name}" if back else f"/destinations/{made.name}", f"{made.name} is kept.")


@routes.get("/destinations/{name}")
def show(visit: Visiting, name: str) -> Response:
    """One destination, to look at, to change, to try."""
    return _shown(visit, destinations.show(visit.around.db, name))


@routes.post("/destinations/{name}")
def change(visit: Visiting, name: str, form: Form) -> Response:
    """Keep other options; a secret that is left empty stays."""
    found = destinations.show(visit.around.db, name)
    kind = kind_of(found.kind)
    options = _given(kind, form)
    for option in kind.options:
        if option.secret and not options.get(option.name) and is_sealed(found.options.get(option.name, "")):
            options[option.name] = sealed_as(option.name)
    try:
        after = destination_changes.change(
            visit.around, name, new_name=form["name"], options=options, version=_version(form)
        )
    except CounterfoilError as error:
        return _shown(visit, found, typed=_typed(form), error=error)
    return go(f"/destinations/{after.name}", "Kept.")


@routes.post("/destinations/{name}/prove")
def prove(visit: Visiting, name: str, _: Form) -> Response:
    """Try it, step by step."""
    found = destinations.show(visit.around.db, name)
    try:
        return _shown(visit, found, proved=proving.prove(visit.around, found))
    except CounterfoilError as error:
        return _shown(visit, found, error=error)


@routes.post("/destinations/{name}/remove")
def remove(visit: Visiting, name: str, _: Form) -> Response:
    """Forget it; its tables stay in the warehouse."""
    try:
        destinations.remove(visit.around, name)
    except CounterfoilError as error:
        return _shown(visit, destinations.show(visit.around.db, name), error=error)
    return go("/destinations", f"{name} is forgotten. Its tables stay in the warehouse.")


def _form(
    visit: Visit,
    kind: Kind,
    typed: dict[str, str],
    *,
    back: str,
    proved: tuple[Proved, ...] = (),
    error: CounterfoilError | None = None,
) -> Response:
    shown: dict[str, Any] = {"kind": kind, "typed": typed, "back": back, "proved": proved, "error": error}
    return page(
        visit,
        "destination_form.html",
        status=status_of(error) if error else 200,
        destination=None,
        feeds=(),
        **shown,
    )


def _shown(
    visit: Visit,
    found: Destination,
    *,
    typed: dict[str, str] | None = None,
    proved: tuple[Proved, ...] = (),
    error: CounterfoilError | None = None,
) -> Response:
    kept = {"name": found.name, **{f"option.{name}": text for name, text in found.options.items()}}
    return page(
        visit,
        "destination_form.html",
        status=status_of(error) if error else 200,
        destination=found,
        kind=kind_of(found.kind),
        typed=typed or kept,
        back="",
        proved=proved,
        error=error,
        feeds=[feed for feed in connections.every(visit.around.db) if feed.destination.id == found.id],
    )


def _given(kind: Kind, form: Posted) -> dict[str, str]:
    """The kind's options that were filled in; a secret just as it was typed."""
    read = {option.name: form.raw(f"option.{option.name}") for option in kind.options}
    return {
        option.name: read[option.name] if option.secret else read[option.name].strip()
        for option in kind.options
        if read[option.name].strip()
    }


def _typed(form: Posted) -> dict[str, str]:
    return {"name": form["name"], **{f"option.{name}": text for name, text in form.under("option.").items()}}


def _version(form: Posted) -> int | None:
    return int(form["version"]) if form["version"].isdigit() else None
