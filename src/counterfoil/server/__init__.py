"""The service: every door that speaks HTTP, in one application, over the engine that runs syncs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from threading import Event

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from counterfoil import __version__, api
from counterfoil.actions.surroundings import Surroundings
from counterfoil.api.documents import document
from counterfoil.api.problems import answer_with_problems
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

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = await run_in_threadpool(engine, around)
        await run_in_threadpool(running.__enter__)
        try:
            yield
        finally:
            await run_in_threadpool(running.__exit__, None, None, None)

    app = FastAPI(
        title="Counterfoil",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.around = around
    app.state.public_url = public_url
    app.state.ending = ending or Event()
    for routes in api.routers():
        app.include_router(routes)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    answer_with_problems(app)
    return Guard(app, public_url=public_url)
