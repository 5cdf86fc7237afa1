"""How forms about people and keys tell roles, and read them."""

from counterfoil.errors import SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.web.visit import Posted

ROLES = (
    (Role.VIEWER, "Sees sources, syncs, tables and settings; changes nothing."),
    (Role.EDITOR, "Also connects companies, sets up sources and destinations, runs and cancels syncs."),
    (Role.ADMIN, "Everything: also users, API keys, alert channels, the app at Intuit and the audit trail."),
)


def role_of(text: str) -> Role:
    """The role that a form named. Raises SettingInvalid."""
    if text not in list(Role):
        raise SettingInvalid("No role is chosen.", do="Choose one.")
    return Role(text)


def version_of(form: Posted) -> int | None:
    """Which version of a thing the page showed that sent the form."""
    return int(form["version"]) if form["version"].isdecimal() else None
