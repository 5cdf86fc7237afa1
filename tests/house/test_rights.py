"""No verb changes anything before it has asked for the right, and none forgets to write to the trail."""

import ast
from functools import cache
from pathlib import Path

from tests.house.code import Function, modules, parsed

ACTIONS = tuple(path for path in modules("src") if path.parent == Path("src/counterfoil/actions"))
STORE = tuple(path for path in modules("src") if path.parent == Path("src/counterfoil/store"))

Place = tuple[str, str]
"""A function: the module's name in full, and its own."""

ASKS = ("counterfoil.actions.rights", "need")
TELLS = ("counterfoil.actions.trail", "note")

OPEN = {
    "account.end_other_sessions": "one's own sessions",
    "account.end_session": "one's own session",
    "account.own_sessions": "finds out who asks",
    "account.rename": "one's own name",
    "alerts.after_sync": "the engine's, after each sync",
    "alerts.deliver": "the engine's, on its clock",
    "alerts.look_round": "the engine's, on its clock",
    "consenting.finish": "only whoever began was given the state; connect_company asks before it keeps anything",
    "credentials.connect": "inside connect_company and the demonstration, which ask",
    "credentials.disconnect": "inside connecting.disconnect, which asks",
    "credentials.safe": "keeps the tokens of a sync that was allowed",
    "drafts.throw_away": "one's own draft, whatever became of one's role",
    "guessing.count_guess": "nobody is signed in yet",
    "guessing.right": "nobody is signed in yet",
    "installation.look": "writes nothing but a trial that it takes back",
    "keys.actor_of_key": "finds out who asks",
    "links.new_link": "inside users.invite and users.link, which ask",
    "links.set_up_word": "for whoever starts the server: there is nobody to have a right yet",
    "links.use": "the link is the right",
    "lookout.lookout": "the engine's, while it runs",
    "lookout.noticed": "the engine's, after each sync",
    "openid.finish": "nobody is signed in yet",
    "perform.client_of": "keeps the tokens of a sync that was allowed",
    "perform.perform": "does what syncs.ask, which asks, put into the queue",
    "perform.remember": "inside perform and sync_now",
    "perform.walk": "inside perform and sync_now",
    "readiness.look": "writes nothing but a trial that it takes back",
    "save.save_draft": "inside apply and sources, which ask",
    "save.save_given": "inside apply, which asks",
    "service.duties_of": "the engine's, as the service",
    "service.running": "the engine's, as the service",
    "signing_in.actor_of_session": "finds out who asks",
    "signing_in.begin_session": "whoever calls it has proved who somebody is",
    "signing_in.change_password": "one's own, and one has to know it",
    "signing_in.session_of": "finds out who asks",
    "signing_in.sign_in": "nobody is signed in yet",
    "signing_in.sign_out": "one's own session",
    "signing_in.sign_out_everywhere": "one's own sessions",
    "timing.plan_next_run": "inside verbs that ask, and the engine's",
    "trail.note": "the trail itself",
    "webhooks.keep": "Intuit's signature is the right",
}
"""Verbs that change something without asking for a right, each with the reason."""

UNTOLD = {
    "connecting.check": "reads the company, and keeps its name",
    "consenting.begin": "finish tells what came of it",
    "counting.count": "reads, and counts the calls that it took",
    "drafts.begin": "nothing but a draft",
    "drafts.choose": "nothing but a draft",
    "retention.forget_old": "the engine's, on its clock, as the setting says",
}
"""Verbs that ask for a right and leave no line in the trail, each with the reason."""


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts[1:])


@cache
def functions_of(path: Path) -> dict[str, Function]:
    return {node.name: node for node in parsed(path).body if isinstance(node, Function)}


@cache
def imported(path: Path) -> dict[str, str]:
    """What each name of a module stands for: `users` for `counterfoil.store.users`."""
    known: dict[str, str] = {}
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return known


def called(path: Path, function: Function) -> set[Place]:
    """Every function that this one names, whether it calls it or passes it on."""
    known = imported(path)
    found: set[Place] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add((known.get(node.value.id, ""), node.attr))
        elif isinstance(node, ast.Name):
            module, _, name = known.get(node.id, f"{module_of(path)}.{node.id}").rpartition(".")
            found.add((module, name))
    return found


@cache
def graph() -> dict[Place, set[Place]]:
    return {
        (module_of(path), name): called(path, function)
        for path in (*ACTIONS, *STORE)
        for name, function in functions_of(path).items()
    }


@cache
def reached(start: Place) -> frozenset[Place]:
    """Every function of verbs and store that is reached from one."""
    found: set[Place] = set()
    waiting = [start]
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        found.add(place)
        waiting += graph().get(place, ())
    return frozenset(found)


@cache
def writers() -> frozenset[Place]:
    """The functions of the store that write."""
    return frozenset(
        (module_of(path), name)
        for path in STORE
        for name, function in functions_of(path).items()
        if any(isinstance(node, ast.Attribute) and node.attr == "writing" for node in ast.walk(function))
    )


@cache
def verbs() -> dict[str, Place]:
    """Every public verb that changes something, by `module.name`."""
    return {
        f"{path.stem}.{name}": (module_of(path), name)
        for path in ACTIONS
        for name in functions_of(path)
        if not name.startswith("_") and reached((module_of(path), name)) & writers()
    }


def unguarded(verb: Place) -> bool:
    """Tell whether a verb comes to write on a way on which nobody asks."""
    seen: set[Place] = set()
    waiting = [verb]
    while waiting:
        place = waiting.pop()
        if place in seen or ASKS in graph().get(place, ()):
            continue
        if place in writers():
            return True
        seen.add(place)
        waiting += graph().get(place, ())
    return False


def test_the_verbs_that_change_things_are_found() -> None:
    assert {"users.invite", "sources.remove", "connecting.connect_company", "syncs.ask"} <= set(verbs())
    assert not {"users.every", "sources.show", "audit.entries"} & set(verbs())


def test_each_verb_asks_for_the_right_before_it_changes_anything() -> None:
    silent = {name for name, verb in verbs().items() if unguarded(verb)}

    assert silent - set(OPEN) == set(), "let them ask with `need`, or give the reason in OPEN"


def test_a_verb_that_asks_does_so_first() -> None:
    late = [
        f"{path.stem}.{name}"
        for path in ACTIONS
        for name, function in functions_of(path).items()
        if ASKS in called(path, function) and not _asks_first(path, function)
    ]

    assert late == []


def test_each_verb_that_asks_is_told_in_the_trail() -> None:
    untold = {name for name, verb in verbs().items() if not unguarded(verb) and TELLS not in reached(verb)}

    assert untold - set(UNTOLD) == set(), "let them tell with `note`, or give the reason in UNTOLD"


def test_no_reason_is_left_over() -> None:
    assert {*OPEN, *UNTOLD} - set(verbs()) == set()
    assert {name for name in OPEN if not unguarded(verbs()[name])} == set()


def _asks_first(path: Path, function: Function) -> bool:
    """Tell whether nothing of the store is touched on a line before the question."""
    lines = [node.lineno for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == "need"]
    store = [
        node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and imported(path).get(node.value.id, "").startswith("counterfoil.store.")
    ]
    return not store or min(lines) < min(store)
