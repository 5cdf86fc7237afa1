"""Making a destination: a form that follows from what its kind declares, and a test before it is kept."""

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import as_code, destination_changes, proving
from counterfoil.actions.as_code import Code
from counterfoil.actions.consenting import page_of_ours
from counterfoil.actions.destination_changes import NewDestination, kind_of
from counterfoil.actions.proving import Proved
from counterfoil.actions.references import is_sealed, sealed_as
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind
from counterfoil.errors import CounterfoilError
from counterfoil.model.destination import Destination
from counterfoil.web.errors import status_of
from counterfoil.web.page import go, page, part
from counterfoil.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()


@routes.get("/destinations/new")
def new(visit: Visiting, kind: str = "", back: str = "") -> Response:
    """A form for a kind; without one, the kinds to choose from."""
    if not kind and len(KINDS) > 1:
        return page(visit, "destination_kinds.html", kinds=KINDS.values(), back=page_of_ours(back))
    chosen = kind_of(kind or next(iter(KINDS)))
    return _form(visit, chosen, {"name": _free_name(visit, chosen)}, back=page_of_ours(back))


@routes.post("/destinations/new")
def create(visit: Visiting, form: Form) -> Response:
    """Try it, make it, and go back to where it is needed; one that does not work is made only when asked again."""
    kind, back = kind_of(form["kind"]), page_of_ours(form["back"])
    options = given(kind, typed_in(form))
    tried = Destination(
        id="", name=form["name"], kind=kind.name, created_at=visit.around.now(), options=options
    )
    try:
        proved = () if form["do"] == "untested" else proving.prove(visit.around, tried)
        if form["do"] == "test" or proving.failure(proved):
            return _form(visit, kind, typed_in(form), back=back, proved=proved)
        made = destination_changes.create(
            visit.around, NewDestination(name=form["name"], kind=kind.name, options=options)
        )
    except CounterfoilError as error:
        return _form(visit, kind, typed_in(form), back=back, error=error)
    if proved:
        proving.remember(visit.around, made, proved)
    name = quote(made.name, safe="")
    onward = f"{back}?added={name}" if back else f"/destinations/{name}"
    if visit.request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": onward})
    return go(onward, f"{made.name} is kept{' and works' if proved else ''}.")


@routes.post("/destinations/new/code")
def code_of_new(visit: Visiting, form: Form) -> Response:
    """What the form comes to as code, while it is filled in."""
    return part(visit, "code_again.html", code=_code(visit, kind_of(form["kind"]), typed_in(form)))


def given(kind: Kind, typed: Mapping[str, str]) -> dict[str, str]:
    """The kind's options that were filled in; a secret just as it was typed."""
    read = {option.name: typed.get(f"option.{option.name}", "") for option in kind.options}
    return {
        option.name: read[option.name] if option.secret else read[option.name].strip()
        for option in kind.options
        if read[option.name].strip()
    }


def keep_sealed(kept: Destination, kind: Kind, options: dict[str, str]) -> dict[str, str]:
    """The options, with every secret that was left empty as it is sealed already."""
    sealed = {
        option.name: sealed_as(option.name)
        for option in kind.options
        if option.secret and is_sealed(kept.options.get(option.name, ""))
    }
    return sealed | options


def typed_in(form: Posted) -> dict[str, str]:
    """What was typed, for the form to show again."""
    return {"name": form["name"], **{f"option.{name}": text for name, text in form.under("option.").items()}}


def fields_of(kept: Destination) -> dict[str, str]:
    """What is kept, for the form to show."""
    return {"name": kept.name, **{f"option.{name}": text for name, text in kept.options.items()}}


def _form(
    visit: Visit,
    kind: Kind,
    typed: dict[str, str],
    *,
    back: str,
    proved: tuple[Proved, ...] = (),
    error: CounterfoilError | None = None,
) -> Response:
    """All of the page; or only what came of the test, so that a secret that was typed stays typed."""
    if visit.request.headers.get("HX-Request"):
        return part(visit, "destination_proof.html", proved=proved, error=error, making=True)
    return page(
        visit,
        "destination_new.html",
        status=status_of(error) if error else 200,
        kind=kind,
        typed=typed,
        back=back,
        proved=proved,
        error=error,
        code=_code(visit, kind, typed),
    )


def _code(visit: Visit, kind: Kind, typed: dict[str, str]) -> Code | None:
    """What does the same; none for what cannot be kept."""
    try:
        new = NewDestination(name=typed["name"], kind=kind.name, options=given(kind, typed))
        return as_code.new_destination(visit.around, new)
    except CounterfoilError:
        return None


def _free_name(visit: Visit, kind: Kind) -> str:
    return destination_changes.name_for(visit.around.db, kind.name)
