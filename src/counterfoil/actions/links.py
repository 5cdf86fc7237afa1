"""Links that work once: the first administrator comes in by one, and whoever is invited or needs a new password."""

from contextlib import suppress
from dataclasses import dataclass, replace

from counterfoil.actions import passwords
from counterfoil.actions.signing_in import SignedIn, begin_session
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.errors import NotFound, NotSignedIn, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.model.identity import line_fault, new_id
from counterfoil.model.link import LIFE, Link, Purpose
from counterfoil.model.user import User, email_fault, normal_email
from counterfoil.store import links, sessions, users
from counterfoil.store.db import Database
from counterfoil.store.secret_words import Word, digest_of, new_word

PATH = "/welcome/"
"""The page that a link opens, followed by its secret word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a link is for, before it is used; without a user it makes the first administrator."""

    link: Link
    user: User | None


def link_address(public_url: str, word: str) -> str:
    """The whole link, to hand over."""
    return f"{public_url.rstrip('/')}{PATH}{word}"


def set_up_word(around: Surroundings) -> str | None:
    """The secret word of a link that makes the first administrator; None once anybody can sign in.

    For who starts the server to print on the console. Each start gives a new one; the former ones end with it.
    """
    with around.db.transaction() as one:
        if users.any_able(one):
            return None
        links.forget(one, None)
        return _new(around, one, Purpose.SET_UP, user=None, role=Role.ADMIN)


def new_link(around: Surroundings, one: Database, user: User, purpose: Purpose) -> str:
    """The secret word of a new link for a user, in the open transaction; former links of the user end."""
    links.forget(one, user.id)
    return _new(around, one, purpose, user=user, role=user.role)


def look(around: Surroundings, word: str) -> Opened:
    """What a link is for, without using it. Raises NotSignedIn when it does not work (any more)."""
    link = links.of(around.db, digest_of(word)) if word.startswith(Word.LINK) else None
    if link is None or not link.works(around.now()):
        raise _worn_out()
    if link.user_id is None:
        if users.any_able(around.db):
            raise _worn_out()
        return Opened(link=link, user=None)
    user = users.with_id(around.db, link.user_id)
    if user.disabled:
        raise _worn_out()
    return Opened(link=link, user=user)


def use(
    around: Surroundings, word: str, password: str, *, email: str = "", name: str = "", before: str = ""
) -> SignedIn:
    """Choose a password with a link, and sign in: other sessions of the user end, the link is used up.

    `email` is needed by a set-up link; `name` may be given with that and with an invitation. Raises NotSignedIn
    for a link that does not work, SettingInvalid for an address, name or password that cannot be used; the link
    still works then.
    """
    opened = look(around, word)
    user = _user(around, opened, email=normal_email(email), name=name.strip())
    hashed = passwords.hashed(password, user.email)
    with around.db.transaction() as one:
        if not links.use(one, opened.link.digest, around.now()):
            raise _worn_out()
        if opened.user is None:
            _make_first(one, user)
        elif user != opened.user:
            users.save(one, user)
        users.save_password(one, user.id, hashed)
        sessions.end_all(one, user.id)
        _note(around, one, opened.link.purpose, user)
        return begin_session(around, one, user, before=before)


def _new(around: Surroundings, one: Database, purpose: Purpose, *, user: User | None, role: Role) -> str:
    word, now = new_word(Word.LINK), around.now()
    links.add(
        one,
        Link(
            digest=digest_of(word),
            purpose=purpose,
            user_id=user.id if user else None,
            role=role,
            created_at=now,
            ends_at=now + LIFE[purpose],
        ),
    )
    return word


def _user(around: Surroundings, opened: Opened, *, email: str, name: str) -> User:
    if name and line_fault(name):
        raise SettingInvalid(f"The name {line_fault(name)}.")
    if opened.user is not None:
        if opened.link.purpose is Purpose.INVITATION and name:
            return replace(opened.user, name=name)
        return opened.user
    if email_fault(email):
        raise SettingInvalid(f"{email[:100]!r} {email_fault(email)}.")
    return User(
        id=new_id("user", around.chance),
        email=email,
        name=name or email,
        role=opened.link.role,
        created_at=around.now(),
    )


def _make_first(one: Database, user: User) -> None:
    """Make the first administrator; somebody who was invited by that address becomes it."""
    if users.any_able(one):
        raise _worn_out()
    with suppress(NotFound):
        users.remove(one, users.with_email(one, user.email).id)
    users.save(one, user)


def _note(around: Surroundings, one: Database, purpose: Purpose, user: User) -> None:
    deed = {
        Purpose.SET_UP: "set up",
        Purpose.INVITATION: "accepted the invitation of",
        Purpose.NEW_PASSWORD: "chose a new password for",
    }[purpose]
    note(replace(around, actor=user.actor), one, deed, ("user", user.id, user.email), role=str(user.role))


def _worn_out() -> NotSignedIn:
    return NotSignedIn(
        "This link does not work: it was used, replaced by a newer one, or its time is over.",
        do="Ask an administrator for a new one; on the server: counterfoil users link EMAIL",
    )
