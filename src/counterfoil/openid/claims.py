"""An ID token, believed only for the signature that its issuer's published key made."""

from datetime import datetime
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from counterfoil.errors import NotSignedIn
from counterfoil.openid.wire import clean, decoded

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


def verified(
    id_token: str, published: KeySet, *, client_id: str, issuer: str, nonce: str, now: datetime
) -> dict[str, Any]:
    """The claims of an ID token, checked as OpenID Connect Core 1.0, section 3.1.3.7, says. Raises NotSignedIn."""
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims: dict[str, Any] = jwt.decode(id_token, published, algorithms=SIGNATURES).claims
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise unbelievable(type(error).__name__) from None
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise unbelievable("it was made for another")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise unbelievable("it names nobody")
    return claims


def unbelievable(why: str) -> NotSignedIn:
    """What the provider told contradicts itself, the clock, or the question."""
    return NotSignedIn(
        f"The OpenID provider's word on who this is cannot be believed: {clean(why)}.",
        do="Sign in again. If that does not help, check the clocks and the settings COUNTERFOIL_OIDC_….",
    )


def keys_of(answer: httpx2.Response) -> KeySet:
    """The keys that are for signing; a kind that nobody here knows is passed over."""
    listed = decoded(answer, dict[str, Any], "its keys").get("keys")
    usable = []
    for one in listed if isinstance(listed, list) else []:
        try:
            if isinstance(one, dict) and one.get("use", "sig") == "sig" and one.get("kty") != "oct":
                usable += KeySet.import_key_set({"keys": [one]}).keys
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return KeySet(usable)
