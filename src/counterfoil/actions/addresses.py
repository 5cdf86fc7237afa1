"""From what people know of a service to the address that a channel keeps: fields declared once, forms follow."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from counterfoil.errors import SettingInvalid

DEFAULT_PORTS = {"starttls": "587", "ssl": "465", "insecure": "25"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressField:
    """One thing that is asked. `choices` are values with their words; without any it is free text."""

    name: str
    title: str
    help: str = ""
    secret: bool = False
    required: bool = True
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressKind:
    """A way to tell people. `schemes` are those of its addresses, by which a kept one is known again."""

    name: str
    title: str
    summary: str
    fields: tuple[AddressField, ...]
    schemes: frozenset[str]
    make: Callable[[Mapping[str, str]], str]


def address_of(kind: AddressKind, given: Mapping[str, str]) -> str:
    """The address of what was typed, "" when nothing was. Raises SettingInvalid, naming what is missing."""
    asked = [field for field in kind.fields if not field.choices and not field.default]
    if not any(given.get(field.name, "").strip() for field in asked):
        return ""
    missing = [
        field.title
        for field in kind.fields
        if field.required and not (given.get(field.name, "").strip() or field.default)
    ]
    if missing:
        raise SettingInvalid(f"Missing: {', '.join(missing)}.", do="Fill it in.")
    return kind.make(given)


def kind_named(name: str) -> AddressKind:
    """The kind of this name; the last one, which takes any address, for any other."""
    return ADDRESS_KINDS.get(name, ADDRESS_KINDS["other"])


def kind_of(shown: str) -> AddressKind:
    """The kind of a kept address, by what may be seen of it."""
    scheme = shown.partition("://")[0]
    return next((kind for kind in ADDRESS_KINDS.values() if scheme in kind.schemes), ADDRESS_KINDS["other"])


def _mail(given: Mapping[str, str]) -> str:
    mode = given.get("mode") or "starttls"
    port = given.get("port", "").strip() or DEFAULT_PORTS.get(mode, "587")
    server = given["server"].strip()
    if not re.fullmatch(r"[A-Za-z0-9.-]+", server) or not port.isdecimal() or mode not in DEFAULT_PORTS:
        raise SettingInvalid("The mail server cannot be one.", do="Write its name alone: mail.example.com.")
    # `smtp` keeps apprise from knowing better where some providers' mail goes out.
    asked = {"smtp": server, "from": given["sender"].strip(), "to": given["to"].replace(" ", "")}
    if given.get("user", "").strip():
        asked |= {"user": given["user"].strip(), "pass": given.get("password", "")}
    scheme = "mailto" if mode == "insecure" else "mailtos"
    asked |= {} if mode == "insecure" else {"mode": mode}
    return f"{scheme}://{server}:{port}?{urlencode(asked)}"


def _slack(given: Mapping[str, str]) -> str:
    found = re.fullmatch(r"https://hooks\.slack\.com/services/(\w+)/(\w+)/(\w+)/?", given["url"].strip())
    if found is None:
        raise SettingInvalid(
            "This is no incoming web hook of Slack.", do="Copy it whole: https://hooks.slack.com/services/…"
        )
    return f"slack://{'/'.join(found.groups())}"


def _hook(given: Mapping[str, str]) -> str:
    text = given["url"].strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingInvalid("This is no web address.", do="Begin it with https://.")
    asked = urlencode({f"-{name}": value for name, value in parse_qsl(parts.query, keep_blank_values=True)})
    scheme = "jsons" if parts.scheme == "https" else "json"
    return f"{scheme}://{parts.netloc}{quote(parts.path, safe='/%:@!$&()*+,;=~')}" + (
        f"?{asked}" if asked else ""
    )


def _other(given: Mapping[str, str]) -> str:
    return given["address"].strip()


ADDRESS_KINDS: Mapping[str, AddressKind] = {
    kind.name: kind
    for kind in (
        AddressKind(
            name="mail",
            title="E-mail",
            summary="Through a mail server of yours.",
            schemes=frozenset({"mailto", "mailtos"}),
            make=_mail,
            fields=(
                AddressField(name="to", title="To", help="Several addresses with a comma between."),
                AddressField(name="sender", title="From"),
                AddressField(name="server", title="Mail server", help="Such as mail.example.com."),
                AddressField(
                    name="mode",
                    title="Encryption",
                    default="starttls",
                    choices=(("starttls", "STARTTLS"), ("ssl", "TLS"), ("insecure", "none")),
                ),
                AddressField(
                    name="port",
                    title="Port",
                    required=False,
                    help="587 with STARTTLS, 465 with TLS, 25 without.",
                ),
                AddressField(name="user", title="User", required=False),
                AddressField(name="password", title="Password", required=False, secret=True),
            ),
        ),
        AddressKind(
            name="slack",
            title="Slack",
            summary="To a channel, through an incoming web hook.",
            schemes=frozenset({"slack"}),
            make=_slack,
            fields=(
                AddressField(
                    name="url",
                    title="Incoming web hook",
                    secret=True,
                    help="Slack shows it at api.slack.com/apps, your app, Incoming Webhooks.",
                ),
            ),
        ),
        AddressKind(
            name="hook",
            title="Web hook",
            summary="A POST with title, message and type as JSON, to a program of yours.",
            schemes=frozenset({"json", "jsons"}),
            make=_hook,
            fields=(
                AddressField(
                    name="url", title="Address", secret=True, help="Such as https://example.com/counterfoil."
                ),
            ),
        ),
        AddressKind(
            name="other",
            title="Something else",
            summary="Teams, Discord, Telegram, PagerDuty and a hundred more, by an address of Apprise.",
            schemes=frozenset(),
            make=_other,
            fields=(
                AddressField(
                    name="address",
                    title="Address",
                    secret=True,
                    help="As github.com/caronc/apprise tells; web hooks of Teams and Discord as they are.",
                ),
            ),
        ),
    )
}
"""In the order in which they are offered."""
