"""Send one text to one address: mail, Slack, web hooks and whatever else apprise knows.

An address is one of apprise's: `mailtos://user:password@example.com`, `slack://…`, `jsons://example.com/hook`. None of
it, nor of what a service answers, is ever logged or shown: at most services the address is the key.
"""

import logging
from typing import TYPE_CHECKING

from counterfoil.errors import AlertNotSent, SettingInvalid

if TYPE_CHECKING:
    from apprise import NotifyBase

TIMEOUT = 20.0
"""Seconds for connecting and for the answer."""

LOCAL = frozenset(
    ("dbus", "qt", "kde", "glib", "gio", "gnome", "macosx", "windows", "syslog", "rsyslog", "bluetooth")
)
"""They tell whoever sits at the service's machine, where nobody does."""


def check_address(address: str) -> None:
    """Raise SettingInvalid unless this is an address that something can be sent to."""
    _channel(address)


def send(address: str, title: str, body: str) -> None:
    """Send a text; it has been taken when this returns.

    Raises AlertNotSent when it was not, and SettingInvalid for an address that is none.
    """
    channel = _channel(address)
    try:
        taken = channel.notify(title=title, body=body, body_format="text")
    except Exception as error:  # plug-ins of a hundred services: whatever they raise, it was not sent
        raise AlertNotSent(
            f"The message could not be sent: {type(error).__name__}.", do="Check the channel's address."
        ) from None
    if not taken:
        raise AlertNotSent(
            "The service that the channel leads to cannot be reached, or did not take the message.",
            do="Check the channel's address, and that this machine may reach it.",
        )


def _channel(address: str) -> "NotifyBase":
    from apprise import Apprise  # noqa: PLC0415 - it takes longer to import than most commands take

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its warnings tell parts of addresses
    scheme = address.partition("://")[0].lower()
    limits = f"{'&' if '?' in address else '?'}cto={TIMEOUT:g}&rto={TIMEOUT:g}"
    channel = None if scheme in LOCAL else Apprise.instantiate(address + limits)
    if channel is None:
        raise SettingInvalid(
            "This is no address that a message can be sent to.",
            do="Write it as docs/guides/alerts.md shows, mailtos://user:password@example.com for one.",
        )
    return channel
