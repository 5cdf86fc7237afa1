"""Users over the API: who may sign in, and what they may. For administrators."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from counterfoil.actions import users
from counterfoil.actions.links import link_address
from counterfoil.actions.users import Invited as ModelInvited
from counterfoil.api.access import Admin
from counterfoil.api.paging import After, Limit, Page, after, page
from counterfoil.api.routes import router
from counterfoil.api.versions import Needed, Told
from counterfoil.model import user as model
from counterfoil.model.actor import Role

routes = router("users")


class User(BaseModel):
    """Someone who signs in here."""

    id: str
    email: str = Field(examples=["ada@example.com"])
    name: str
    role: Role
    disabled: bool
    has_password: bool = Field(
        description="Else an invitation is open, or sign-in is at the OpenID provider."
    )
    created_at: datetime
    signed_in_at: datetime | None
    version: int


class Wanted(BaseModel):
    """Someone to invite."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=254, examples=["ada@example.com"])
    role: Role
    name: str = Field("", max_length=100)


class Changes(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    name: str | None = Field(None, max_length=100)


class Invited(BaseModel):
    """A user and the link to choose a password, which is shown this once."""

    user: User
    link: str


class Left(BaseModel):
    """A user who may not come in any more, and the keys that user made: they go on working."""

    user: User
    keys: list[str]


@routes.get("", operation_id="listUsers")
def list_(around: Admin, limit: Limit = 50, last: Annotated[After, Query(alias="after")] = "") -> Page[User]:
    """All users, by e-mail address."""
    return page(after(users.every(around), _email, last, limit), _told, _email, limit=limit)


@routes.post("", operation_id="inviteUser", status_code=201)
def invite(around: Admin, request: Request, wanted: Wanted) -> Invited:
    """Invite someone; send them the link."""
    return _invited(request, users.invite(around, wanted.email, role=wanted.role, name=wanted.name))


@routes.get("/{user}", operation_id="showUser")
def show(around: Admin, user: str) -> User:
    """One user, by id or e-mail address."""
    return _told(users.show(around, user))


@routes.patch("/{user}", operation_id="changeUser")
def change(around: Admin, user: str, changes: Changes, version: Needed) -> User:
    """Change what a user may do, or is called. Another role ends the user's sessions."""
    return _told(users.change(around, user, role=changes.role, name=changes.name, version=version))


@routes.delete("/{user}", operation_id="removeUser")
def remove(around: Admin, user: str, version: Told) -> Left:
    """Forget a user; what the audit trail says of the user stays."""
    return _left(users.remove(around, user, version=version))


@routes.post("/{user}/link", operation_id="linkUser", status_code=201)
def link(around: Admin, request: Request, user: str) -> Invited:
    """A new link to choose a password; former ones end."""
    return _invited(request, users.link(around, user))


@routes.post("/{user}/disable", operation_id="disableUser")
def disable(around: Admin, user: str, version: Told) -> Left:
    """Let a user in no more, at once."""
    return _left(users.disable(around, user, version=version))


@routes.post("/{user}/enable", operation_id="enableUser")
def enable(around: Admin, user: str, version: Told) -> User:
    """Let a user in again."""
    return _told(users.enable(around, user, version=version))


def _email(user: model.User) -> str:
    return user.email


def _told(user: model.User) -> User:
    return User.model_validate(user, from_attributes=True)


def _invited(request: Request, invited: ModelInvited) -> Invited:
    return Invited(user=_told(invited.user), link=link_address(request.app.state.public_url, invited.word))


def _left(left: users.Left) -> Left:
    return Left(user=_told(left.user), keys=list(left.keys))
