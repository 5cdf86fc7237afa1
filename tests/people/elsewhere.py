"""Signing in elsewhere, as a browser does it."""

from counterfoil.actions import openid
from counterfoil.actions.signing_in import SignedIn
from counterfoil.actions.surroundings import Surroundings
from tests.people.provider import OpenIdProvider

URL = "https://books.acme.example"


def come_in(world: Surroundings, provider: OpenIdProvider, **answer: str) -> SignedIn:
    begun = openid.begin(world, URL)
    back = provider.consent(begun.page) | answer
    return openid.finish(world, back, kept=begun.kept, public_url=URL)
