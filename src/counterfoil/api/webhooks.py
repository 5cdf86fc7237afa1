"""`POST /webhooks/quickbooks`: where Intuit tells that something changed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.actions.webhooks import Inbox
from counterfoil.api.problems import problem
from counterfoil.errors import CounterfoilError, NotSignedIn, RequestInvalid
from counterfoil.quickbooks.webhooks import LARGEST, SIGNATURE

PATH = "/webhooks/quickbooks"
PATIENCE = 1.5
"""Seconds for which the answer waits until the events are noted. Intuit gives three; the rest is the network's."""

_log = logging.getLogger(__name__)


def webhook_route(inbox: Inbox) -> Route:
    """The route to mount, without sign-in: Intuit's signature over the raw body is the right to it.

    200 once the events are noted, or will be as soon as the store lets; 401 for a wrong signature, 403 where no
    verifier token is known, 400 for what cannot be read, 413 above a megabyte, 503 when too much waits.
    """
    return Route(PATH, _door(inbox), methods=["POST"])


def _door(inbox: Inbox) -> Callable[[Request], Awaitable[Response]]:
    async def door(request: Request) -> Response:
        try:
            body = await _body(request)
            if body is None:
                return problem(RequestInvalid("The webhook is larger than Intuit sends any."), 413)
            noted = await run_in_threadpool(inbox.take, body, request.headers.get(SIGNATURE, ""))
        except ClientDisconnect:
            return Response(status_code=400)
        except NotSignedIn as error:
            return problem(error, 401)
        except RequestInvalid as error:
            return problem(error, 400)
        except CounterfoilError as error:
            return problem(error)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await asyncio.shield(asyncio.wrap_future(noted))
        return Response(status_code=200)

    return door


async def _body(request: Request) -> bytes | None:
    """The raw body; None as soon as it is too large, without reading on."""
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)
