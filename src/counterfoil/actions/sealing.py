"""Secrets that people type into a destination's form: kept sealed, never among the options."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from counterfoil.actions.collisions import place
from counterfoil.actions.references import is_reference, is_sealed, sealed_as
from counterfoil.destinations.base import Kind
from counterfoil.errors import SettingInvalid
from counterfoil.model.destination import Destination


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Options as they may be stored and shown, and the secrets that go into the vault."""

    options: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)


def seal(kind: Kind, given: Mapping[str, str], kept: Mapping[str, str]) -> Sealed:
    """Take secrets in clear text out of given options. `kept` are those sealed before, by option.

    A secret option that is a `${NAME}` stays one; `${@option}` keeps what was sealed. Raises SettingInvalid when
    nothing was.
    """
    secret = {option.name for option in kind.options if option.secret}
    options, secrets = dict(given), {}
    for name in secret & given.keys():
        text = given[name]
        if is_sealed(text):
            if text != sealed_as(name) or name not in kept:
                raise SettingInvalid(f"No secret is kept for `{name}`.", do="Type it.")
            secrets[name] = kept[name]
        elif text and not is_reference(text):
            options[name], secrets[name] = sealed_as(name), text
    return Sealed(options=options, secrets=secrets)


def refuse_to_carry(before: Destination, after: Destination) -> None:
    """Refuse to use a kept secret at another place: who may edit an address could else send it to himself.

    Raises SettingInvalid; typing the secret again is the way.
    """
    carried = [
        name for name, text in after.options.items() if is_sealed(text) and before.options.get(name) == text
    ]
    if carried and place(before, {}) != place(after, {}):
        raise SettingInvalid(
            f"The destination would point somewhere else, with the kept {', '.join(sorted(carried))}.",
            do="Type the secret again, to show that you know it.",
        )
