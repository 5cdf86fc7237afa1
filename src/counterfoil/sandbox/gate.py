"""The way in for every call: counted, met by whatever fault was chosen for it, answered."""

from collections.abc import Callable
from dataclasses import replace

from counterfoil.sandbox import traits
from counterfoil.sandbox.faults import FaultError, gateway, render, render_gateway, render_xml, throttled
from counterfoil.sandbox.grammar import parse
from counterfoil.sandbox.injection import Injection, Kind
from counterfoil.sandbox.wire import Answer, Call, encode
from counterfoil.sandbox.world import World

_breaks = (Kind.RESET, Kind.LOSE, Kind.TRUNCATE)


def admit(world: World, call: Call, carry_out: Callable[[Call], Answer]) -> tuple[Answer, Kind | None]:
    """Answer a call, or what meets it; the second value says how its connection is to break, if at all."""
    with world.counters.running():
        injection = world.injections.take(lambda chosen: _fits(chosen, call))
        if injection is None:
            answer, breaks = carry_out(call), None
        else:
            answer, breaks = _met(world, call, injection, carry_out)
        world.counters.note(call, answer)
        return answer, breaks


def _met(
    world: World, call: Call, injection: Injection, carry_out: Callable[[Call], Answer]
) -> tuple[Answer, Kind | None]:
    if injection.kind in (Kind.SLOW, Kind.LOSE, Kind.TRUNCATE):
        answer = carry_out(replace(call, delay=injection.seconds))
        return answer, injection.kind if injection.kind in _breaks else None
    world.sleep(injection.seconds)
    if injection.kind is Kind.RESET:
        return Answer(status=500), Kind.RESET
    return _refusal(world, call, injection), None


def _refusal(world: World, call: Call, injection: Injection) -> Answer:
    now = world.clock.now()
    kind = "SystemFault" if injection.status >= 500 else "ValidationFault"
    fault = FaultError(injection.status, injection.code, injection.message, injection.detail, kind=kind)
    match injection.kind:
        case Kind.THROTTLE:
            after = injection.retry_after
            headers = {} if after is None else {"retry-after": f"{after:g}"}
            return throttled(now, as_xml=world.rng.random() < 0.5, headers=headers)
        case Kind.GATEWAY:
            named = gateway(injection.status, injection.code, injection.message, injection.detail)
            return render_gateway(named, now)
        case Kind.XML:
            return render_xml(fault, now)
    if not call.realm:  # OAuth has errors of its own shape
        return Answer(status=injection.status, body=encode({"error": injection.code}))
    return render(fault, now, as_json=call.wants_json)


def _fits(injection: Injection, call: Call) -> bool:
    path = "/".join(call.path)
    return (
        (not injection.realm or injection.realm == call.realm)
        and (not injection.method or injection.method.upper() == call.method)
        and (not injection.path or path.startswith(injection.path.strip("/")))
        and (not injection.entity or injection.entity.lower() in _entities(call))
    )


def _entities(call: Call) -> set[str]:
    """The entities that a call speaks of, in lower case."""
    match call.path:
        case ("query",):
            text = (
                call.params.get("query", "") if call.method == "GET" else call.body.decode(errors="replace")
            )
            return _queried(text)
        case ("cdc",):
            return {name.strip().lower() for name in call.params.get("entities", "").split(",")}
        case (resource, *_) if traits.find(resource):
            return {resource.lower()}
    return set()


def _queried(text: str) -> set[str]:
    try:
        return {parse(text).entity.lower()}
    except FaultError:
        return set()
