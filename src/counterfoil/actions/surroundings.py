"""What verbs work in."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from counterfoil.model.actor import OPERATOR, Actor
from counterfoil.model.budget import FREE_TIER
from counterfoil.model.task import Clocks
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.quickbooks.pace import Pace
from counterfoil.quickbooks.retry import Patience
from counterfoil.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a verb needs of the world, and who asks for it.

    An empty `api_url` means Intuit's own. `environment` answers what `${NAME}` stands for.
    """

    db: Database
    app: OAuthApp
    api_url: str
    staging: Path
    environment: Mapping[str, str]
    now: Callable[[], datetime]
    chance: random.Random
    pace: Callable[[], Pace] = Pace
    patience: Callable[[], Patience] = Patience
    monthly_calls: int = FREE_TIER
    clocks: Clocks = field(default_factory=Clocks)
    actor: Actor = OPERATOR
