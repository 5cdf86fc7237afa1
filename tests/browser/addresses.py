"""The address of every page that there is: from the web's own routes, so that a new page cannot be forgotten."""

import re
from collections.abc import Iterator, Mapping

from counterfoil.web import NOUNS

SIGNED_OUT = {"/signin", "/signin/openid", "/welcome/{word}", "/oauth/callback", "/signin/openid/answer"}
"""Pages of who is not signed in."""

BESIDES = (
    "/nowhere",
    "/sources?q=zzz",
    "/directory?q=zzz",
    "/destinations/new?kind=duckdb",
    "/app?environment=sandbox",
)
"""Addresses that say more than their route."""

Choices = Mapping[str, tuple[str, ...]]


def routes() -> list[str]:
    """Every path that can be looked at, by the alphabet."""
    listed = (route for noun in NOUNS for route in noun.routes.routes)
    return sorted({route.path for route in listed if "GET" in getattr(route, "methods", ())})


def addresses(route: str, choices: Choices) -> Iterator[str]:
    """The addresses of a route: one for each value of its last parameter, the first value of the others.

    A parameter's values stand under the route up to it, `/sources/{name}`; with ` alone` behind it, those for the
    route that ends there.
    """
    names = re.findall(r"{(\w+)(?::\w+)?}", route)
    values = {name: _values(route, name, choices) for name in names}
    plain = re.sub(r":\w+}", "}", route)
    for last in values[names[-1]] if names else ("",):
        yield plain.format(
            **{name: known[0] for name, known in values.items()} | dict.fromkeys(names[-1:], last)
        )


def _values(route: str, name: str, choices: Choices) -> tuple[str, ...]:
    until = re.sub(r":\w+}", "}", route).partition(f"{{{name}}}")[0] + f"{{{name}}}"
    found = choices.get(f"{route} alone" if until == route else "") or choices.get(until)
    assert found, f"{route} needs values for {until}: add some to `_choices` in tests/browser/gallery.py"
    return found
