"""An OpenID provider on the wire: where to send people, and who they are when they come back.

OpenID Connect Core 1.0 with its authorization code, PKCE (RFC 7636), and the issuer in the answer (RFC 9207) where
the provider gives it. What is believed is the signature on the ID token, made with a key that the issuer publishes.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from counterfoil.errors import NotSignedIn, SettingInvalid, Transient
from counterfoil.model.openid import Identity, Provider

SIGNATURES = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
"""Signatures that only the holder of a private key can make; never `none`, never one that shares the client secret."""

LEEWAY = 120
"""Seconds that the provider's clock may be off."""

TIMEOUT = httpx2.Timeout(10)

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the browser keeps, in a cookie, until it comes back: nobody else can finish what it began."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    def text(self) -> str:
        """As the value of a cookie."""
        return ".".join((self.state, self.nonce, self.verifier))


def new_kept() -> Kept:
    """Make three secrets that never come from outside."""
    return Kept(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def read_kept(text: str) -> Kept:
    """Read the cookie again. Raises NotSignedIn when it is not there, or is none of ours."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part and part.isascii() for part in parts):
        raise NotSignedIn(
            "This browser did not begin to sign in here, or took too long.", do="Sign in again."
        )
    return Kept(*parts)


class _Discovered(msgspec.Struct):
    """What the provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(msgspec.Struct):
    id_token: str
    access_token: str = ""


class _Denial(msgspec.Struct):
    error: str = ""


def page(provider: Provider, kept: Kept, redirect_uri: str) -> str:
    """The provider's page to send the browser to. Raises SettingInvalid, Transient."""
    with _client() as http:
        found = _discover(http, provider)
    challenge = hashlib.sha256(kept.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid email profile",
        "state": kept.state,
        "nonce": kept.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in found.authorization_endpoint else "?"
    return f"{found.authorization_endpoint}{joint}{urlencode(asked)}"


def identity(
    provider: Provider, kept: Kept, answer: Mapping[str, str], *, redirect_uri: str, now: datetime
) -> Identity:
    """Who came back with this answer. Raises NotSignedIn, SettingInvalid, Transient."""
    if not hmac.compare_digest(answer.get("state", "").encode(), kept.state.encode()):
        raise NotSignedIn("This answer belongs to another attempt to sign in.", do="Sign in again.")
    if answer.get("error") or not answer.get("code"):
        raise NotSignedIn(
            f"The OpenID provider let nobody in: {_clean(answer.get('error', 'it gave no reason'))}.",
            do="Sign in again, with another account if need be.",
        )
    with _client() as http:
        found = _discover(http, provider)
        told = answer.get("iss", "")
        if told != found.issuer and (told or found.authorization_response_iss_parameter_supported):
            raise NotSignedIn("This answer comes from another provider.", do="Sign in again.")
        tokens = _trade(http, provider, found, {"code": answer["code"], "redirect_uri": redirect_uri}, kept)
        claims = _verified(http, provider, found, tokens.id_token, kept, now)
        if not claims.get("email"):
            claims = {**_userinfo(http, found, tokens, claims), **claims}
    return Identity(
        subject=f"{found.issuer} {claims['sub']}",
        email=_email(provider, claims),
        name=_text(claims, "name"),
    )


def _client() -> httpx2.Client:
    return httpx2.Client(timeout=TIMEOUT, follow_redirects=False)


def _discover(http: httpx2.Client, provider: Provider) -> _Discovered:
    if not _is_safe(provider.issuer):
        raise SettingInvalid("COUNTERFOIL_OIDC_ISSUER is not https: anybody on the way could sign in.")
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    found = _decoded(_asked(http, "GET", url), _Discovered, "its description")
    if found.issuer.rstrip("/") != provider.issuer.rstrip("/"):
        raise SettingInvalid(
            f"COUNTERFOIL_OIDC_ISSUER is {provider.issuer}, but the provider there calls itself "
            f"{_clean(found.issuer)}.",
            do="Give the issuer as the provider names itself.",
        )
    for address in (
        found.authorization_endpoint,
        found.token_endpoint,
        found.jwks_uri,
        found.userinfo_endpoint,
    ):
        if address and not _is_safe(address):
            raise SettingInvalid(
                f"The OpenID provider names an address that is not https: {_clean(address)}."
            )
    return found


def _is_safe(address: str) -> bool:
    """Whether nobody on the way reads or changes what is said there; this machine itself is trusted."""
    parts = urlsplit(address)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return parts.scheme == "https" or (parts.scheme == "http" and here)


def _trade(
    http: httpx2.Client, provider: Provider, found: _Discovered, answer: Mapping[str, str], kept: Kept
) -> _Tokens:
    body = {"grant_type": "authorization_code", "code_verifier": kept.verifier, **answer}
    basic = "client_secret_basic" in found.token_endpoint_auth_methods_supported
    auth = (
        httpx2.BasicAuth(provider.client_id, provider.client_secret)
        if provider.client_secret and basic
        else None
    )
    if auth is None:
        body["client_id"] = provider.client_id
        if provider.client_secret:
            body["client_secret"] = provider.client_secret
    told = _asked(http, "POST", found.token_endpoint, data=body, auth=auth)
    return _decoded(told, _Tokens, "its tokens")


def _verified(
    http: httpx2.Client, provider: Provider, found: _Discovered, id_token: str, kept: Kept, now: datetime
) -> dict[str, Any]:
    """The claims of an ID token, checked as OpenID Connect Core 1.0, section 3.1.3.7, says."""
    keys = _keys(_asked(http, "GET", found.jwks_uri))
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": found.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": kept.nonce},
    )
    try:
        claims: dict[str, Any] = jwt.decode(id_token, keys, algorithms=SIGNATURES).claims
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _unbelievable(type(error).__name__) from None
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if several else provider.client_id) != provider.client_id:
        raise _unbelievable("it was made for another")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise _unbelievable("it names nobody")
    return claims


