"""Consent, tokens and their rotation, as section 1 of the API reference describes them."""

import base64
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from counterfoil.sandbox.running import Sandbox
from counterfoil.sandbox.tokens import ACCOUNTING
from tests.sandbox.acme import REALM, START, Caller, TinyCompany

REDIRECT = "http://127.0.0.1:9/callback"
ASKED = {
    "client_id": "sandbox-client",
    "redirect_uri": REDIRECT,
    "response_type": "code",
    "scope": ACCOUNTING,
    "state": 'a"><b',
}
http = httpx2.Client(verify=False)  # plain HTTP on loopback
BASIC = "Basic " + base64.b64encode(b"sandbox-client:sandbox-secret").decode()


def call_token(sandbox: Sandbox, authorization: str = BASIC, **form: str) -> httpx2.Response:
    url = f"{sandbox.url}/oauth2/v1/tokens/bearer"
    return http.post(url, data=form, headers={"authorization": authorization, "accept": "application/json"})


def refresh(sandbox: Sandbox, value: str) -> httpx2.Response:
    return call_token(sandbox, grant_type="refresh_token", refresh_token=value)


def reads(sandbox: Sandbox, access: str, realm: str = REALM) -> httpx2.Response:
    url = f"{sandbox.url}/v3/company/{realm}/preferences"
    return http.get(url, headers={"authorization": f"Bearer {access}", "accept": "application/json"})


def decide(sandbox: Sandbox, **form: str) -> httpx2.Response:
    return http.post(f"{sandbox.url}/connect/oauth2", data={**ASKED, **form})


def test_the_consent_page_offers_companies_and_lets_no_text_become_markup(sandbox: Sandbox) -> None:
    page = http.get(f"{sandbox.url}/connect/oauth2", params=ASKED)

    assert page.status_code == 200
    assert "Acme &lt;b&gt;&amp; Sons" in page.text
    assert "a&quot;&gt;&lt;b" in page.text
    assert '"><b' not in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody"},
        {"redirect_uri": "javascript:alert(1)"},
        {"response_type": "token"},
        {"scope": "everything"},
    ],
)
def test_a_request_that_cannot_be_trusted_is_never_redirected(
    sandbox: Sandbox, wrong: dict[str, str]
) -> None:
    assert http.get(f"{sandbox.url}/connect/oauth2", params={**ASKED, **wrong}).status_code == 400
    assert decide(sandbox, decision="deny", **wrong).status_code == 400


def test_approval_brings_a_code_that_becomes_tokens_for_that_company_once(sandbox: Sandbox) -> None:
    back = decide(sandbox, decision="approve", realm=REALM)
    query = parse_qs(urlsplit(back.headers["location"]).query)
    assert back.status_code == 302
    assert (query["state"], query["realmId"]) == ([ASKED["state"]], [REALM])

    form = {"grant_type": "authorization_code", "code": query["code"][0], "redirect_uri": REDIRECT}
    issued = call_token(sandbox, **form).json()

    assert issued["token_type"] == "bearer"
    assert issued["expires_in"] == 3600
    assert reads(sandbox, issued["access_token"]).status_code == 200
    assert call_token(sandbox, **form).json()["error"] == "invalid_grant"


def test_denial_brings_an_error_and_the_state(sandbox: Sandbox) -> None:
    query = parse_qs(urlsplit(decide(sandbox, decision="deny").headers["location"]).query)

    assert query == {"error": ["access_denied"], "state": [ASKED["state"]]}


def test_a_code_is_bound_to_its_redirect_and_does_not_last(sandbox: Sandbox) -> None:
    for redirect, wait in ((REDIRECT + "/other", 0), (REDIRECT, 601)):
        code = sandbox.authorize_code(redirect_uri=REDIRECT)
        sandbox.advance(timedelta(seconds=wait))
        answer = call_token(sandbox, grant_type="authorization_code", code=code, redirect_uri=redirect)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_the_wrong_secret_is_an_invalid_client(sandbox: Sandbox) -> None:
    wrong = "Basic " + base64.b64encode(b"sandbox-client:guess").decode()

    answer = call_token(sandbox, wrong, grant_type="refresh_token", refresh_token="x")

    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_other_grant_types_are_refused(sandbox: Sandbox) -> None:
    assert call_token(sandbox).json() == {"error": "invalid_request"}
    assert call_token(sandbox, grant_type="password").json() == {"error": "unsupported_grant_type"}


def test_within_a_day_a_refresh_gives_the_same_value_counting_down(sandbox: Sandbox) -> None:
    connected = sandbox.authorize()
    sandbox.advance(timedelta(hours=23))

    issued = refresh(sandbox, connected.refresh_token).json()

    assert issued["refresh_token"] == connected.refresh_token
    assert connected.refresh_expires_in - issued["x_refresh_token_expires_in"] in (82800, 82801)


def test_after_a_day_the_value_changes_and_the_old_one_dies_at_once(sandbox: Sandbox) -> None:
    connected = sandbox.authorize()
    sandbox.advance(timedelta(hours=25))

    issued = refresh(sandbox, connected.refresh_token).json()

    assert issued["refresh_token"] != connected.refresh_token
    assert issued["x_refresh_token_expires_in"] == connected.refresh_expires_in
    for _ in range(2):
        dead = refresh(sandbox, connected.refresh_token)
        assert (dead.status_code, dead.json()["error"]) == (400, "invalid_grant")
    assert refresh(sandbox, issued["refresh_token"]).status_code == 200


