"""How the things we store are named inside: a word for the kind, then chance."""

import random

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without i, l, o, u: an id can be read out over the telephone."""


def new_id(kind: str, chance: random.Random) -> str:
    """Make an id such as `sync_8k2m…` from 80 bits of `chance`; doors pass `random.SystemRandom()`."""
    return f"{kind}_" + "".join(chance.choices(ALPHABET, k=16))