def _keys(answer: httpx2.Response) -> KeySet:
    """The keys that are for signing; a kind that nobody here knows is passed over."""
    listed = _decoded(answer, dict[str, Any], "its keys").get("keys")
    usable = []
    for one in listed if isinstance(listed, list) else []:
        try:
            if isinstance(one, dict) and one.get("use", "sig") == "sig" and one.get("kty") != "oct":
                usable += KeySet.import_key_set({"keys": [one]}).keys
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return KeySet(usable)


def _userinfo(
    http: httpx2.Client, found: _Discovered, tokens: _Tokens, claims: Mapping[str, Any]
) -> dict[str, Any]:
    """What the provider tells of somebody apart from the token, if it is the same one."""
    if not found.userinfo_endpoint or not tokens.access_token:
        return {}
    headers = {"Authorization": f"Bearer {tokens.access_token}"}
    told = _decoded(
        _asked(http, "GET", found.userinfo_endpoint, headers=headers), dict[str, Any], "who it is"
    )
    if told.get("sub") != claims["sub"]:
        raise _unbelievable("it speaks of somebody else")
    return told


def _asked(http: httpx2.Client, method: str, url: str, **more: Any) -> httpx2.Response:
    try:
        answer = http.request(method, url, **more)
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        raise Transient(
            f"The OpenID provider does not answer: {type(error).__name__}.", do="Try again in a minute."
        ) from None
    except (httpx2.InvalidURL, ValueError):
        raise SettingInvalid(
            "The OpenID provider's address is none.", do="Mend COUNTERFOIL_OIDC_ISSUER."
        ) from None
    if answer.status_code >= 500 or answer.status_code == 429:
        raise Transient(
            f"The OpenID provider is in trouble: HTTP {answer.status_code}.", do="Try again later."
        )
    return answer


def _decoded(answer: httpx2.Response, shape: type[Shape], what: str) -> Shape:
    if answer.status_code != httpx2.codes.OK:
        raise _refused(answer, what)
    try:
        return msgspec.json.decode(answer.content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SettingInvalid(
            f"The OpenID provider told {what} in a way that is not OpenID.",
            do="Check COUNTERFOIL_OIDC_ISSUER.",
        ) from None


def _refused(answer: httpx2.Response, what: str) -> NotSignedIn:
    try:
        said = msgspec.json.decode(answer.content, type=_Denial).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = ""
    return NotSignedIn(
        f"The OpenID provider refused to tell {what}: HTTP {answer.status_code} {_clean(said)}".strip() + ".",
        do="Sign in again. If that does not help, check the settings COUNTERFOIL_OIDC_….",
    )


def _email(provider: Provider, claims: Mapping[str, Any]) -> str:
    """The address, if the provider vouches for it: else anybody could write another's into a profile."""
    vouched = claims.get("email_verified")
    if vouched in (True, "true") or (vouched is None and provider.trusts_email):
        return _text(claims, "email").lower()
    return ""


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""


def _unbelievable(why: str) -> NotSignedIn:
    return NotSignedIn(
        f"The OpenID provider's word on who this is cannot be believed: {_clean(why)}.",
        do="Sign in again. If that does not help, check the clocks and the settings COUNTERFOIL_OIDC_….",
    )


def _clean(text: str) -> str:
    """One short line of what somebody else wrote."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:120].strip()