def test_a_strict_sandbox_ends_the_winner_too_when_a_dead_value_is_used() -> None:
    with Sandbox([TinyCompany()], start=START, revoke_on_reuse=True) as sandbox:
        connected = sandbox.authorize()
        sandbox.advance(timedelta(hours=25))
        issued = refresh(sandbox, connected.refresh_token).json()

        refresh(sandbox, connected.refresh_token)

        assert refresh(sandbox, issued["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_answer_lost_after_rotation_leaves_the_connection_dead(sandbox: Sandbox) -> None:
    connected = sandbox.authorize()
    sandbox.advance(timedelta(hours=25))
    sandbox.fault(kind="lose", path="oauth2")

    with pytest.raises(httpx2.TransportError):
        refresh(sandbox, connected.refresh_token)

    assert refresh(sandbox, connected.refresh_token).json()["error"] == "invalid_grant"


def test_a_refresh_token_dies_of_neglect(sandbox: Sandbox) -> None:
    connected = sandbox.authorize()
    sandbox.advance(timedelta(days=102))

    assert refresh(sandbox, connected.refresh_token).json()["error"] == "invalid_grant"


def test_the_hard_expiry_is_told_only_when_asked_for(sandbox: Sandbox) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": sandbox.authorize().refresh_token}
    headers = {"authorization": BASIC, "x-include-refresh-token-hard-expires-in": "true"}

    asked = http.post(f"{sandbox.url}/oauth2/v1/tokens/bearer", data=form, headers=headers).json()

    assert 157_679_990 <= asked["x_refresh_token_hard_expires_in"] <= 157_680_000
    assert "x_refresh_token_hard_expires_in" not in call_token(sandbox, **form).json()


def test_an_expired_access_token_meets_the_gateways_lower_case_fault(sandbox: Sandbox) -> None:
    connected = sandbox.authorize()
    sandbox.advance(timedelta(seconds=3601))

    answer = reads(sandbox, connected.access_token)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="Intuit", error="invalid_token"'
    fault = answer.json()["fault"]
    assert (fault["type"], fault["error"][0]["code"]) == ("AUTHENTICATION", "3200")
    assert fault["error"][0]["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"


def test_a_malformed_or_missing_token_is_a_401(sandbox: Sandbox) -> None:
    assert reads(sandbox, "short").json()["fault"]["error"][0]["detail"].startswith("Malformed bearer token")
    assert http.get(f"{sandbox.url}/v3/company/{REALM}/preferences").status_code == 401


def test_a_token_gives_no_right_to_another_company_or_without_the_accounting_scope(sandbox: Sandbox) -> None:
    connected = sandbox.authorize()
    for answer in (
        reads(sandbox, connected.access_token, "123"),
        reads(sandbox, sandbox.authorize(scopes=["openid"]).access_token),
    ):
        assert (answer.status_code, answer.json()["fault"]["error"][0]["code"]) == (403, "3100")


def test_revoking_the_refresh_token_ends_the_access_tokens(sandbox: Sandbox) -> None:
    connected = sandbox.authorize()
    url, headers = f"{sandbox.url}/v2/oauth2/tokens/revoke", {"authorization": BASIC}

    revoked = http.post(url, json={"token": connected.refresh_token}, headers=headers)

    assert (revoked.status_code, revoked.content) == (200, b"")
    assert reads(sandbox, connected.access_token).status_code == 401
    assert http.post(url, json={"token": connected.refresh_token}, headers=headers).status_code == 400


def test_disconnecting_in_quickbooks_ends_every_grant_of_the_company(sandbox: Sandbox) -> None:
    connected = [sandbox.authorize(), sandbox.authorize()]

    assert sandbox.disconnect() == 2

    assert all(reads(sandbox, one.access_token).status_code == 401 for one in connected)


def test_the_discovery_documents_name_this_server(sandbox: Sandbox) -> None:
    for name in ("openid_configuration", "openid_sandbox_configuration/"):
        found = http.get(f"{sandbox.url}/.well-known/{name}").json()
        assert found["token_endpoint"] == f"{sandbox.url}/oauth2/v1/tokens/bearer"


def test_user_info_wants_the_scope_openid(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/v1/openid_connect/userinfo"
    with_scope = sandbox.authorize(scopes=[ACCOUNTING, "openid", "email"])

    found = http.get(url, headers={"authorization": f"Bearer {with_scope.access_token}"}).json()

    assert found["email"] == "ada@sandbox.example"
    bare = {"authorization": f"Bearer {sandbox.authorize().access_token}"}
    assert http.get(url, headers=bare).status_code == 401


def test_calls_of_oauth_are_not_metered(sandbox: Sandbox) -> None:
    refresh(sandbox, sandbox.authorize().refresh_token)
    Caller(sandbox).query("select count(*) from Invoice")

    assert sandbox.counters()["metered"] == 1
