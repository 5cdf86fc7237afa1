"""The app at Intuit through which people connect their companies."""

from dataclasses import dataclass, field
from datetime import datetime

from counterfoil.model.credential import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class IntuitApp:
    """An app's keys for one of Intuit's two worlds: Development keys read sandbox companies, Production keys real
    ones. `verifier_token` signs webhooks; empty where none are used. Its repr shows no secret.
    """

    environment: Environment
    client_id: str
    client_secret: str = field(repr=False)
    verifier_token: str = field(default="", repr=False)
    changed_at: datetime  # aware, UTC
    version: int = 1
