"""Surroundings for verbs that need nobody outside: a store, a clock that stands, the same chance each time."""

import random
from datetime import datetime
from pathlib import Path
from typing import Any

from counterfoil.actions.surroundings import Surroundings
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.store.db import Database


def surroundings(db: Database, folder: Path, *, now: datetime, seed: int = 7, **more: Any) -> Surroundings:
    """`more` takes the place of what stands here."""
    quiet: dict[str, Any] = {
        "app": OAuthApp(client_id="client", client_secret="secret"),
        "api_url": "http://127.0.0.1:9",  # nobody listens there
        "staging": folder / "staging",
        "environment": {},
        "chance": random.Random(seed),
    }
    return Surroundings(db=db, now=lambda: now, **(quiet | more))
