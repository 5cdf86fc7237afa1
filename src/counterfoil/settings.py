"""Every setting, declared once; the only reader of the environment.

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

from counterfoil.errors import SettingInvalid

PREFIX = "COUNTERFOIL_"
FILE = "counterfoil.toml"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. A secret one may also be given as `NAME_FILE`, the path of a file that holds it."""

    name: str
    help: str
    default: str = ""
    secret: bool = False

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()


SETTINGS = (
    Setting(
        name="home",
        default="~/.counterfoil",
        help="The folder for the database, the secret key, counterfoil.toml and what syncs stage.",
    ),
    Setting(
        name="database_url",
        default="sqlite:///HOME/counterfoil.db",
        secret=True,  # it may hold a password
        help="Where Counterfoil remembers things: SQLite, or PostgreSQL when several machines share it.",
    ),
    Setting(
        name="secret_key",
        secret=True,
        help=(
            "The key that seals stored tokens: 32 bytes in base64. Several, separated by commas, rotate: the "
            "first seals, all open. When none is given, HOME/secret.key is used, and made on first use."
        ),
    ),
    Setting(
        name="public_url",
        default="http://localhost:8080",
        help="The address under which browsers reach Counterfoil; Intuit sends people back there.",
    ),
    Setting(
        name="quickbooks_api_url",
        help="QuickBooks' API, when it is not Intuit's own: a proxy, or the sandbox.",
    ),
    Setting(
        name="quickbooks_oauth_url",
        help="Where to authorise and to get tokens, when not at Intuit: a proxy, or the sandbox.",
    ),
    Setting(name="quickbooks_client_id", help="The client id of your app at developer.intuit.com."),
    Setting(name="quickbooks_client_secret", secret=True, help="The client secret of your app."),
    Setting(
        name="monthly_calls",
        default="500000",
        help=(
            "How many metered calls Intuit allows a month, for all companies of your app together: 500000 on the "
            "free tier. From 80 % on Counterfoil warns; no sync is ever refused for it."
        ),
    ),
    Setting(
        name="refresh_hours",
        default="6",
        help=(
            "How often, in hours, streams outside change data capture are read for what changed: one metered call "
            "for each of about fifteen small streams, more only where more than 1,000 records changed."
        ),
    ),
    Setting(
        name="compare_hours",
        default="24",
        help=(
            "How often, in hours, all ids are compared: that finds deletes in streams outside change data capture, "
            "and names that changed because their parent was renamed. One metered call for each 1,000 records."
        ),
    ),
    Setting(name="log_level", default="INFO", help="How much is logged: DEBUG, INFO, WARNING or ERROR."),
)
"""In the order in which the reference page tells them. HOME stands for the folder of the setting `home`."""

NUMBERS = ("monthly_calls", "refresh_hours", "compare_hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What all settings came to. `environment` is where `${NAME}` in configuration is looked up."""

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
    log_level: str
    environment: Mapping[str, str] = field(repr=False)


def read_settings(
    environment: Mapping[str, str] | None = None, *, given: Mapping[str, str] | None = None
) -> Settings:
    """Read all settings, from this process's environment when none is given. Raises SettingInvalid.

    `given` holds, by a setting's name, what the command line said; it wins, unless it is empty.
    """
    said = {PREFIX + name.upper(): value for name, value in (given or {}).items() if value}
    variables = {**(os.environ if environment is None else environment), **said}
    found = {setting.name: _from_environment(setting, variables) for setting in SETTINGS}
    home = Path(found.pop("home") or SETTINGS[0].default).expanduser().absolute()
    written = _from_file(home / FILE)
    values = {
        setting.name: found[setting.name]
        or written.get(setting.name, "")
        or setting.default.replace("HOME", str(home))
        for setting in SETTINGS[1:]
    }
    _check(values)
    known: dict[str, Any] = {**values, **{name: _number(name, values[name]) for name in NUMBERS}}
    return Settings(home=home, environment=dict(variables), **known)


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
    if values["log_level"] not in LOG_LEVELS:
        raise SettingInvalid(
            f"{PREFIX}LOG_LEVEL is {values['log_level']!r}.", do=f"Use one of {', '.join(LOG_LEVELS)}."
        )
    for name in ("public_url", "quickbooks_api_url", "quickbooks_oauth_url"):
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
