"""What verbs work in."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from counterfoil.engine.bell import Bell
from counterfoil.model.actor import OPERATOR, Actor
from counterfoil.model.budget import FREE_TIER
from counterfoil.model.openid import Provider
from counterfoil.model.reach import Reach
from counterfoil.model.setting import SettingView
from counterfoil.model.task import Clocks
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.quickbooks.pace import Pace
from counterfoil.quickbooks.retry import Patience
from counterfoil.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How the service hears of changes, tells of trouble, and for how long it remembers.

    `webhook_tokens` are Intuit's verifier tokens from the settings; `webhook_gap` is how far apart the syncs are that
    webhooks cause; `alert_failures` how many passing failures in a row are told; `keep` how long history is kept.
    """

    webhook_tokens: tuple[str, ...] = field(default=(), repr=False)
    webhook_gap: timedelta = timedelta(seconds=10)
    alert_failures: int = 3
    keep: timedelta = timedelta(days=90)
    metrics_public: bool = False
    tracing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a verb needs of the world, and who asks for it.

    An empty `api_url` means Intuit's own. `environment` answers what `${NAME}` stands for. `bell` is rung when there is
    something to do for the engine of this process. `verify_every` is how often workers verify a source by themselves;
    None: never. `openid` is where people may sign in with an account they have
    already; `editors_reach` is what editors may aim destinations and alerts at (`reach_of`, `allowed_addresses`).
    `settings` are all settings as they may be shown.
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
    verify_every: timedelta | None = None
    sight: Sight = field(default_factory=Sight)
    actor: Actor = OPERATOR
    openid: Provider | None = None
    editors_reach: Reach = Reach.PRIVATE
    bell: Bell = field(default_factory=Bell)
    settings: tuple[SettingView, ...] = ()
