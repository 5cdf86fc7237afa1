"""Views over all companies of a destination: have them made, see their SQL, take them away."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from counterfoil.actions import companies, destinations
from counterfoil.actions.companies import Home, Shown
from counterfoil.books.companies.views import CONSOLIDATED
from counterfoil.books.views import STATEMENTS
from counterfoil.errors import CounterfoilError
from counterfoil.model.member import Union
from counterfoil.model.view import View
from counterfoil.web.destinations import address, shown
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page, part
from counterfoil.web.visit import Form, Visiting

routes = APIRouter()


@routes.get("/destinations/{name:path}/companies")
def show(visit: Visiting, name: str, view: Annotated[str, Query(max_length=100)] = "") -> Response:
    """What the views are, by name, and the SQL of one of them."""
    found = companies.show(visit.around, name)
    groups = _grouped(found)
    first = (each for _, _, views in groups for each in views)
    chosen = next((each for each in found.views if each.name == view), next(first, None))
    standing = companies.look(visit.around, name)
    return page(visit, "companies_views.html", found=found, standing=standing, chosen=chosen, groups=groups)


def _grouped(found: Shown) -> list[tuple[str, str, list[View]]]:
    """The views with what they are for, those first that are rarest elsewhere."""
    summed = {name for each in CONSOLIDATED for name in (f"consolidated_{each}", f"{each}_converted")}
    told: dict[str, tuple[str, str, list[View]]] = {
        "one": (f"In {found.union.currency}", "statements of all companies, and the rates they take", []),
        "own": ("Ledger and statements", "by company, each in its own currency", []),
        "table": ("Tables", "of all companies, with the company before the columns", []),
    }
    for view in sorted(found.views, key=lambda view: not view.name.startswith("consolidated_")):
        united = view.name in summed or view.name == "group_rate"
        group = "one" if united else "own" if view.name in {*STATEMENTS, "company"} else "table"
        told[group][2].append(view)
    return list(told.values())


@routes.get("/destinations/{name:path}/companies/members")
def members(visit: Visiting, name: str) -> Response:
    """The companies, with the currencies that the warehouse tells: a piece of the destination's page."""
    standing = companies.look(visit.around, name)
    homes: dict[str, Home] = {}
    fault = None
    try:
        homes = dict(companies.currencies(visit.around, standing))
    except CounterfoilError as error:
        fault = error
    return part(visit, "companies_members.html", standing=standing, homes=homes, fault=fault, asked=True)


@routes.post("/destinations/{name:path}/companies")
def unite(visit: Visiting, name: str, form: Form) -> Response:
    """Make the views, or make them otherwise."""
    name = destinations.name_by_now(visit.around.db, name, form["destination"])
    typed = {"dataset": form["dataset"].strip(), "currency": form["currency"].strip().upper()}
    try:
        made = companies.install(visit.around, name, Union(**typed))
    except CounterfoilError as error:
        return shown(visit, name, error=error, typed=typed)
    if not made.names:
        return go(address(name), "Kept. The first sync into it makes the views.")
    return go(address(name), f"{len(made.names)} views over all companies stand in {made.union.dataset}.")


@routes.get("/destinations/{name:path}/companies/remove")
def ask_to_remove(visit: Visiting, name: str) -> Response:
    """What taking them away means, before it is done."""
    return page(visit, "companies_remove.html", standing=companies.look(visit.around, name), fault=None)


@routes.post("/destinations/{name:path}/companies/remove")
def remove(visit: Visiting, name: str, _: Form) -> Response:
    """Take them away; all tables stay."""
    try:
        gone = companies.remove(visit.around, name)
    except CounterfoilError as error:
        standing = companies.look(visit.around, name)
        return page(visit, "companies_remove.html", status=status_of(error), standing=standing, fault=error)
    return go(
        address(name), f"{len(gone.names)} views are taken out of {gone.union.dataset}. All tables stay."
    )
