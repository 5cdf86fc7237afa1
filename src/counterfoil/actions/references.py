"""References to secrets: `${NAME}` stands for a variable of the environment, `${@option}` for a sealed option."""

import re
from collections.abc import Mapping

from counterfoil.errors import SettingInvalid
from counterfoil.logs import keep_secret

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
SEALED = re.compile(r"\$\{@([a-z][a-z0-9_]*)\}")
URL_PASSWORD = re.compile(r"://[^/?#:@\s]*:([^/?#@\s]+)@")


def is_reference(text: str) -> bool:
    """Tell whether the text is one reference and nothing else."""
    return REFERENCE.fullmatch(text) is not None or is_sealed(text)


def is_sealed(text: str) -> bool:
    """Tell whether the text stands for a sealed option."""
    return SEALED.fullmatch(text) is not None


def sealed_as(option: str) -> str:
    """What stands among the options for one that is sealed."""
    return f"${{@{option}}}"


def unset(text: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that the text refers to and that are not set, or empty."""
    return tuple(name for name in REFERENCE.findall(text) if not environment.get(name))


def shows_password(text: str) -> bool:
    """Tell whether an address holds a password in clear text."""
    found = URL_PASSWORD.search(text)
    return found is not None and not is_reference(found.group(1))


def resolve(text: str, environment: Mapping[str, str], sealed: Mapping[str, str] | None = None) -> str:
    """Put values in place of references; from now on the log masks them. Raises SettingInvalid."""
    if found := SEALED.fullmatch(text):
        if found.group(1) not in (sealed or {}):
            raise SettingInvalid(
                f"The secret {found.group(1)!r} was never given.", do="Give it to the destination."
            )
        keep_secret((sealed or {})[found.group(1)])
        return (sealed or {})[found.group(1)]
    missing = unset(text, environment)
    if missing:
        raise SettingInvalid(
            f"${{{missing[0]}}} is not set in the environment.", do="Set it where Counterfoil runs."
        )
    for name in REFERENCE.findall(text):
        keep_secret(environment[name])
    return REFERENCE.sub(lambda found: environment[found.group(1)], text)
