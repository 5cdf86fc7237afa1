"""Secret words that stand for someone: a session's, a link's, a key's. Only their digests are stored."""

import hashlib
import secrets
from enum import StrEnum


class Word(StrEnum):
    """What a secret word begins with, so that logs and scanners know it for a secret."""

    KEY = "cfk_"
    SESSION = "cfs_"
    LINK = "cfl_"


def new_word(kind: Word) -> str:
    """Make a word from 256 bits that never come from outside: who foresees one walks in."""
    return kind + secrets.token_urlsafe(32)


def digest_of(word: str) -> str:
    """What is stored of a word and looked up by. It needs no salt: nobody guesses 256 bits."""
    return hashlib.sha256(word.encode("utf-8", "surrogatepass")).hexdigest()
