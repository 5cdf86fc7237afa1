"""Consent, code, tokens and back, as Intuit's token end point wants it."""

import base64
import json
import traceback
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from counterfoil.errors import CounterfoilError, QuickBooksDown, ReconnectNeeded, SettingInvalid
from counterfoil.model.credential import Tokens
from counterfoil.quickbooks.oauth import OAuthApp
from tests.quickbooks.clock import Clock
from tests.quickbooks.safes import NOW
from tests.quickbooks.wire import Reply, Wire

BACK = "https://books.example/connect/done?x=1"
DENIED = Reply(400, b'{"error_description":"Incorrect or invalid refresh token","error":"invalid_grant"}')


def form(wire: Wire) -> dict[str, list[str]]:
    return parse_qs(wire.asked[-1].body.decode())


def test_the_user_is_sent_to_consent_with_state_and_scope() -> None:
    app = OAuthApp(client_id="app id", client_secret="app-secret")

    url = urlsplit(app.consent_url(redirect_uri=BACK, state="s&t"))

    assert url.geturl().startswith("https://appcenter.intuit.com/connect/oauth2?")
    assert parse_qs(url.query) == {
        "client_id": ["app id"],
        "redirect_uri": [BACK],
        "response_type": ["code"],
        "scope": ["com.intuit.quickbooks.accounting"],
        "state": ["s&t"],
    }


def test_a_code_is_traded_for_tokens(app: OAuthApp, wire: Wire, token_body: Callable[..., bytes]) -> None:
    wire.script = [Reply(body=token_body(1, hard=',"x_refresh_token_hard_expires_in":157680000'))]

    tokens = app.exchange("code-1", redirect_uri=BACK, now=NOW)

    assert tokens == Tokens(
        access_token="access-1",
        refresh_token="refresh-1",
        access_expires_at=NOW + timedelta(hours=1),
        refresh_expires_at=NOW + timedelta(days=101),
        hard_expires_at=NOW + timedelta(days=1825),
    )
    assert form(wire) == {"grant_type": ["authorization_code"], "code": ["code-1"], "redirect_uri": [BACK]}
    headers = wire.asked[0].headers
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"app-id:app-secret"
    assert headers["x-include-refresh-token-hard-expires-in"] == "true"


def test_a_refresh_gives_new_tokens(
    app: OAuthApp, wire: Wire, tokens: Tokens, token_body: Callable[..., bytes]
) -> None:
    wire.script = [Reply(body=token_body(1))]

    assert app.refresh(tokens, now=NOW).refresh_token == "refresh-1"
    assert form(wire) == {"grant_type": ["refresh_token"], "refresh_token": ["refresh-0"]}


def test_the_hard_end_is_kept_when_an_answer_does_not_tell_it(
    app: OAuthApp, wire: Wire, token_body: Callable[..., bytes]
) -> None:
    wire.script = [
        Reply(body=token_body(1, hard=',"x_refresh_token_hard_expires_in":1000')),
        Reply(body=token_body(2)),
    ]

    first = app.exchange("code", redirect_uri=BACK, now=NOW)
    second = app.refresh(first, now=NOW + timedelta(hours=1))

    assert second.hard_expires_at == first.hard_expires_at == NOW + timedelta(seconds=1000)


@pytest.mark.parametrize(
    "lost", [Reply(missing=10), Reply(503, b""), Reply(429, b"")], ids=["cut", "503", "429"]
)
def test_a_refresh_whose_answer_was_lost_is_asked_for_again_with_the_same_token(
    app: OAuthApp, wire: Wire, tokens: Tokens, token_body: Callable[..., bytes], lost: Reply
) -> None:
    wire.script = [lost, Reply(body=token_body(1))]

    assert app.refresh(tokens, now=NOW).access_token == "access-1"
    assert [b"refresh-0" in asked.body for asked in wire.asked] == [True, True]


def test_a_code_whose_answer_was_lost_is_not_used_again(app: OAuthApp, wire: Wire) -> None:
    wire.script = [Reply(503, b"")]

    with pytest.raises(QuickBooksDown, match="Connect the company again"):
        app.exchange("code", redirect_uri=BACK, now=NOW)

    assert len(wire.asked) == 1


def test_a_refresh_that_is_never_answered_ends(
    app: OAuthApp, wire: Wire, tokens: Tokens, clock: Clock
) -> None:
    wire.otherwise = Reply(500, b"")

    with pytest.raises(QuickBooksDown):
        app.refresh(tokens, now=NOW)

    assert len(wire.asked) == 6
    assert len(clock.slept) == 5


def test_a_grant_that_is_gone_asks_for_a_reconnect(app: OAuthApp, wire: Wire, tokens: Tokens) -> None:
    wire.script = [DENIED]

    with pytest.raises(ReconnectNeeded, match="Reconnect"):
        app.refresh(tokens, now=NOW)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(401, b'{"error":"invalid_client"}'),
        Reply(400, b'{"error":"invalid_request"}'),
        Reply(400, b'{"error":"unsupported_grant_type"}'),
        Reply(404, b"<html>not here</html>"),
        Reply(302, b"", {"Location": "/elsewhere"}),
    ],
)
def test_wrong_keys_or_addresses_are_a_wrong_setting(
    app: OAuthApp, wire: Wire, tokens: Tokens, reply: Reply
) -> None:
    wire.script = [reply]

    with pytest.raises(SettingInvalid):
        app.refresh(tokens, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"refresh_token": ""},
        {"refresh_token": None},
        {"access_token": "two\r\nlines"},
        {"expires_in": -1},
        {"expires_in": 10**18},
        {"x_refresh_token_expires_in": "soon"},
    ],
)
def test_a_grant_that_is_not_whole_never_replaces_one_that_is(
    app: OAuthApp, wire: Wire, tokens: Tokens, token_body: Callable[..., bytes], change: dict[str, object]
) -> None:
    wire.script = [Reply(body=json.dumps(json.loads(token_body(1)) | change).encode())]

    with pytest.raises(QuickBooksDown):
        app.refresh(tokens, now=NOW)


def test_giving_a_grant_back_sends_the_refresh_token(app: OAuthApp, wire: Wire, tokens: Tokens) -> None:
    wire.script = [Reply(body=b"")]

    app.revoke(tokens)

    assert wire.asked[0].path == "/revoke"
    assert json.loads(wire.asked[0].body) == {"token": "refresh-0"}


def test_giving_back_what_is_gone_already_is_done(app: OAuthApp, wire: Wire, tokens: Tokens) -> None:
    wire.script = [Reply(400, b'{"error":"invalid_grant"}')]

    app.revoke(tokens)

    assert [asked.path for asked in wire.asked] == ["/revoke"]


def test_giving_back_fails_with_wrong_keys(app: OAuthApp, wire: Wire, tokens: Tokens) -> None:
    wire.script = [Reply(401, b'{"error":"invalid_client"}')]

    with pytest.raises(SettingInvalid):
        app.revoke(tokens)


@pytest.mark.parametrize(
    "reply",
    [
        DENIED,
        Reply(401, b'{"error":"invalid_client"}'),
        Reply(body=b'{"access_token":"access-1"}'),
        Reply(503, b""),
    ],
)
def test_no_secret_reaches_an_error(app: OAuthApp, wire: Wire, tokens: Tokens, reply: Reply) -> None:
    wire.otherwise = reply

    with pytest.raises(CounterfoilError) as caught:
        app.refresh(tokens, now=NOW)

    told = "".join(traceback.format_exception(caught.value)) + repr(app) + repr(tokens)
    assert not any(secret in told for secret in ("app-secret", "refresh-0", "access-0", "access-1"))
