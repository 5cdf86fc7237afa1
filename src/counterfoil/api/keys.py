"""Keys over the API: what programs come in with. For administrators."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from counterfoil.actions import keys
from counterfoil.api.access import Admin
from counterfoil.api.moments import Moment
from counterfoil.api.paging import After, Limit, Page, after, page
from counterfoil.api.routes import router
from counterfoil.api.versions import Told
from counterfoil.model import key as model
from counterfoil.model.actor import Role

routes = router("keys")


class Key(BaseModel):
    """A key, without its word."""

    id: str
    name: str = Field(examples=["dbt"])
    role: Role
    hint: str = Field(description="Its last letters.")
    created_by: str
    created_at: datetime
    used_at: datetime | None = Field(description="To the minute.")
    ends_at: datetime | None
    version: int


class Wanted(BaseModel):
    """A key to make."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100, examples=["dbt"])
    role: Role
    ends_at: Moment | None = None


class Made(BaseModel):
    """A new key with its word, which is shown this once."""

    key: Key
    word: str


@routes.get("", operation_id="listKeys")
def list_(around: Admin, limit: Limit = 50, last: Annotated[After, Query(alias="after")] = "") -> Page[Key]:
    """All keys, by name."""
    return page(after(keys.every(around), _name, last, limit), _told, _name, limit=limit)


@routes.post("", operation_id="createKey", status_code=201)
def create(around: Admin, wanted: Wanted) -> Made:
    """Make a key. Its word is in this answer and nowhere else."""
    made = keys.create(around, wanted.name, role=wanted.role, ends_at=wanted.ends_at)
    return Made(key=_told(made.key), word=made.word)


@routes.get("/{key}", operation_id="showKey")
def show(around: Admin, key: str) -> Key:
    """One key, by id or name."""
    return _told(keys.show(around, key))


@routes.delete("/{key}", operation_id="revokeKey")
def revoke(around: Admin, key: str, version: Told) -> Key:
    """End a key at once."""
    return _told(keys.revoke(around, key, version=version))


def _name(key: model.Key) -> str:
    return key.name


def _told(key: model.Key) -> Key:
    return Key.model_validate(key, from_attributes=True)
