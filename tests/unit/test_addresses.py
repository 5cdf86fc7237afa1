"""From what people know of a service to an address, and what that is taken for."""

from collections.abc import Mapping

import pytest
from apprise import Apprise

from counterfoil.actions.addresses import ADDRESS_KINDS, address_of, kind_of
from counterfoil.errors import SettingInvalid
from counterfoil.model.channel import shown_address

SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
MAIL = {"to": "a@x.de, b@x.de", "sender": "books@x.de", "server": "mail.x.de"}


@pytest.mark.parametrize(
    ("kind", "given", "known"),
    [
        ("mail", {**MAIL, "user": "u@gmail.com", "password": "p&s#/ä"}, {"password": "p&s#/ä", "port": 587}),
        ("mail", {**MAIL, "mode": "ssl"}, {"port": 465, "secure_mode": "ssl", "smtp_host": "mail.x.de"}),
        ("mail", {**MAIL, "mode": "insecure", "port": "2525"}, {"port": 2525, "secure_mode": "insecure"}),
        ("slack", {"url": SLACK}, {"host": "T1JJ3T3L2"}),
        ("hook", {"url": "https://u:p@ex.de:8443/a%20b?x=1&t=a%26b"}, {"params": {"x": "1", "t": "a&b"}}),
        ("hook", {"url": "http://127.0.0.1:9"}, {"host": "127.0.0.1", "port": 9, "secure": False}),
        ("other", {"address": "discord://1234/abcd"}, {"webhook_id": "1234"}),
    ],
)
def test_an_address_says_what_was_typed(
    kind: str, given: dict[str, str], known: Mapping[str, object]
) -> None:
    address = address_of(ADDRESS_KINDS[kind], given)
    channel = Apprise.instantiate(address)

    assert {name: getattr(channel, name) for name in known} == known
    assert kind_of(shown_address(address)).name == kind


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("mail", {"to": "a@x.de"}),
        ("mail", {**MAIL, "server": "mail.x.de/evil?to=eve@x.de"}),
        ("mail", {**MAIL, "port": "many"}),
        ("slack", {"url": "https://evil.example/services/T/B/C"}),
        ("hook", {"url": "ftp://example.com"}),
        ("hook", {"url": "https://[::1"}),
    ],
)
def test_what_cannot_be_an_address_is_refused(kind: str, given: dict[str, str]) -> None:
    with pytest.raises(SettingInvalid):
        address_of(ADDRESS_KINDS[kind], given)


def test_nothing_typed_is_no_address() -> None:
    assert address_of(ADDRESS_KINDS["mail"], {"mode": "starttls", "server": " "}) == ""
