"""Change the secret key: put a new one in front, seal everything with it, then drop the old one."""

from dataclasses import dataclass
from pathlib import Path

from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.errors import InUse, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.store import sealed
from counterfoil.store.key_file import keep_newest, put_new_key_in_front
from counterfoil.store.sealed import Lost

REMEDIES = {
    "credentials": "connect the company again: counterfoil connect NAME",
    "destinations": "give the destination's password or token again",
    "apps": "give the keys of the app at Intuit again",
    "channels": "give the channel's address again",
    "consents": "begin to connect again",
}
"""How each kind of secret comes back when no key opens it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What became of a rotation: whether a new key was made, how much was sealed anew, what no key opens."""

    made: bool
    count: int
    lost: tuple[Lost, ...]
    old: int  # keys beside the newest that are still at hand


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """How many secret keys are at hand, and whether something is sealed with another than the newest."""

    at_hand: int
    unfinished: bool


def state(around: Surroundings) -> KeyState:
    """How the rotation of the secret key stands."""
    return KeyState(at_hand=len(around.db.vault), unfinished=sealed.any_old(around.db))


def rotate(around: Surroundings, key_file: Path | None) -> Rotated:
    """Make a new key in front of those in `key_file`, and seal everything with it; finish what was begun before.

    Without a file the keys come from the settings: there a new one has to stand in front already. Processes that
    run meanwhile go on. Raises Forbidden, SettingInvalid.
    """
    need(around.actor, Role.ADMIN)
    begun = len(around.db.vault) > 1 and sealed.any_old(around.db)
    if key_file is None and len(around.db.vault) == 1:
        raise SettingInvalid(
            "The secret key comes from the settings, and there is only one.",
            do="1. Make a new one: openssl rand -base64 32\n"
            "2. Put it in front of the old one, with a comma between: COUNTERFOIL_SECRET_KEY=NEW,OLD\n"
            "3. Start every process of Counterfoil again with both, then run this command once more.",
        )
    made = key_file is not None and not begun
    if key_file is not None and made:
        put_new_key_in_front(key_file)
    became = sealed.reseal(around.db)
    with around.db.transaction() as one:
        thing = ("secret key", "secret key", "secret key")
        note(around, one, "rotated", thing, sealed=became.count, lost=len(became.lost))
    return Rotated(made=made, count=became.count, lost=became.lost, old=len(around.db.vault) - 1)


def drop_old_keys(around: Surroundings, key_file: Path | None) -> int:
    """Take all keys but the newest out of the file; answer how many those were.

    Raises Forbidden, SettingInvalid when the keys come from the settings, InUse while an old key is needed.
    """
    need(around.actor, Role.ADMIN)
    if key_file is None:
        raise SettingInvalid(
            "The secret key comes from the settings.",
            do="Take the old keys out of COUNTERFOIL_SECRET_KEY there.",
        )
    became = sealed.reseal(around.db)
    if became.count:
        raise InUse(
            f"{became.count} secrets were still sealed with an old key, and are sealed with the new one now: a process "
            "that started before the rotation may have been at work.",
            do="Run the command again in a minute.",
        )
    with around.db.transaction() as one:
        dropped = keep_newest(key_file)
        note(around, one, "dropped old", ("secret key", "secret key", "secret key"), dropped=dropped)
    return dropped
