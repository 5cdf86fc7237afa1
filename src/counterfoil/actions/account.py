"""What everybody may do with what is their own: their name, and the browsers they are signed in with."""

from dataclasses import replace

from counterfoil.actions.signing_in import session_of
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.errors import NotFound, SettingInvalid
from counterfoil.model.identity import line_fault
from counterfoil.model.session import Session
from counterfoil.model.user import User
from counterfoil.store import sessions, users
from counterfoil.store.secret_words import digest_of


def rename(around: Surroundings, word: str, name: str) -> User:
    """Call whom the session's `word` stands for something else. Raises NotSignedIn, SettingInvalid."""
    name = name.strip()
    if line_fault(name):
        raise SettingInvalid(
            f"The name {line_fault(name)}.", do="Write it on one line, in up to 100 letters."
        )
    user = session_of(around, word).user
    with around.db.transaction() as one:
        before = users.held(one, user.id)
        if before.name == name:
            return before
        users.save(one, replace(before, name=name))
        note(around, one, "changed the name of", ("user", user.id, user.email), name=[before.name, name])
        return users.with_id(one, user.id)


def own_sessions(around: Surroundings, word: str) -> tuple[tuple[Session, bool], ...]:
    """One's sessions: the one that asks first, marked, then those that were used last. Raises NotSignedIn."""
    mine = session_of(around, word)
    alive = sessions.alive(around.db, around.now(), mine.user.id)
    others = (session for session in alive if session.digest != mine.digest)
    return ((mine, True), *((session, False) for session in others))


def end_session(around: Surroundings, word: str, digest: str) -> None:
    """End one of one's sessions. Raises NotSignedIn, NotFound when it ended already or is somebody else's."""
    user = session_of(around, word).user
    if digest not in {session.digest for session in sessions.alive(around.db, around.now(), user.id)}:
        raise NotFound("This session has ended already.", do="Look at the list again.")
    with around.db.transaction() as one:
        sessions.end(one, digest)
        note(around, one, "ended a session of", ("user", user.id, user.email))


def end_other_sessions(around: Surroundings, word: str) -> int:
    """End all of one's sessions but the one that asks; answer how many those were. Raises NotSignedIn."""
    user = session_of(around, word).user
    with around.db.transaction() as one:
        ended = sessions.end_others(one, user.id, digest_of(word))
        note(around, one, "ended the other sessions of", ("user", user.id, user.email), sessions=ended)
    return ended
