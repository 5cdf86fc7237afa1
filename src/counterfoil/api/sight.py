"""What watches over the service asks: does it live, can it work, how does it stand."""

import asyncio
import threading
from concurrent.futures import Future
from dataclasses import asdict

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from counterfoil import __version__
from counterfoil.actions.figures import read_figures
from counterfoil.actions.readiness import Check, look
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.api.metrics import written
from counterfoil.api.problems import problem
from counterfoil.api.signing import actor_of
from counterfoil.errors import CounterfoilError, StoreFailed
from counterfoil.model.actor import Role

PATIENCE = 5.0
"""Seconds for a look at everything; a store that takes longer counts as gone."""

NO_STORE = {"Cache-Control": "no-store"}


def sight_routes(around: Surroundings) -> APIRouter:
    """`/healthz` and `/readyz` for everybody; `/metrics` for viewers, or for everybody where the setting says so."""
    routes = APIRouter(include_in_schema=False)
    ready = _Ready(around)

    @routes.get("/healthz")
    async def healthz() -> Response:
        return JSONResponse({"well": True, "version": __version__}, headers=NO_STORE)

    @routes.get("/readyz")
    async def readyz() -> Response:
        checks = await ready.look()
        well = all(check.well for check in checks)
        told = [asdict(check) | {"well": check.well} for check in checks]
        return JSONResponse({"well": well, "checks": told}, 200 if well else 503, NO_STORE)

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        try:
            return await run_in_threadpool(_metrics, around, request)
        except CounterfoilError as error:
            return problem(error)

    return routes


def _metrics(around: Surroundings, request: Request) -> Response:
    if not around.sight.metrics_public:
        need(actor_of(request), Role.VIEWER)
    content, media_type = written(read_figures(around), request.headers.get("Accept", ""))
    return Response(content, headers={"Content-Type": media_type, **NO_STORE})


class _Ready:
    """Looks once at a time: whoever asks meanwhile hears the same, however many ask and however long it takes."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._changing = threading.Lock()
        self._looking: Future[tuple[Check, ...]] | None = None

    async def look(self) -> tuple[Check, ...]:
        looking = self._look()
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(asyncio.wrap_future(looking))
        except TimeoutError:
            slow = f"Counterfoil's own database did not answer within {PATIENCE:g} seconds."
            return (Check(name="store", code=StoreFailed.code, what=slow, do="See whether its server runs."),)

    def _look(self) -> Future[tuple[Check, ...]]:
        with self._changing:
            if self._looking is None or self._looking.done():
                self._looking = Future()
                work = (self._looking,)
                threading.Thread(target=self._work, args=work, name="readiness", daemon=True).start()
            return self._looking

    def _work(self, looking: Future[tuple[Check, ...]]) -> None:
        try:
            looking.set_result(look(self._around))
        except Exception as defect:
            looking.set_exception(defect)
