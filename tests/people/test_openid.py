"""Signing in with an account elsewhere, against a provider that signs for real and sometimes lies."""

from dataclasses import replace
from typing import Any

import pytest

from counterfoil.actions import audit, links, openid, signing_in, users
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import NotSignedIn, SettingInvalid, Transient
from counterfoil.model.actor import Role
from counterfoil.model.entry import Chosen
from counterfoil.model.user import User
from tests.people.conftest import PASSWORD
from tests.people.elsewhere import URL, come_in
from tests.people.provider import OpenIdProvider

ADA = {"email": "Ada@acme.example", "email_verified": True, "name": "Ada"}


def test_who_was_invited_comes_in_and_is_known_again(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    first = come_in(world, provider)
    provider.person["email"] = "another@acme.example"  # people change their address; the subject stays
    again = come_in(world, provider)

    assert signing_in.actor_of_session(world, first.word) == ada.actor
    assert signing_in.actor_of_session(world, again.word) == ada.actor
    (entry,) = audit.entries(world, Chosen(deed="first signed in elsewhere as")).entries
    assert (entry.actor_id, entry.thing_id) == (ada.id, ada.id)


def test_an_invitation_is_accepted_by_coming_in_elsewhere(
    world: Surroundings, provider: OpenIdProvider
) -> None:
    invited = users.invite(world, "ada@acme.example", role=Role.ADMIN)

    come_in(world, provider)

    with pytest.raises(NotSignedIn):
        links.use(world, invited.word, PASSWORD)
    assert users.show(world, invited.user.id).able
    assert links.set_up_word(world) is None


def test_who_was_not_invited_stays_outside(world: Surroundings, provider: OpenIdProvider) -> None:
    with pytest.raises(NotSignedIn, match="not invited"):
        come_in(world, provider)

    assert users.every(world) == ()


def test_newcomers_get_the_role_of_the_setting(world: Surroundings, provider: OpenIdProvider) -> None:
    assert world.openid is not None
    world = replace(
        world, openid=replace(world.openid, newcomers=Role.VIEWER, domains=frozenset({"acme.example"}))
    )

    begun = come_in(world, provider)

    assert signing_in.actor_of_session(world, begun.word).role is Role.VIEWER
    assert (begun.user.email, begun.user.name) == ("ada@acme.example", "Ada")


@pytest.mark.parametrize(
    "email", ["eve@evil.example", "eve@acme.example.evil", "eve@notacme.example", "acme.example"]
)
def test_newcomers_of_other_domains_stay_outside(
    world: Surroundings, provider: OpenIdProvider, email: str
) -> None:
    assert world.openid is not None
    world = replace(
        world, openid=replace(world.openid, newcomers=Role.VIEWER, domains=frozenset({"acme.example"}))
    )
    provider.person["email"] = email

    with pytest.raises(NotSignedIn, match="not invited"):
        come_in(world, provider)


@pytest.mark.parametrize("verified", [False, None, "false", 1.5])
def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(
    world: Surroundings, provider: OpenIdProvider, ada: User, verified: object
) -> None:
    provider.person["email_verified"] = verified

    with pytest.raises(NotSignedIn, match="vouch"):
        come_in(world, provider)


def test_a_provider_that_the_setting_trusts_need_not_say_that_an_address_is_verified(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    assert world.openid is not None
    world = replace(world, openid=replace(world.openid, trusts_email=True))
    provider.person["email_verified"] = None
    assert come_in(world, provider).user.id == ada.id

    provider.lies = {"sub": "someone-else", "email_verified": False}
    with pytest.raises(NotSignedIn, match="vouch"):
        come_in(world, provider)


def test_another_account_with_the_same_address_is_somebody_else(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    come_in(world, provider)
    provider.lies = {"sub": "someone-else"}

    with pytest.raises(NotSignedIn, match="another account"):
        come_in(world, provider)


def test_who_is_disabled_stays_outside(world: Surroundings, provider: OpenIdProvider, ed: User) -> None:
    provider.person["email"] = ed.email
    come_in(world, provider)
    users.disable(world, ed.email)

    with pytest.raises(NotSignedIn, match="disabled"):
        come_in(world, provider)


def test_only_the_browser_that_began_can_finish(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    victims, attackers = openid.begin(world, URL), openid.begin(world, URL)
    brought = provider.consent(attackers.page)

    for kept in (victims.kept, "", "a.b", "a.b.c", "\ud800.b.c"):
        with pytest.raises(NotSignedIn):
            openid.finish(world, brought, kept=kept, public_url=URL)
    assert openid.finish(world, brought, kept=attackers.kept, public_url=URL).user.id == ada.id


def test_a_stolen_code_is_worth_nothing_without_the_browser_s_secret(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    victims, thiefs = openid.begin(world, URL), openid.begin(world, URL)
    stolen = provider.consent(victims.page)["code"]
    state = provider.consent(thiefs.page)["state"]

    with pytest.raises(NotSignedIn, match="invalid_grant"):
        openid.finish(
            world, {"code": stolen, "state": state, "iss": provider.url}, kept=thiefs.kept, public_url=URL
        )


def test_an_answer_works_once(world: Surroundings, provider: OpenIdProvider, ada: User) -> None:
    begun = openid.begin(world, URL)
    back = provider.consent(begun.page)
    openid.finish(world, back, kept=begun.kept, public_url=URL)

    with pytest.raises(NotSignedIn):
        openid.finish(world, back, kept=begun.kept, public_url=URL)


@pytest.mark.parametrize("issuer", ["https://evil.example", ""])
def test_an_answer_of_another_provider_is_not_taken_here(
    world: Surroundings, provider: OpenIdProvider, ada: User, issuer: str
) -> None:
    with pytest.raises(NotSignedIn, match="another provider"):
        come_in(world, provider, iss=issuer)


def test_a_refusal_is_told_and_cannot_act_on_a_page(world: Surroundings, provider: OpenIdProvider) -> None:
    with pytest.raises(NotSignedIn, match="access_denied") as refused:
        come_in(world, provider, error="access_denied\x1b[31m\n" + "x" * 1000)

    assert refused.value.what.isprintable()
    assert len(refused.value.what) < 250


def test_a_wrong_client_secret_is_told_without_showing_it(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    assert world.openid is not None
    world = replace(world, openid=replace(world.openid, client_secret="wrong wrong"))

    with pytest.raises(NotSignedIn, match="invalid_client") as refused:
        come_in(world, provider)
    assert "wrong wrong" not in str(refused.value) + repr(world.openid)


def test_a_provider_that_takes_the_secret_in_the_body_gets_it_there(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    provider.described = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert come_in(world, provider).user.id == ada.id


def test_an_address_that_is_not_in_the_token_is_asked_for(
    world: Surroundings, provider: OpenIdProvider, ada: User
) -> None:
    provider.person, provider.told_apart = {}, {"sub": "ada-1815", **ADA}
    assert come_in(world, provider).user.id == ada.id

    provider.lies, provider.told_apart = {"sub": "eve"}, {"sub": "ada-1815", **ADA}
    with pytest.raises(NotSignedIn, match="somebody else"):
        come_in(world, provider)


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"issuer": 7},
    ],
    ids=str,
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    world: Surroundings, provider: OpenIdProvider, described: dict[str, Any]
) -> None:
    provider.described = described

    with pytest.raises(SettingInvalid):
        openid.begin(world, URL)


@pytest.mark.parametrize("issuer", ["http://accounts.example", "https://", "nonsense", "http://localhost:x"])
def test_an_issuer_that_cannot_be_one_is_refused(world: Surroundings, issuer: str) -> None:
    assert world.openid is not None
    world = replace(world, openid=replace(world.openid, issuer=issuer))

    with pytest.raises((SettingInvalid, Transient)):
        openid.begin(world, URL)


def test_a_provider_in_trouble_is_told_as_passing(world: Surroundings, provider: OpenIdProvider) -> None:
    provider.broken = 503
    with pytest.raises(Transient, match="503"):
        openid.begin(world, URL)
    assert world.openid is not None
    gone = replace(world, openid=replace(world.openid, issuer="http://127.0.0.1:9"))

    with pytest.raises(Transient):
        openid.begin(gone, URL)


def test_without_the_setting_nobody_comes_in_so(around: Surroundings) -> None:
    with pytest.raises(SettingInvalid, match="not set up"):
        openid.begin(around, URL)
