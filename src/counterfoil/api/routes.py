"""What every route of the API does before and after its verb: who asks, once only, known already."""

from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from counterfoil.api import once, signing
from counterfoil.api.access import in_the_name_of
from counterfoil.api.problems import MEDIA_TYPE, Problem
from counterfoil.api.versions import is_known, tag

PREFIX = "/api/v1"

FAULTS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "A person can end it: see `do`.", "model": Problem},
    "5XX": {"description": "Time can end it, or it is ours to mend.", "model": Problem},
}


def router(noun: str, *, path: str | None = None) -> APIRouter:
    """The routes of one noun."""
    return APIRouter(
        prefix=PREFIX + (f"/{noun}" if path is None else path),
        tags=[noun],
        route_class=_Route,
        responses=FAULTS,
    )


class _Route(APIRoute):
    """A route that knows who asks."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return _guarded(super().get_route_handler())


def _guarded(
    answer: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def tagged(request: Request) -> Response:
        response = await answer(request)
        tag(response)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    async def guarded(request: Request) -> Response:
        actor = await run_in_threadpool(signing.actor_of, request)
        request.state.actor = actor
        if request.method == "POST" and once.HEADER in request.headers:
            return await once.once(request, in_the_name_of(request, actor), tagged)
        response = await tagged(request)
        known = request.headers.get("If-None-Match")
        if request.method == "GET" and known and is_known(response, known):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": response.headers["ETag"]})
        return response

    return guarded


def problem_content() -> dict[str, Any]:
    """How the document tells of problems' media type."""
    return {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
