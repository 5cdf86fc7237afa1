"""The OAuth permission to read one company, as Intuit's token end point hands it out."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What one answer of the token end point grants, and when each part ends. Its repr shows no secret.

    The refresh token's value changes about once a day and the old value dies at once (reference, section
    1.5), so these are worth nothing until they are saved.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime  # aware, UTC
    refresh_expires_at: datetime  # moves on with every new value, about 100 days ahead
    hard_expires_at: datetime | None = None  # at most five years after consent; None: Intuit did not say

    def usable_for(self, period: timedelta, now: datetime) -> bool:
        """Tell whether the access token outlives the period that starts now."""
        return now + period < self.access_expires_at


class Environment(StrEnum):
    """Which of Intuit's two worlds a company lives in; their hosts differ."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"


class CredentialState(StrEnum):
    """Whether a sync may use a credential."""

    WAITING = "waiting"  # declared, never connected
    CONNECTED = "connected"
    ENDED = "ended"  # Intuit says that the grant is gone: reconnect


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """The permission to read one company, by name. Its tokens are kept apart, encrypted."""

    id: str
    name: str
    realm_id: str
    environment: Environment
    created_at: datetime  # aware, UTC
    company_name: str = ""  # as CompanyInfo tells it; empty until connected
    state: CredentialState = CredentialState.WAITING
    version: int = field(default=1, compare=False)  # grows with every change that is saved


def realm_fault(realm_id: str) -> str:
    """Say what is wrong with a company's id, as the end of a sentence; "" when nothing is.

    It stands in paths of requests, so nothing but digits may (up to 19 were seen).
    """
    return "" if re.fullmatch(r"[0-9]{1,20}", realm_id) else "is no company id: it has up to 20 digits"
