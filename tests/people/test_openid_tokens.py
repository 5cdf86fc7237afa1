"""A provider's word on who somebody is counts only when it is signed, and for this attempt."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import NotSignedIn
from counterfoil.model.user import User
from tests.people.elsewhere import come_in
from tests.people.provider import CLIENT, SECRET, OpenIdProvider


@pytest.mark.parametrize(
    "lies",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": ["another client", "and another"]},
        {"aud": [CLIENT, "another client"]},
        {"aud": [CLIENT, "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"nonce": "another attempt's"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"exp": None},
        {"iat": None},
        {"exp": 1_000_000_000},
        {"exp": "soon"},
        {"iat": 4_000_000_000},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_attempt_opens_nothing(
    world: Surroundings, provider: OpenIdProvider, ada: User, lies: dict[str, Any]
) -> None:
    provider.lies = lies

    with pytest.raises(NotSignedIn, match="cannot be believed"):
        come_in(world, provider)


def test_a_token_for_several_is_for_us_when_it_says_so(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    provider.lies = {"aud": [CLIENT, "another client"], "azp": CLIENT}

    assert come_in(world, provider).user.id == ada.id


def test_a_token_with_another_s_signature_opens_nothing(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    provider.published = [ECKey.generate_key("P-256", {"kid": "one"}).as_dict(private=False)]

    with pytest.raises(NotSignedIn, match="cannot be believed"):
        come_in(world, provider)


def test_a_token_without_a_signature_opens_nothing(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    provider.published = [provider.key.as_dict(private=False)]
    provider.key, provider.header = OctKey.import_key("none" * 16), {"alg": "none"}

    with pytest.raises(NotSignedIn, match="cannot be believed"):
        come_in(world, provider)


@pytest.mark.parametrize("secret", [SECRET, "the public key"])
def test_a_token_signed_with_what_others_know_opens_nothing(
    world: Surroundings, provider: OpenIdProvider, ada: User, secret: str
) -> None:
    public = provider.key.as_dict(private=False)
    shared = OctKey.import_key((secret if secret == SECRET else str(public["x"])).ljust(64, "x"))
    provider.published = [public, shared.as_dict() | {"kid": "shared"}]
    provider.key, provider.header = shared, {"alg": "HS256", "kid": "shared"}

    with pytest.raises(NotSignedIn, match="cannot be believed"):
        come_in(world, provider)


def test_keys_of_other_kinds_and_uses_are_passed_over(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    key = RSAKey.generate_key(2048, {"kid": "two"})
    odd: list[Any] = [{"kty": "quantum", "kid": "q"}, "no key", {**key.as_dict(private=False), "use": "enc"}]
    provider.published = [*odd, key.as_dict(private=False)]
    provider.key, provider.header = key, {"alg": "RS256", "kid": "two"}

    assert come_in(world, provider).user.id == ada.id
