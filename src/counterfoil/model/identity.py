"""How the things we store are named: inside by an id, outside by the name that a user gave."""

import random

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without i, l, o, u: an id can be read out over the telephone."""

NAME_LENGTH = 100


def new_id(kind: str, chance: random.Random) -> str:
    """Make an id such as `sync_8k2m…` from 80 bits of `chance`; doors pass `random.SystemRandom()`."""
    return f"{kind}_" + "".join(chance.choices(ALPHABET, k=16))


def name_fault(name: str) -> str:
    """Say what is wrong with a name that a user gave, as the end of a sentence; "" when nothing is.

    Names stand in commands, pages, logs and mails: one line, nothing invisible.
    """
    if not name:
        return "is empty"
    if len(name) > NAME_LENGTH:
        return f"is {len(name)} characters long; {NAME_LENGTH} are allowed"
    if not name.isprintable() or name != name.strip():
        return "holds characters that cannot be seen"
    return ""
