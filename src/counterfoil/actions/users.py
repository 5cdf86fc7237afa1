"""What one may do with users: see them, invite, change, disable, take away. Only administrators may."""

from dataclasses import dataclass, field, replace

from counterfoil.actions.links import new_link
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.errors import ChangedMeanwhile, InUse, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.model.identity import line_fault, new_id
from counterfoil.model.link import Purpose
from counterfoil.model.user import User, email_fault, normal_email
from counterfoil.store import keys, links, sessions, users
from counterfoil.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A user with a link to choose a password; `word` is in the link, is shown once and stored nowhere."""

    user: User
    word: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A user who may not come in any more, and the names of the keys that user made: they go on working."""

    user: User
    keys: tuple[str, ...]


def every(around: Surroundings) -> tuple[User, ...]:
    """All users, by e-mail address. Raises Forbidden."""
    need(around.actor, Role.ADMIN)
    return users.every(around.db)


def show(around: Surroundings, who: str) -> User:
    """The user with this id or e-mail address. Raises Forbidden, NotFound."""
    need(around.actor, Role.ADMIN)
    return _find(around.db, who)


def invite(around: Surroundings, email: str, *, role: Role, name: str = "") -> Invited:
    """Make a user who comes in by a link. Raises Forbidden, AlreadyExists, SettingInvalid."""
    need(around.actor, Role.ADMIN)
    email = normal_email(email)
    name = name.strip() or email
    for text, fault in ((email, email_fault(email)), (name, line_fault(name))):
        if fault:
            raise SettingInvalid(f"{text[:100]!r} {fault}.")
    user = User(id=new_id("user", around.chance), email=email, name=name, role=role, created_at=around.now())
    with around.db.transaction() as one:
        users.save(one, user)
        word = new_link(around, one, user, Purpose.INVITATION)
        note(around, one, "invited", _thing(user), role=str(role))
    return Invited(user=user, word=word)


def link(around: Surroundings, who: str) -> Invited:
    """A new link to choose a password, for who lost the former one, or forgot the password. Former links end.

    Raises Forbidden, NotFound, InUse for who is disabled.
    """
    need(around.actor, Role.ADMIN)
    with around.db.transaction() as one:
        user = _find(one, who)
        if user.disabled:
            raise InUse(
                f"{user.email} is disabled.", do=f"Enable first: counterfoil users enable {user.email}"
            )
        purpose = Purpose.NEW_PASSWORD if user.has_password else Purpose.INVITATION
        word = new_link(around, one, user, purpose)
        note(around, one, "made a link for", _thing(user), purpose=str(purpose))
    return Invited(user=user, word=word)


def change(
    around: Surroundings,
    who: str,
    *,
    role: Role | None = None,
    name: str | None = None,
    version: int | None = None,
) -> User:
    """Change what a user may do, or how a user is called; another role ends the user's sessions.

    Raises Forbidden, NotFound, ChangedMeanwhile, SettingInvalid, InUse for the last administrator.
    """
    need(around.actor, Role.ADMIN)
    if name is not None and line_fault(name):
        raise SettingInvalid(f"The name {line_fault(name)}.")
    with around.db.transaction() as one:
        before = _held(one, who, version)
        after = replace(before, role=role or before.role, name=before.name if name is None else name)
        if after == before:
            return before
        after = _save(one, before, after)
        if after.role is not before.role:
            sessions.end_all(one, after.id)
        note(
            around,
            one,
            "changed",
            _thing(after),
            role=[str(before.role), str(after.role)],
            name=[before.name, after.name],
        )
    return after


def disable(around: Surroundings, who: str, *, version: int | None = None) -> Left:
    """Let a user in no more, at once: sessions and links end. Raises as `change` does."""
    need(around.actor, Role.ADMIN)
    with around.db.transaction() as one:
        before = _held(one, who, version)
        after = before if before.disabled else _save(one, before, replace(before, disabled=True))
        sessions.end_all(one, after.id)
        links.forget(one, after.id)
        note(around, one, "disabled", _thing(after))
        return Left(user=after, keys=_keys_of(one, after))


def enable(around: Surroundings, who: str, *, version: int | None = None) -> User:
    """Let a user in again. Raises Forbidden, NotFound, ChangedMeanwhile."""
    need(around.actor, Role.ADMIN)
    with around.db.transaction() as one:
        before = _held(one, who, version)
        after = _save(one, before, replace(before, disabled=False)) if before.disabled else before
        note(around, one, "enabled", _thing(after))
    return after


def remove(around: Surroundings, who: str, *, version: int | None = None) -> Left:
    """Forget a user; what the audit trail says of the user stays. Raises as `change` does."""
    need(around.actor, Role.ADMIN)
    with around.db.transaction() as one:
        user = _held(one, who, version)
        _keep_an_administrator(one, user)
        users.remove(one, user.id)
        note(around, one, "removed", _thing(user))
        return Left(user=user, keys=_keys_of(one, user))


def _save(one: Database, before: User, after: User) -> User:
    if after.role is not Role.ADMIN or after.disabled:
        _keep_an_administrator(one, before)
    users.save(one, after, version=before.version)
    return users.with_id(one, after.id)


def _keep_an_administrator(one: Database, leaving: User) -> None:
    admins = {user.id for user in users.every(one) if user.role is Role.ADMIN and user.able}
    if admins == {leaving.id}:
        raise InUse(
            f"{leaving.email} is the last administrator who can sign in.",
            do="Make someone else an administrator first.",
        )


def _held(one: Database, who: str, version: int | None) -> User:
    user = users.held(one, _find(one, who).id)
    if version is not None and version != user.version:
        raise ChangedMeanwhile(f"Someone else changed {user.email} meanwhile.", do="Look at it again.")
    return user


def _find(db: Database, who: str) -> User:
    return users.with_email(db, normal_email(who)) if "@" in who else users.with_id(db, who)


def _keys_of(db: Database, user: User) -> tuple[str, ...]:
    return tuple(key.name for key in keys.every(db) if key.created_by == user.email)


def _thing(user: User) -> tuple[str, str, str]:
    return ("user", user.id, user.email)
