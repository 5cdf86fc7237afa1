"""The API of a company: who may call, how often, and which part of the sandbox answers."""

from counterfoil.sandbox import batch, cdc, query, traits, writes
from counterfoil.sandbox.attachments import download
from counterfoil.sandbox.books import Books
from counterfoil.sandbox.clock import stamp_answer
from counterfoil.sandbox.custom_fields import served, serves_all
from counterfoil.sandbox.entitlements import entitlements
from counterfoil.sandbox.faults import (
    FaultError,
    bad_token,
    deleted,
    never_existed,
    no_right,
    render,
    throttled,
    unsupported,
)
from counterfoil.sandbox.reports import answer as reports
from counterfoil.sandbox.tokens import ACCOUNTING
from counterfoil.sandbox.traits import Kind, Trait
from counterfoil.sandbox.wire import TYPE_JSON, Answer, Call
from counterfoil.sandbox.world import World
from counterfoil.sandbox.xml import as_xml


def answer(world: World, call: Call) -> Answer:
    """Answer one call as QuickBooks would; never raises for what a caller sends."""
    now = world.clock.now()
    refusal = _refusal(world, call)
    if refusal:
        return refusal
    with world.limits.passing(call.realm, batch=call.path == ("batch",)) as allowed:
        if not allowed:
            return throttled(now, as_xml=world.rng.random() < 0.5)  # both forms have been seen (section 2.6)
        world.sleep(call.delay)
        try:
            routed = _route(world, world.books[call.realm], call)
        except FaultError as fault:
            return render(fault, now, as_json=call.wants_json)
    return routed if call.wants_json or routed.media != TYPE_JSON else as_xml(routed)


def _refusal(world: World, call: Call) -> Answer | None:
    """What the gateway says to a call without a living token for this company."""
    now = world.clock.now()
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return bad_token("Missing bearer token", now)
    if not 20 < len(token) <= 4096:
        return bad_token("Malformed bearer token: too short or too long", now)
    grant = world.tokens.holder(token.strip(), now.timestamp())
    if grant is None:
        return bad_token("Token expired", now)
    if grant.realm != call.realm or ACCOUNTING not in grant.scopes:
        return no_right(now)
    return None


def _route(world: World, books: Books, call: Call) -> Answer:
    match (call.method, *call.path):
        case ("GET", "manage", "entitlements"):
            return entitlements()
        case ("GET" | "POST", "query"):
            return _query(world, books, call)
        case ("GET", "cdc"):
            return _changes(world, books, call)
        case ("POST", "batch"):
            return world.replays.once(call, lambda: batch.answer(world, books, call))
        case ("GET", "reports", *_):
            return reports.answer(books, call, now=world.clock.now(), most_cells=world.most_cells)
        case ("GET", "download", id_):
            return download(books, id_)
        case ("GET", resource):
            return _read(world, books, call, _trait(resource), "1")
        case ("GET", resource, id_):
            return _read(world, books, call, _trait(resource), id_)
        case ("POST", resource):
            trait = _trait(resource)
            return world.replays.once(call, lambda: writes.answer(world, books, trait, call))
    raise unsupported("/".join(call.path) or "without a path")


def _trait(resource: str) -> Trait:
    trait = traits.find(resource)
    if trait is None:
        raise unsupported(resource)
    return trait


def _query(world: World, books: Books, call: Call) -> Answer:
    text = call.params.get("query", "") if call.method == "GET" else call.body.decode(errors="replace")
    every = serves_all(call)
    page = query.run(books, text)
    page.bodies[:] = [served(body, every=every) for body in page.bodies]
    return _timed(world, b'"QueryResponse":' + page.body())


def _changes(world: World, books: Books, call: Call) -> Answer:
    asked = {"entities": call.params.get("entities", ""), "since": call.params.get("changedSince", "")}
    blocks = cdc.changes(books, **asked, now=world.clock.now(), rng=world.rng, every=serves_all(call))
    return _timed(world, b'"CDCResponse":[{"QueryResponse":' + blocks + b"}]")


def _read(world: World, books: Books, call: Call, trait: Trait, id_: str) -> Answer:
    if trait.kind is Kind.SINGLETON:
        id_ = "1"  # companyinfo is asked for by realm, preferences without an id
    elif len(call.path) == 1:
        raise unsupported(call.path[0])
    body = books.body(trait.name, id_)
    if body is None:
        raise deleted() if books.was_deleted(trait.name, id_) else never_existed(trait.name)
    return _timed(world, b'"%s":' % trait.key.encode() + served(body, every=serves_all(call)))


def _timed(world: World, members: bytes) -> Answer:
    time = stamp_answer(world.clock.now()).encode()
    return Answer(body=b"{" + members + b',"time":"' + time + b'"}')
