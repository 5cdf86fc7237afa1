"""The HTTP side: requests become calls, answers become responses with the headers QuickBooks sends."""

import gzip
import random
import uuid
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.sandbox import api, oauth
from counterfoil.sandbox.breaking import BrokenResponse
from counterfoil.sandbox.control import control_routes
from counterfoil.sandbox.gate import admit
from counterfoil.sandbox.identity import key_set
from counterfoil.sandbox.wire import Answer, Call
from counterfoil.sandbox.world import World

LARGEST_BODY = 20_000_000
_worth_packing = 1000


def make_app(world: World) -> Starlette:
    """Every end point of the sandbox over one world."""
    doors = _Doors(world)
    both = ["GET", "POST"]
    return Starlette(
        routes=[
            Route("/v3/company/{realm}/{path:path}", doors.company, methods=both),
            Route("/manage/entitlements/v3/{realm}", doors.plan),
            Route("/connect/oauth2", doors.consent, methods=both),
            Route("/oauth2/v1/tokens/bearer", doors.token, methods=["POST"]),
            Route("/v2/oauth2/tokens/revoke", doors.revoke, methods=["POST"]),
            Route("/v1/openid_connect/userinfo", doors.user_info),
            Route("/.well-known/{name}", doors.discovery),
            Route("/.well-known/{name}/", doors.discovery),
            Route("/op/v1/jwks", doors.keys),
            *control_routes(world),
        ]
    )


class _Doors:
    def __init__(self, world: World) -> None:
        self._world = world

    async def company(self, request: Request) -> Response:
        path = request.path_params["path"]
        call = await _call(request, realm=request.path_params["realm"], path=path)
        return await self._admitted(request, call, lambda call: api.answer(self._world, call))

    async def plan(self, request: Request) -> Response:
        call = await _call(request, realm=request.path_params["realm"], path="manage/entitlements")
        return await self._admitted(request, call, lambda call: api.answer(self._world, call))

    async def consent(self, request: Request) -> Response:
        if request.method == "GET":
            return _response(request, oauth.ask(self._world, request.query_params))
        form = dict(parse_qsl((await _body(request)).decode(errors="replace")))
        return _response(request, oauth.decide(self._world, form))

    async def token(self, request: Request) -> Response:
        call = await _call(request)
        form = dict(parse_qsl(call.body.decode(errors="replace")))
        issuer = f"{_origin(request)}/op/v1"
        return await self._admitted(request, call, lambda call: oauth.token(self._world, call, form, issuer))

    async def revoke(self, request: Request) -> Response:
        call = await _call(request)
        return await self._admitted(request, call, lambda call: oauth.revoke(self._world, call))

    async def user_info(self, request: Request) -> Response:
        call = await _call(request)
        return await self._admitted(request, call, lambda call: oauth.user_info(self._world, call))

    async def discovery(self, request: Request) -> Response:
        return _response(request, oauth.discovery(_origin(request)))

    async def keys(self, request: Request) -> Response:
        return _response(request, await run_in_threadpool(key_set))

    async def _admitted(self, request: Request, call: Call, carry_out: Callable[[Call], Answer]) -> Response:
        def work() -> Response:
            answer, breaks = admit(self._world, call, carry_out)
            response = _response(request, answer, self._world.rng)
            return response if breaks is None else BrokenResponse(response, breaks)

        return await run_in_threadpool(work)


async def _call(request: Request, *, realm: str = "", path: str = "") -> Call:
    return Call(
        method=request.method,
        realm=realm,
        path=tuple((path or request.url.path).strip("/").split("/")),
        params=dict(request.query_params),
        headers=dict(request.headers),
        body=await _body(request),
    )


async def _body(request: Request) -> bytes:
    """The body, read whole.

    Raises HTTPException 413 where it is larger than anything QuickBooks would take.
    """
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > LARGEST_BODY:
            raise HTTPException(413)
        parts.append(part)
    return b"".join(parts)


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _response(request: Request, answer: Answer, rng: random.Random | None = None) -> Response:
    """Pack where asked, and add what every answer carries (section 2.3)."""
    headers = {"cache-control": "no-store", "server": "istio-envoy", **answer.headers}
    if rng:
        headers |= _tracing(rng)
    body = answer.body
    if len(body) > _worth_packing and "gzip" in request.headers.get("accept-encoding", "").lower():
        body = gzip.compress(body, 1, mtime=0)
        headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
    return Response(body, answer.status, headers, answer.media)


def _tracing(rng: random.Random) -> dict[str, str]:
    trace = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    return {
        "intuit_tid": f"1-{trace[:8]}-{trace[9:13]}{trace[14:18]}{trace[19:23]}{trace[24:]}",
        "x-request-id": trace,
        "qbo-version": "1993.150",
        "service-time": "total=12, db=4",
    }
