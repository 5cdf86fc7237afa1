"""Where to send people who sign in elsewhere, and who they are when they come back.

OpenID Connect Core 1.0 with its authorization code, PKCE (RFC 7636), and the issuer in the answer (RFC 9207) where
the provider gives it.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx2
import msgspec

from counterfoil.errors import NotSignedIn
from counterfoil.model.openid import Identity, Provider
from counterfoil.openid.claims import keys_of, unbelievable, verified
from counterfoil.openid.wire import Discovered, asked, clean, client, decoded, discover


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


class _Tokens(msgspec.Struct):
    id_token: str
    access_token: str = ""


def page(provider: Provider, kept: Kept, redirect_uri: str) -> str:
    """The provider's page to send the browser to. Raises SettingInvalid, Transient."""
    with client() as http:
        found = discover(http, provider)
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
            f"The OpenID provider let nobody in: {clean(answer.get('error', 'it gave no reason'))}.",
            do="Sign in again, with another account if need be.",
        )
    with client() as http:
        found = discover(http, provider)
        told = answer.get("iss", "")
        if told != found.issuer and (told or found.authorization_response_iss_parameter_supported):
            raise NotSignedIn("This answer comes from another provider.", do="Sign in again.")
        tokens = _trade(http, provider, found, {"code": answer["code"], "redirect_uri": redirect_uri}, kept)
        published = keys_of(asked(http, "GET", found.jwks_uri))
        claims = verified(
            tokens.id_token,
            published,
            client_id=provider.client_id,
            issuer=found.issuer,
            nonce=kept.nonce,
            now=now,
        )
        if not claims.get("email"):
            claims = {**_userinfo(http, found, tokens, claims), **claims}
    return Identity(
        subject=f"{found.issuer} {claims['sub']}",
        email=_email(provider, claims),
        name=_text(claims, "name"),
    )


def _trade(
    http: httpx2.Client, provider: Provider, found: Discovered, answer: Mapping[str, str], kept: Kept
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
    told = asked(http, "POST", found.token_endpoint, data=body, auth=auth)
    return decoded(told, _Tokens, "its tokens")


def _userinfo(
    http: httpx2.Client, found: Discovered, tokens: _Tokens, claims: Mapping[str, Any]
) -> dict[str, Any]:
    """What the provider tells of somebody apart from the token, if it is the same one."""
    if not found.userinfo_endpoint or not tokens.access_token:
        return {}
    headers = {"Authorization": f"Bearer {tokens.access_token}"}
    told = decoded(asked(http, "GET", found.userinfo_endpoint, headers=headers), dict[str, Any], "who it is")
    if told.get("sub") != claims["sub"]:
        raise unbelievable("it speaks of somebody else")
    return told


def _email(provider: Provider, claims: Mapping[str, Any]) -> str:
    """The address, if the provider vouches for it: else anybody could write another's into a profile."""
    vouched = claims.get("email_verified")
    if vouched in (True, "true") or (vouched is None and provider.trusts_email):
        return _text(claims, "email").lower()
    return ""


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""
