"""What one may do with keys: make, see, revoke; and who stands behind one. Only administrators may."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.errors import ChangedMeanwhile, NotSignedIn, SettingInvalid
from counterfoil.model.actor import Actor, Role
from counterfoil.model.identity import line_fault, new_id
from counterfoil.model.key import Key
from counterfoil.store import keys
from counterfoil.store.secret_words import Word, digest_of, new_word

USED_EVERY = timedelta(minutes=1)
"""How exactly the last use of a key is known; each note is a write."""

HINT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new key. `word` is what its holder sends; it is shown once and stored nowhere."""

    key: Key
    word: str = field(repr=False)


def every(around: Surroundings) -> tuple[Key, ...]:
    """All keys, by name. Raises Forbidden."""
    need(around.actor, Role.ADMIN)
    return keys.every(around.db)


def show(around: Surroundings, which: str) -> Key:
    """The key with this id or name. Raises Forbidden, NotFound."""
    need(around.actor, Role.ADMIN)
    return keys.find(around.db, which)


def create(around: Surroundings, name: str, *, role: Role, ends_at: datetime | None = None) -> Made:
    """Make a key that may what its role may, until it ends. Raises Forbidden, AlreadyExists, SettingInvalid."""
    need(around.actor, Role.ADMIN)
    if line_fault(name):
        raise SettingInvalid(f"{name[:100]!r} {line_fault(name)}.")
    now = around.now()
    if ends_at is not None and ends_at <= now:
        raise SettingInvalid("The key would have ended already.", do="Give an end that is still to come.")
    word = new_word(Word.KEY)
    key = Key(
        id=new_id("key", around.chance),
        name=name,
        role=role,
        digest=digest_of(word),
        hint=word[-HINT:],
        created_by=around.actor.name,
        created_at=now,
        ends_at=ends_at,
    )
    with around.db.transaction() as one:
        keys.add(one, key)
        note(around, one, "created", _thing(key), role=str(role), ends_at=ends_at and ends_at.isoformat())
    return Made(key=key, word=word)


def revoke(around: Surroundings, which: str, *, version: int | None = None) -> Key:
    """End a key at once. Raises Forbidden, NotFound, ChangedMeanwhile."""
    need(around.actor, Role.ADMIN)
    with around.db.transaction() as one:
        key = keys.find(one, which)
        if version is not None and version != key.version:
            raise ChangedMeanwhile(f"Someone else changed {key.name!r} meanwhile.", do="Look at it again.")
        keys.remove(one, key.id)
        note(around, one, "revoked", _thing(key))
    return key


def actor_of_key(around: Surroundings, word: str) -> Actor:
    """Who stands behind a key's word. Raises NotSignedIn, the same for a wrong, revoked or ended key."""
    key = keys.with_digest(around.db, digest_of(word)) if word.startswith(Word.KEY) else None
    now = around.now()
    if key is None or not key.works(now):
        raise NotSignedIn(
            "The key is wrong, was revoked, or has ended.", do="Ask an administrator for a new one."
        )
    if key.used_at is None or now - key.used_at >= USED_EVERY:
        keys.note_used(around.db, key.id, now)
    return key.actor


def _thing(key: Key) -> tuple[str, str, str]:
    return ("key", key.id, key.name)
