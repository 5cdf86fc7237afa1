"""Who asks, and what a route needs: a key in `Authorization: Bearer`, or the browser's session.

A route says its role by the type of its first parameter: `around: Viewer`, `Editor` or `Admin`. The OpenAPI
document shows it as the role that stands beside both ways to sign in.
"""

from dataclasses import replace
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer, SecurityScopes

from counterfoil.actions.browser import NAME
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.actor import Actor, Role

_key = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A key of `counterfoil keys create`, sent as `Authorization: Bearer KEY`.",
)
_session = APIKeyCookie(
    name=NAME,
    auto_error=False,
    scheme_name="session",
    description="Whoever is signed in; over https its name begins with `__Host-`. All but GET needs `X-CSRF-Token`.",
)


def surroundings(
    request: Request,
    needed: SecurityScopes,
    _bearer: Annotated[object, Security(_key)],
    _cookie: Annotated[object, Security(_session)],
) -> Surroundings:
    """What the verbs of this request work in. Raises Forbidden when the role does not allow the route."""
    actor: Actor = request.state.actor
    for role in needed.scopes:
        need(actor, Role(role))
    return in_the_name_of(request, actor)


def in_the_name_of(request: Request, actor: Actor) -> Surroundings:
    """The surroundings of the service, for this actor."""
    around: Surroundings = request.app.state.around
    return replace(around, actor=actor)


Viewer = Annotated[Surroundings, Security(surroundings, scopes=[str(Role.VIEWER)])]
Editor = Annotated[Surroundings, Security(surroundings, scopes=[str(Role.EDITOR)])]
Admin = Annotated[Surroundings, Security(surroundings, scopes=[str(Role.ADMIN)])]
