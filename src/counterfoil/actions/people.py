"""Who may come in, and who is in: users with their sessions, open links and keys; and ending their sessions."""

from collections import defaultdict
from dataclasses import dataclass

from counterfoil.actions import users
from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.model.actor import Role
from counterfoil.model.key import Key
from counterfoil.model.link import Link
from counterfoil.model.session import Session
from counterfoil.model.user import User
from counterfoil.store import keys, links, sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user, and what opens to the user now. `last` is the only administrator who can sign in: that one stays."""

    user: User
    sessions: tuple[Session, ...]
    link: Link | None
    keys: tuple[Key, ...]
    last: bool


def every(around: Surroundings) -> tuple[Person, ...]:
    """All of them, by e-mail address. Raises Forbidden."""
    need(around.actor, Role.ADMIN)
    found = users.every(around)
    admins = [user.id for user in found if user.role is Role.ADMIN and user.able]
    open_ones, made = links.open_ones(around.db, around.now()), keys.every(around.db)
    alive = defaultdict(list)
    for session in sessions.alive(around.db, around.now()):
        alive[session.user.id].append(session)
    return tuple(
        Person(
            user=user,
            sessions=tuple(alive[user.id]),
            link=open_ones.get(user.id),
            keys=tuple(key for key in made if key.created_by == user.email),
            last=admins == [user.id],
        )
        for user in found
    )


def show(around: Surroundings, who: str) -> Person:
    """One of them, by id or e-mail address. Raises Forbidden, NotFound."""
    user = users.show(around, who)
    return next(person for person in every(around) if person.user.id == user.id)


def end_sessions(around: Surroundings, who: str) -> int:
    """Sign a user out everywhere; answer how many sessions those were. Raises Forbidden, NotFound."""
    need(around.actor, Role.ADMIN)
    with around.db.transaction() as one:
        user = users.show(around, who)
        ended = sessions.end_all(one, user.id)
        note(around, one, "ended the sessions of", ("user", user.id, user.email), sessions=ended)
    return ended
