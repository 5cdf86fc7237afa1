"""Signing in and out: a password against a session, and who stands behind a session."""

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta

from counterfoil.actions import guessing, passwords
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.errors import NotFound, NotSignedIn
from counterfoil.model.actor import Actor, ActorKind
from counterfoil.model.session import IDLE, LONGEST, Session
from counterfoil.model.user import User, normal_email
from counterfoil.store import sessions, users
from counterfoil.store.db import Database
from counterfoil.store.secret_words import Word, digest_of, new_word

SEEN_EVERY = timedelta(minutes=5)
"""How exactly the last use of a session is known; each note is a write."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that has just begun. `word` goes into the browser's cookie and nowhere else."""

    word: str = field(repr=False)
    user: User


def sign_in(around: Surroundings, email: str, password: str, *, address: str, before: str = "") -> SignedIn:
    """Begin a session for who knows the password; the session of the word `before` ends.

    `address` is the network address that asks. Raises NotSignedIn, the same whether there is such a user, has no
    password, is disabled or mistyped; TooManyGuesses.
    """
    email = normal_email(email)
    guessing.count_guess(around.db, email=email, address=address, now=around.now())
    user = _with_email(around.db, email)
    right, newer = passwords.fits(password, users.password_of(around.db, user.id) if user else None)
    if user is None or not right or user.disabled:
        log.warning("Someone at %s gave a wrong e-mail address or password", address[:100])
        raise NotSignedIn(
            "The e-mail address or the password is wrong.",
            do="Try again, or ask an administrator for a link to choose a new password.",
        )
    guessing.right(around.db, email=email, address=address, now=around.now())
    with around.db.transaction() as one:
        if newer is not None:
            users.save_password(one, user.id, newer)
        return begin_session(around, one, user, before=before)


def begin_session(around: Surroundings, one: Database, user: User, *, before: str = "") -> SignedIn:
    """Begin a session in the open transaction, for a user who has just proved to be that one.

    A new word each time: one that somebody planted in the browser before is worth nothing after. Raises
    NotSignedIn when the user was disabled meanwhile.
    """
    user = users.held(one, user.id)
    if user.disabled:
        raise NotSignedIn("This user is disabled.", do="Ask an administrator.")
    word, now = new_word(Word.SESSION), around.now()
    if before:
        sessions.end(one, digest_of(before))
    sessions.forget_ended(one, now)
    users.note_signed_in(one, user.id, now)
    sessions.add(
        one,
        Session(digest=digest_of(word), user=user, created_at=now, seen_at=now, ends_at=now + LONGEST),
    )
    note(replace(around, actor=user.actor), one, "signed in", ("user", user.id, user.email))
    return SignedIn(word=word, user=replace(user, signed_in_at=now))


def session_of(around: Surroundings, word: str) -> Session:
    """The session of a cookie's word, with its user as it is now. Raises NotSignedIn."""
    now = around.now()
    found = sessions.of(around.db, digest_of(word)) if word.startswith(Word.SESSION) else None
    if found is None or not found.alive(now):
        raise NotSignedIn("Nobody is signed in.", do="Sign in.")
    if now - found.seen_at >= min(SEEN_EVERY, IDLE):
        sessions.note_seen(around.db, found.digest, now)
    return found


def actor_of_session(around: Surroundings, word: str) -> Actor:
    """Who stands behind a cookie's word. Raises NotSignedIn."""
    return session_of(around, word).user.actor


def sign_out(around: Surroundings, word: str) -> None:
    """End a session; one that has ended already is no mistake."""
    found = sessions.of(around.db, digest_of(word))
    if found is None:
        return
    with around.db.transaction() as one:
        sessions.end(one, found.digest)
        user = found.user
        note(replace(around, actor=user.actor), one, "signed out", ("user", user.id, user.email))


def change_password(around: Surroundings, *, word: str, former: str, password: str, address: str) -> SignedIn:
    """Choose another password for oneself; all sessions end but a new one, of this browser.

    Raises NotSignedIn for a wrong former password, SettingInvalid for a weak new one, TooManyGuesses.
    """
    user = session_of(around, word).user
    guessing.count_guess(around.db, email=user.email, address=address, now=around.now())
    right, _ = passwords.fits(former, users.password_of(around.db, user.id))
    if not right:
        raise NotSignedIn("The former password is wrong.", do="Try again.")
    guessing.right(around.db, email=user.email, address=address, now=around.now())
    hashed = passwords.hashed(password, user.email)
    with around.db.transaction() as one:
        users.save_password(one, user.id, hashed)
        sessions.end_all(one, user.id)
        note(replace(around, actor=user.actor), one, "changed the password of", ("user", user.id, user.email))
        return begin_session(around, one, user)


def sign_out_everywhere(around: Surroundings) -> int:
    """End all sessions of the user who asks; answer how many those were."""
    actor = around.actor
    if actor.kind is not ActorKind.USER:
        return 0
    with around.db.transaction() as one:
        note(around, one, "signed out everywhere", ("user", actor.id, actor.name))
        return sessions.end_all(one, actor.id)


def _with_email(db: Database, email: str) -> User | None:
    try:
        return users.with_email(db, email)
    except NotFound:
        return None
