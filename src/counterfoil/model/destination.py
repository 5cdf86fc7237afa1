"""A destination: a configured warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from counterfoil.model.member import Union


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A configured warehouse of one kind.

    `options` are text as the user wrote it: a secret stands there only as `${NAME}`, which is looked up in the
    environment at use, or as `${@option}`, which stands for what the store keeps sealed for that option.
    `companies` tells which views are to stand over all its companies; None for none.
    """

    id: str
    name: str
    kind: str
    created_at: datetime  # aware, UTC
    options: Mapping[str, str] = field(default_factory=dict)
    companies: Union | None = None
    version: int = field(default=1, compare=False)  # grows with every change that is saved
