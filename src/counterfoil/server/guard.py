"""What holds for every answer and request, whichever door it is for: headers, host, size."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from counterfoil.api.problems import problem
from counterfoil.errors import RequestInvalid

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes. A configuration of a million characters fits, as the API sends it."""

PROBES = ("/healthz", "/readyz", "/metrics")
"""Whoever watches over many services asks by their numbers, not by the public name."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
ANSWERED = "answered"
HSTS = "max-age=31536000"


class Guard:
    """Refuses foreign hosts and bodies that are too large, and sets the headers that protect browsers."""

    def __init__(self, app: FastAPI, *, public_url: str) -> None:
        self.app = app
        self._hosts = hosts(public_url)
        self._headers = {**HEADERS, **({"Strict-Transport-Security": HSTS} if _is_safe(public_url) else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        protected = self._protected(scope, send)
        host = Headers(scope=scope).get("host", "")
        if scope["path"] not in PROBES and name_of(host) not in self._hosts:
            await _refuse_host(scope, receive, protected)
            return
        body = await _whole(receive, Headers(scope=scope))
        if body is None:
            await _refuse_size(scope, receive, protected)
            return
        try:
            await self.app(scope, _again(body, receive), protected)
        except Exception:
            if not scope["state"].pop(ANSWERED, False):  # else it was answered and logged as a defect
                raise

    def _protected(self, scope: Scope, send: Send) -> Send:
        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope.setdefault("state", {})[ANSWERED] = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return protected


def hosts(public_url: str) -> frozenset[str]:
    """The names under which this service may be asked: its public one, and those of this machine to itself."""
    return frozenset({urlsplit(public_url).hostname or "", "localhost", "127.0.0.1", "::1"})


def name_of(host: str) -> str:
    """The name in a Host header, without the port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_safe(public_url: str) -> bool:
    return public_url.startswith("https://")


async def _whole(receive: Receive, headers: Headers) -> list[Message] | None:
    """All of the body, or None when it is too large."""
    told = headers.get("content-length", "")
    if told.isdigit() and int(told) > LARGEST_BODY:
        return None
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            return None
        if not message.get("more_body", False):
            return messages


def _again(messages: Iterable[Message], receive: Receive) -> Receive:
    """Give what was received once more, then what comes after it."""
    waiting = iter(messages)

    async def again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return again


async def _refuse_host(scope: Scope, receive: Receive, send: Send) -> None:
    told = RequestInvalid(
        "This service does not go by that name.", do="Set COUNTERFOIL_PUBLIC_URL to the address people use."
    )
    await problem(told, 421)(scope, receive, send)


async def _refuse_size(scope: Scope, receive: Receive, send: Send) -> None:
    told = RequestInvalid(f"The request is larger than {LARGEST_BODY:,} bytes.", do="Send less at a time.")
    answer = problem(told, 413)
    answer.headers["Connection"] = "close"  # the rest of the body is not waited for
    await answer(scope, receive, send)
