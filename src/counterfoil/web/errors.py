"""Errors as pages: what happened, and what to do."""

import logging
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from counterfoil.errors import (
    AlreadyExists,
    ChangedMeanwhile,
    CounterfoilError,
    Forbidden,
    NeedsPerson,
    NotFound,
    NotSignedIn,
)
from counterfoil.web.page import alone

STATUS: dict[type[CounterfoilError], int] = {
    NotFound: 404,
    Forbidden: 403,
    AlreadyExists: 409,
    ChangedMeanwhile: 409,
}

log = logging.getLogger(__name__)


def answer_with_pages(app: FastAPI) -> None:
    """Let every error of this application be a page."""
    app.add_exception_handler(NotSignedIn, _to_sign_in)
    app.add_exception_handler(CounterfoilError, _told)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _defect)


def status_of(error: CounterfoilError) -> int:
    """The HTTP status that fits an error."""
    known = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    return known or (422 if isinstance(error, NeedsPerson) else 503)


def _to_sign_in(request: Request, _: Exception) -> Response:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET" or wanted == "/":
        return RedirectResponse("/signin", status_code=303)
    return RedirectResponse(f"/signin?next={quote(wanted, safe='')}", status_code=303)


def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, CounterfoilError)
    return alone(
        request, "error.html", status=status_of(error), what=error.what, do=error.do, code=error.code
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        what, do = "There is no such page.", "The address may be mistyped, or the thing was removed."
    else:
        what, do = f"This page does not work that way ({error.status_code}).", "Go back and try again."
    return alone(request, "error.html", status=error.status_code, what=what, do=do, code="")


def _invalid(request: Request, _: Exception) -> Response:
    what, do = "The address or the form holds something that cannot be read.", "Go back and try again."
    return alone(request, "error.html", status=422, what=what, do=do, code="request.invalid")


def _defect(request: Request, error: Exception) -> Response:
    log.error("A defect ended a page.", exc_info=error)
    what = "Something unforeseen happened."
    do = "This is a defect of Counterfoil. Please report it with the end of the log; nothing was lost."
    return alone(request, "error.html", status=500, what=what, do=do, code="defect")
