"""ID tokens and the key that proves them (RS256), made when first needed."""

import base64
from functools import cache

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from counterfoil.sandbox.tokens import ACCESS_LIFE, Grant
from counterfoil.sandbox.wire import Answer, encode

KEY_ID = "sandbox-1"


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def identity_token(grant: Grant, now: float, issuer: str) -> str:
    """Say who connected, to that app alone; `aud` is a list as Intuit writes it."""
    claims = {
        "sub": f"user-of-{grant.realm}",
        "aud": [grant.client_id],
        "realmid": grant.realm,
        "iss": issuer,
        "auth_time": int(grant.since),
        "iat": int(now),
        "exp": int(now) + ACCESS_LIFE,
    }
    signed = f"{_base64(encode({'kid': KEY_ID, 'alg': 'RS256'}))}.{_base64(encode(claims))}"
    signature = _key().sign(signed.encode(), padding.PKCS1v15(), SHA256())
    return f"{signed}.{_base64(signature)}"


def key_set() -> Answer:
    """The public half, as a JSON Web Key Set."""
    numbers = _key().public_key().public_numbers()
    key = {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": KEY_ID,
        "e": _number(numbers.e),
        "n": _number(numbers.n),
    }
    return Answer(body=encode({"keys": [key]}))


def _number(value: int) -> str:
    return _base64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
