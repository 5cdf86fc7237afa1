"""The pages: rendered here, with forms that work without JavaScript.

One application of its own below the API, because its errors are pages too. What all pages share stands in visit
(who looks), page (the frame), words (how things are said) and errors.
"""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from counterfoil.actions.surroundings import Surroundings
from counterfoil.web import (
    account,
    alerts,
    audit,
    consent,
    credentials,
    destination_companies,
    destination_form,
    destinations,
    directory,
    errors,
    intuit_app,
    keys,
    openid,
    overview,
    settings,
    setup,
    setup_connect,
    setup_data,
    setup_destination,
    setup_schedule,
    setup_start,
    signing,
    source_activity,
    source_books,
    source_list,
    source_postings,
    source_proof,
    source_resync,
    source_settings,
    source_syncs,
    source_tables,
    sources,
    syncs,
    users,
)

NOUNS = (
    overview,
    source_list,
    sources,
    source_syncs,
    source_tables,
    source_postings,
    source_books,
    source_proof,
    source_activity,
    source_resync,
    source_settings,
    directory,
    setup,
    setup_connect,
    setup_schedule,
    setup_data,
    setup_destination,
    setup_start,
    syncs,
    destination_form,
    destination_companies,
    destinations,
    consent,
    credentials,
    intuit_app,
    signing,
    openid,
    alerts,
    users,
    keys,
    audit,
    settings,
    account,
)
"""Consent before credentials: `/credentials/connect` is no credential's name; so with forms and `/destinations/new`,
and with postings, which are no statement of books."""


def pages(around: Surroundings, *, public_url: str) -> FastAPI:
    """The application of all pages."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.around = around
    app.state.public_url = public_url
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.state.addresses = {getattr(route, "path", "") for noun in NOUNS for route in noun.routes.routes}
    for noun in NOUNS:
        app.include_router(noun.routes)
    errors.answer_with_pages(app)
    return app
