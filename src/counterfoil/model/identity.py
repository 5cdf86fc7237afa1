"""How the things we store are named: inside by an id, outside by the name that a user gave."""

import random

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without i, l, o, u: an id can be read out over the telephone."""

NAME_LENGTH = 100


def new_id(kind: str, chance: random.Random) -> str:
    """Make an id such as `sync_8k2m…` from 80 bits of `chance`; doors pass `random.SystemRandom()`."""
    return f"{kind}_" + "".join(chance.choices(ALPHABET, k=16))


def line_fault(text: str) -> str:
    """Say what is wrong with what a user calls somebody, as the end of a sentence; "" when nothing is.

    It stands in commands, pages, logs and mails: one line, nothing invisible.
    """
    if not text:
        return "is empty"
    if len(text) > NAME_LENGTH:
        return f"is {len(text)} characters long; {NAME_LENGTH} are allowed"
    if not text.isprintable() or text != text.strip():
        return "holds characters that cannot be seen"
    return ""


def name_fault(name: str) -> str:
    """Say what is wrong with the name of a thing of ours; "" when nothing is.

    It stands in addresses too, where a slash parts one name from the next and dots lead upwards.
    """
    if "/" in name:
        return "holds a slash, which parts names in addresses"
    if name in (".", ".."):
        return "is no name but a way to somewhere else"
    return line_fault(name)
