"""The control API under `/control`: change the books, choose faults, move the clock, read the counters.

For tests in other languages and for people who learn; it asks for no token and takes JSON only.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import CounterfoilError, NotFound
from counterfoil.sandbox.clerk import Clerk, entity_name
from counterfoil.sandbox.injection import Injection
from counterfoil.sandbox.wire import decode, encode
from counterfoil.sandbox.world import World

Deed = Callable[[Request, dict[str, Any]], Any]


def control_routes(world: World) -> list[Route]:
    """Every control end point; docs/sandbox.md shows each by example."""
    control = _Control(world)
    record = "/control/companies/{realm}/{entity}/{id}"
    return [
        Route("/control/companies", _door(control.companies)),
        Route("/control/companies/{realm}/disconnect", _door(control.disconnect), methods=["POST"]),
        Route("/control/companies/{realm}/{entity}", _door(control.create), methods=["POST"]),
        Route(record, _door(control.show), methods=["GET"]),
        Route(record + "/{verb}", _door(control.do), methods=["POST"]),
        Route("/control/faults", _door(control.add_fault), methods=["POST"]),
        Route("/control/faults", _door(control.heal), methods=["DELETE"]),
        Route("/control/clock", _door(control.clock), methods=["GET", "POST"]),
        Route("/control/counters", _door(control.counters), methods=["GET", "DELETE"]),
    ]


class _Control:
    def __init__(self, world: World) -> None:
        self._world = world

    def companies(self, _request: Request, _body: dict[str, Any]) -> Any:
        return [{"realm_id": books.realm_id, "name": books.name} for books in self._world.books.values()]

    def disconnect(self, request: Request, _body: dict[str, Any]) -> Any:
        return {"ended": self._world.tokens.disconnect(request.path_params["realm"])}

    def create(self, request: Request, body: dict[str, Any]) -> Any:
        return self._clerk(request).create(request.path_params["entity"], body)

    def show(self, request: Request, _body: dict[str, Any]) -> Any:
        return self._clerk(request).get(request.path_params["entity"], request.path_params["id"])

    def do(self, request: Request, body: dict[str, Any]) -> Any:
        clerk, entity, id_ = self._clerk(request), request.path_params["entity"], request.path_params["id"]
        match request.path_params["verb"]:
            case "change":
                return clerk.change(entity, id_, body)
            case "void":
                return clerk.void(entity, id_)
            case "deactivate":
                return clerk.deactivate(entity, id_)
            case "delete":
                return clerk.delete(entity, id_)
            case "pay":
                return clerk.pay(id_, body.get("amount"))
            case "rename":
                return clerk.rename(entity, id_, str(body["name"]))
            case "merge":
                return clerk.merge(entity, id_, str(body["into"]))
            case "poison":
                name = entity_name(entity)
                clerk.get(name, id_)
                return clerk.books.poisoned.add((name, id_))
        raise NotFound("There is no such verb.", do="See docs/sandbox.md.")

    def add_fault(self, _request: Request, body: dict[str, Any]) -> Any:
        self._world.injections.add(msgspec.convert(body, Injection))

    def heal(self, _request: Request, _body: dict[str, Any]) -> Any:
        self._world.injections.clear()
        for books in self._world.books.values():
            books.poisoned.clear()
            books.hushed.clear()

    def clock(self, request: Request, body: dict[str, Any]) -> Any:
        if request.method == "POST":
            self._world.clock.advance(timedelta(seconds=float(body["advance_seconds"])))
        return {"now": self._world.clock.now().isoformat()}

    def counters(self, request: Request, _body: dict[str, Any]) -> Any:
        if request.method == "DELETE":
            self._world.counters.reset()
        return self._world.counters.read()

    def _clerk(self, request: Request) -> Clerk:
        books = self._world.books.get(request.path_params["realm"])
        if books is None:
            raise NotFound("There is no such company.", do="See /control/companies.")
        return Clerk(books, self._world.clock.now)


def _door(deed: Deed) -> Callable[[Request], Any]:
    async def door(request: Request) -> Response:
        content = await request.body()
        if request.method == "POST" and not request.headers.get("content-type", "").startswith(
            "application/json"
        ):
            return _problem(
                415, "Send JSON, with Content-Type: application/json."
            )  # no web page can, unasked
        try:
            body = decode(content) if content else {}
            if not isinstance(body, dict):
                return _problem(400, "Send a JSON object.")
            result = await run_in_threadpool(deed, request, body)
        except NotFound as error:
            return _problem(404, str(error))
        except KeyError as error:
            return _problem(400, f"{error.args[0]} is missing.")
        except (CounterfoilError, ValueError, TypeError) as error:
            return _problem(400, str(error))
        return Response(encode(result), media_type="application/json")

    return door


def _problem(status: int, what: str) -> Response:
    return Response(encode({"error": what}), status, media_type="application/json")
