"""A setting, as it may be shown: never with a secret in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    """What a setting came to. `value` is "" when nothing was given; of a secret it only says that there is one.

    `origin` is who said it, in words: the environment, the file, the default.
    """

    name: str
    variable: str
    help: str
    value: str
    origin: str
    secret: bool
