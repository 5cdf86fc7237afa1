"""The service: every door that speaks HTTP, in one application, over the engine that runs syncs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, nullcontext
from threading import Event

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from counterfoil import __version__, api, web
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.webhooks import Inbox
from counterfoil.api.documents import document
from counterfoil.api.problems import answer_with_problems
from counterfoil.api.sight import sight_routes
from counterfoil.api.webhooks import webhook_route
from counterfoil.server.guard import Guard

Engine = Callable[[Surroundings], AbstractContextManager[object]]
"""Runs syncs while its context is open."""


def create_app(
    around: Surroundings,
    *,
    public_url: str,
    engine: Engine = nullcontext,
    ending: Event | None = None,
) -> Guard:
    """The application. `ending` is set when the server is told to end."""

    inbox = Inbox(around)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = ExitStack()
        await run_in_threadpool(_begin, running, inbox, engine(around))
        try:
            yield
        finally:
            await run_in_threadpool(running.close)

    app = FastAPI(
        title="Counterfoil",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.around = around
    app.state.public_url = public_url
    app.state.ending = ending or Event()
    app.router.routes.append(webhook_route(inbox))
    routers = (sight_routes(around), *api.routers())
    for router in routers:
        app.include_router(router)
    app.state.routes = [webhook_route(inbox), *(route for router in routers for route in router.routes)]
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    answer_with_problems(app)
    app.router.default = _elsewhere(app, web.pages(around, public_url=public_url))
    return Guard(app, public_url=public_url)


def _elsewhere(app: FastAPI, pages: ASGIApp) -> ASGIApp:
    """Where a path goes that no route of the API knows: to the pages, unless it looks like one of the API's."""
    unknown = app.router.not_found

    async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
        await (unknown if scope["path"].startswith("/api/") else pages)(scope, receive, send)

    return elsewhere


def _begin(running: ExitStack, *parts: AbstractContextManager[object]) -> None:
    for part in parts:
        running.enter_context(part)
