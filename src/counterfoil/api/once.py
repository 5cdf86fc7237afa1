"""Idempotency-Key: a POST that is repeated is answered as the first time, and does nothing twice.

Only answers that tell of success are kept, for a day: what failed changed nothing and may be tried again.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import KeyReused, RequestInvalid, StillRunning
from counterfoil.store import replies
from counterfoil.store.replies import Reply

HEADER = "Idempotency-Key"
KEY = r"^[\x21-\x7e]{1,200}$"
KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=10)
"""No request takes so long: whoever was answering it is gone, and a repeat may take over."""
SUCCESS = range(200, 300)
KEPT_HEADERS = ("content-type", "etag", "location")

Answering = Callable[[Request], Awaitable[Response]]


async def once(request: Request, around: Surroundings, answer: Answering) -> Response:
    """Answer a request that has an Idempotency-Key, or repeat its answer.

    Raises RequestInvalid, KeyReused and StillRunning, and what answering raises.
    """
    key = _key(request)
    asked = _digest(request, await request.body())
    kept = await run_in_threadpool(_begin, around, key, asked)
    if kept is not None:
        return Response(kept.body, kept.status or 200, {**kept.headers, "Idempotency-Replayed": "true"})
    actor = around.actor.id
    try:
        response = await answer(request)
        if response.status_code in SUCCESS:
            await run_in_threadpool(_keep, around, key, response)
            return response
    except BaseException:
        await run_in_threadpool(replies.forget, around.db, actor, key)
        raise
    await run_in_threadpool(replies.forget, around.db, actor, key)
    return response


def _key(request: Request) -> str:
    key = request.headers[HEADER]
    if not re.search(KEY, key):
        raise RequestInvalid(
            f"{HEADER} is 1 to 200 printable characters without blanks.", do="A UUID will do."
        )
    return key


def _digest(request: Request, body: bytes) -> str:
    asked = b"\x00".join(
        (request.method.encode(), str(request.url.path).encode(), request.url.query.encode(), body)
    )
    return hashlib.sha256(asked).hexdigest()


def _begin(around: Surroundings, key: str, asked: str) -> Reply | None:
    """Claim the key, or find what was answered under it."""
    now, actor = around.now(), around.actor.id
    found = replies.of(around.db, actor, key)
    if found is not None and now - found.created_at > (KEPT if found.status else GIVEN_UP):
        replies.forget(around.db, actor, key)
        found = None
    if found is None and replies.begin(around.db, actor, key, request=asked, now=now):
        return None
    found = found or replies.of(around.db, actor, key)
    if found is not None and found.request != asked:
        raise KeyReused(
            f"This {HEADER} came with another request before.", do="Use a new one for each new request."
        )
    if found is None or found.status is None:
        raise StillRunning(
            "This request is being answered already.", do="Repeat it in a moment for its answer."
        )
    return found


def _keep(around: Surroundings, key: str, response: Response) -> None:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    replies.keep(
        around.db,
        around.actor.id,
        key,
        status=response.status_code,
        headers=headers,
        body=bytes(response.body),
    )
