"""OAuth 2.0 at Intuit: consent, tokens, revocation, user info, discovery (section 1)."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from counterfoil.sandbox.consent import consent_page, problem_page
from counterfoil.sandbox.identity import identity_token
from counterfoil.sandbox.tokens import ACCESS_LIFE, GrantError, Issued
from counterfoil.sandbox.wire import Answer, Call, decode, encode
from counterfoil.sandbox.world import App, World

SCOPES = frozenset(
    (
        "com.intuit.quickbooks.accounting",
        "com.intuit.quickbooks.payment",
        "openid",
        "profile",
        "email",
        "phone",
        "address",
        "app-foundations.custom-field-definitions",
        "app-foundations.custom-field-definitions.read",
        "project-management.project",
        "payroll.compensation.read",
        "indirect-tax.tax-calculation.quickbooks",
        "time-tracking.time-entry.read",
    )
)
_html = "text/html; charset=utf-8"
_page_headers = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}
_asked = ("client_id", "redirect_uri", "response_type", "scope", "state")


def ask(world: World, params: Mapping[str, str]) -> Answer:
    """The consent page, or the reason why there is none."""
    problem = _problem(world, params)
    if problem:
        return _page(problem_page(problem), 400)
    companies = [(books.realm_id, books.name) for books in world.books.values()]
    hidden = {name: params.get(name, "") for name in _asked}
    return _page(consent_page(params["client_id"], params["scope"].split(), companies, hidden), 200)


def decide(world: World, form: Mapping[str, str]) -> Answer:
    """Send the browser back to the app, with a code or with `access_denied`."""
    problem = _problem(world, form)
    if problem:
        return _page(problem_page(problem), 400)
    back = {"state": form["state"]} if form.get("state") else {}
    if form.get("decision") != "approve":
        return _redirect(form["redirect_uri"], {"error": "access_denied", **back})
    realm = form.get("realm", "")
    if realm not in world.books:
        return _page(problem_page("Choose a company that this sandbox has."), 400)
    scopes = frozenset(form["scope"].split())
    now = world.clock.now().timestamp()
    code = world.tokens.code(form["client_id"], realm, scopes, form["redirect_uri"], now)
    return _redirect(form["redirect_uri"], {"code": code, **back, "realmId": realm})


def _problem(world: World, params: Mapping[str, str]) -> str:
    app = world.apps.get(params.get("client_id", ""))
    address = params.get("redirect_uri", "")
    if app is None:
        return "The client_id is not that of a registered app."
    if urlsplit(address).scheme not in ("http", "https") or (app.redirects and address not in app.redirects):
        return "The redirect_uri is not one that the app registered."
    if params.get("response_type") != "code":
        return "The response_type has to be code."
    scopes = params.get("scope", "").split()
    if not scopes or not SCOPES.issuperset(scopes):
        return "The scope names something that does not exist."
    return ""


def _page(text: str, status: int) -> Answer:
    return Answer(status=status, body=text.encode(), media=_html, headers=_page_headers)


def _redirect(address: str, params: Mapping[str, str]) -> Answer:
    joint = "&" if urlsplit(address).query else "?"
    return Answer(status=302, headers={"location": f"{address}{joint}{urlencode(params)}"})


def token(world: World, call: Call, form: Mapping[str, str], issuer: str) -> Answer:
    """Exchange a code or refresh; `call` gives the headers, `form` the body."""
    world.sleep(call.delay)
    app = _app(world, call)
    if app is None:
        return _refused(401, "invalid_client")
    now = world.clock.now().timestamp()
    try:
        match form.get("grant_type"):
            case "authorization_code":
                code, redirect = form.get("code", ""), form.get("redirect_uri", "")
                issued = world.tokens.exchange(app.client_id, code, redirect, now)
            case "refresh_token":
                issued = world.tokens.refresh(app.client_id, form.get("refresh_token", ""), now)
            case None:
                return _refused(400, "invalid_request")
            case _:
                return _refused(400, "unsupported_grant_type")
    except GrantError as error:
        return _refused(400, error.error, error.description)
    hard = call.headers.get("x-include-refresh-token-hard-expires-in", "").lower() == "true"
    return Answer(
        body=encode(_issued(issued, now, issuer, hard=hard)), media="application/json;charset=utf-8"
    )


def _app(world: World, call: Call) -> App | None:
    scheme, _, text = call.headers.get("authorization", "").partition(" ")
    try:
        client_id, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    app = world.apps.get(client_id)
    if scheme.lower() != "basic" or app is None:
        return None
    return app if hmac.compare_digest(app.secret.encode(), secret.encode()) else None


def _issued(issued: Issued, now: float, issuer: str, *, hard: bool) -> dict[str, object]:
    answer: dict[str, object] = {
        "token_type": "bearer",
        "access_token": issued.access,
        "expires_in": ACCESS_LIFE,
        "refresh_token": issued.grant.refresh,
        "x_refresh_token_expires_in": issued.refresh_expires_in,
    }
    if hard:
        answer["x_refresh_token_hard_expires_in"] = issued.hard_expires_in
    if "openid" in issued.grant.scopes:
        answer["id_token"] = identity_token(issued.grant, now, issuer)
    return answer


def _refused(status: int, error: str, description: str = "") -> Answer:
    body = {"error_description": description, "error": error} if description else {"error": error}
    return Answer(status=status, body=encode(body), media="application/json;charset=utf-8")


def revoke(world: World, call: Call) -> Answer:
    """End a grant by one of its tokens: 200 and nothing, or 400."""
    app = _app(world, call)
    if app is None:
        return _refused(401, "invalid_client")
    try:
        value = decode(call.body)["token"]
    except (ValueError, KeyError, TypeError):
        return _refused(400, "invalid_request")
    return Answer() if world.tokens.revoke(app.client_id, str(value)) else _refused(400, "invalid_request")


def user_info(world: World, call: Call) -> Answer:
    """Who connected; only with the scope `openid`."""
    value = call.headers.get("authorization", "").partition(" ")[2].strip()
    grant = world.tokens.holder(value, world.clock.now().timestamp())
    if grant is None or "openid" not in grant.scopes:
        return _refused(401, "invalid_token")
    who: dict[str, object] = {"sub": f"user-of-{grant.realm}"}
    if "profile" in grant.scopes:
        who |= {"givenName": "Ada", "familyName": "Sandbox"}
    if "email" in grant.scopes:
        who |= {"email": "ada@sandbox.example", "emailVerified": True}
    return Answer(body=encode(who))


def discovery(url: str) -> Answer:
    """Where everything stands, on this server."""
    return Answer(
        body=encode(
            {
                "issuer": f"{url}/op/v1",
                "authorization_endpoint": f"{url}/connect/oauth2",
                "token_endpoint": f"{url}/oauth2/v1/tokens/bearer",
                "userinfo_endpoint": f"{url}/v1/openid_connect/userinfo",
                "revocation_endpoint": f"{url}/v2/oauth2/tokens/revoke",
                "jwks_uri": f"{url}/op/v1/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": sorted(SCOPES),
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
            }
        )
    )
