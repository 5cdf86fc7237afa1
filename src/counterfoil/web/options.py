"""The options of a long list, drawn here and not in a template: there may be a thousand on a page."""

from collections.abc import Iterable
from functools import cache

from markupsafe import Markup, escape

from counterfoil.model.credential import Credential, CredentialState
from counterfoil.model.zones import zone_names


def companies(credentials: Iterable[Credential], chosen: str) -> Markup:
    """The companies that can be read, each by the name of its credential; one is `chosen`."""
    drawn = "\n".join(_company(each, chosen) for each in credentials)
    return Markup(drawn)  # noqa: S704 - what comes from elsewhere is escaped


@cache
def zones() -> Markup:
    """Every time zone, as a field proposes them while somebody types."""
    return Markup("").join(Markup('<option value="{}">').format(name) for name in zone_names())


def _company(credential: Credential, chosen: str) -> str:
    whose = credential.company_name or credential.realm_id
    told = f"{whose} · {credential.environment} · {credential.name}"
    if credential.state is not CredentialState.CONNECTED:
        told += ", needs reconnect"
    selected = " selected" if credential.name == chosen else ""
    return f'<option value="{escape(credential.name)}"{selected}>{escape(told)}</option>'
