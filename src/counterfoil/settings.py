"""What all settings came to; the only reader of the environment. `declared` lists them.

The environment wins over `counterfoil.toml` in COUNTERFOIL_HOME, where a setting stands in lower case and
without `COUNTERFOIL_`: `database_url = "sqlite:////srv/books.db"`.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from counterfoil.declared import PREFIX, SETTINGS, Setting
from counterfoil.errors import SettingInvalid

FILE = "counterfoil.toml"
COMMAND, ENVIRONMENT, WRITTEN, DEFAULT = "the command", "the environment", FILE, "the default"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("text", "json")
NUMBERS = (
    "monthly_calls",
    "refresh_hours",
    "compare_hours",
    "report_hours",
    "closed_report_days",
    "webhook_seconds",
    "alert_failures",
    "keep_days",
    "places",
    "grace_seconds",
)
SWITCHES = ("metrics_public", "tracing", "oidc_trusts_email")
CHOICES = {
    "log_level": LOG_LEVELS,
    "log_format": LOG_FORMATS,
    "verify": ("daily", "weekly", "off"),
    "editors_reach": ("public", "private", "anywhere"),
    "oidc_role": ("", "viewer", "editor", "admin"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What all settings came to. `environment` is where `${NAME}` in configuration is looked up.

    `origins` tells by a setting's name who said it: one of COMMAND, ENVIRONMENT, WRITTEN, DEFAULT.
    """

    home: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    public_url: str
    quickbooks_api_url: str
    quickbooks_oauth_url: str
    quickbooks_client_id: str
    quickbooks_client_secret: str = field(repr=False)
    monthly_calls: int
    refresh_hours: int
    compare_hours: int
    verify: str
    report_hours: int
    closed_report_days: int
    quickbooks_webhook_token: str = field(repr=False)
    webhook_seconds: int
    alert_failures: int
    keep_days: int
    places: int
    grace_seconds: int
    metrics_public: bool
    tracing: bool
    editors_reach: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_role: str
    oidc_domains: str
    oidc_trusts_email: bool
    key: str = field(repr=False)
    log_level: str
    log_format: str
    environment: Mapping[str, str] = field(repr=False)
    origins: Mapping[str, str] = field(default_factory=dict)


def read_settings(
    environment: Mapping[str, str] | None = None, *, given: Mapping[str, str] | None = None
) -> Settings:
    """Read all settings, from this process's environment when none is given. Raises SettingInvalid.

    `given` holds, by a setting's name, what the command line said; it wins, unless it is empty.
    """
    commanded = {PREFIX + name.upper(): value for name, value in (given or {}).items() if value}
    variables = {**(os.environ if environment is None else environment), **commanded}
    found = {setting.name: _from_environment(setting, variables) for setting in SETTINGS}
    home = Path(found["home"] or SETTINGS[0].default).expanduser().absolute()
    written = _from_file(home / FILE)
    places = ((COMMAND, given or {}), (ENVIRONMENT, found), (WRITTEN, written))
    origins = {
        setting.name: next((place for place, said in places if said.get(setting.name)), DEFAULT)
        for setting in SETTINGS
    }
    values = {
        setting.name: found[setting.name]
        or written.get(setting.name, "")
        or setting.default.replace("HOME", str(home))
        for setting in SETTINGS[1:]
    }
    _check(values)
    known: dict[str, Any] = {**values, **{name: _number(name, values[name]) for name in NUMBERS}}
    known |= {name: _switch(name, values[name]) for name in SWITCHES}
    return Settings(home=home, environment=dict(variables), origins=origins, **known)


def _from_environment(setting: Setting, variables: Mapping[str, str]) -> str:
    value = variables.get(setting.variable, "")
    path = variables.get(f"{setting.variable}_FILE", "") if setting.secret else ""
    if value and path:
        raise SettingInvalid(
            f"{setting.variable} and {setting.variable}_FILE are both set.", do="Set one of them."
        )
    return _content(f"{setting.variable}_FILE", Path(path)) if path else value


def _content(variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingInvalid(
            f"{variable} names {path}, which cannot be read: {error}.", do="Mend the path or its rights."
        ) from error


def _from_file(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
        written = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingInvalid(f"{path} cannot be read: {error}.", do="Mend the file.") from error
    allowed = {name for setting in SETTINGS[1:] for name in _names(setting)}
    faults = [f"{_line(path, text, name)}: {_hint(name, allowed)}" for name in written if name not in allowed]
    faults += [
        f"{_line(path, text, name)}: `{name}` is not text; put it in quotes."
        for name, value in written.items()
        if name in allowed and not isinstance(value, str)
    ]
    if faults:
        raise SettingInvalid("\n".join(faults))
    return _with_files(written)


def _names(setting: Setting) -> tuple[str, ...]:
    return (setting.name, f"{setting.name}_file") if setting.secret else (setting.name,)


def _with_files(written: Mapping[str, str]) -> dict[str, str]:
    values = dict(written)
    for setting in SETTINGS:
        path = values.pop(f"{setting.name}_file", "")
        if path:
            values[setting.name] = _content(f"{setting.name}_file", Path(path).expanduser())
    return values


def _hint(name: str, allowed: set[str]) -> str:
    if name == "home":
        return "`home` says where this file is, so it can only be set as COUNTERFOIL_HOME."
    close = get_close_matches(name.lower().removeprefix(PREFIX.lower()), allowed, n=1)
    guess = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(sorted(allowed))}."
    return f"there is no setting `{name}`; {guess}"


def _line(path: Path, text: str, name: str) -> str:
    lines = text.splitlines()
    number = next((n for n, line in enumerate(lines, 1) if line.strip(" \t\"'[").startswith(name)), 1)
    return f"{path}:{number}"


def _check(values: dict[str, str]) -> None:
    values["log_level"] = values["log_level"].upper()
    for name, choices in CHOICES.items():
        if values[name] not in choices:
            raise SettingInvalid(
                f"{PREFIX}{name.upper()} is {values[name][:50]!r}.",
                do=f"Use one of {', '.join(filter(None, choices))}.",
            )
    for name in ("public_url", "quickbooks_api_url", "quickbooks_oauth_url", "oidc_issuer"):
        if values[name] and not values[name].startswith(("http://", "https://")):
            raise SettingInvalid(
                f"{PREFIX}{name.upper()} is {values[name]!r}, which is no web address.",
                do="Begin it with https:// or http://.",
            )
        values[name] = values[name].rstrip("/")


def _number(name: str, value: str) -> int:
    """A whole number above 0; `500_000` and `500,000` are read too."""
    digits = value.replace("_", "").replace(",", "")
    if not (digits.isascii() and digits.isdigit() and 0 < len(digits) <= 12 and int(digits)):
        raise SettingInvalid(
            f"{PREFIX}{name.upper()} is {value[:50]!r}, which is no whole number above 0.",
            do="Write digits: 500000.",
        )
    return int(digits)


def _switch(name: str, value: str) -> bool:
    if value.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise SettingInvalid(f"{PREFIX}{name.upper()} is {value[:50]!r}.", do="Write yes or no.")
    return value.lower() in ("yes", "true", "1")
