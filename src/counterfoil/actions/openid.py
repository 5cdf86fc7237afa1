"""Sign in with an account at the OpenID provider of the settings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from counterfoil.actions.signing_in import SignedIn, begin_session
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.errors import NotFound, NotSignedIn, SettingInvalid
from counterfoil.model.identity import line_fault, new_id
from counterfoil.model.openid import Identity, Provider
from counterfoil.model.user import User, email_fault, normal_email
from counterfoil.openid import sign_in as elsewhere
from counterfoil.store import links, users
from counterfoil.store.db import Database

PATH = "/signin/openid"
"""Where signing in elsewhere begins, and below public_url, with `/answer`, where the provider sends people back."""

LIFE = 900
"""Seconds that someone may take at the provider; the cookie ends then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where to send the browser, and what it has to keep in a cookie until it comes back."""

    page: str
    kept: str


def redirect_uri(public_url: str) -> str:
    """The address to register at the provider."""
    return f"{public_url.rstrip('/')}{PATH}/answer"


def begin(around: Surroundings, public_url: str) -> Begun:
    """Begin to sign in. Raises SettingInvalid when no provider is set, or it is set wrongly, Transient."""
    kept = elsewhere.new_kept()
    page = elsewhere.page(_provider(around), kept, redirect_uri(public_url))
    return Begun(page=page, kept=kept.text())


def finish(
    around: Surroundings, answer: Mapping[str, str], *, kept: str, public_url: str, before: str = ""
) -> SignedIn:
    """Sign in whom the provider names; `kept` is the cookie's value. The session of the word `before` ends.

    Raises NotSignedIn for an answer to something else, one that cannot be believed, and people who were not
    invited; SettingInvalid, Transient.
    """
    provider = _provider(around)
    known = elsewhere.identity(
        provider,
        elsewhere.read_kept(kept),
        answer,
        redirect_uri=redirect_uri(public_url),
        now=around.now(),
    )
    with around.db.transaction() as one:
        user = _user(around, one, provider, known)
        return begin_session(around, one, user, before=before)


def _provider(around: Surroundings) -> Provider:
    if around.openid is None:
        raise SettingInvalid(
            "Signing in elsewhere is not set up.",
            do="Set COUNTERFOIL_OIDC_ISSUER and COUNTERFOIL_OIDC_CLIENT_ID.",
        )
    return around.openid


def _user(around: Surroundings, one: Database, provider: Provider, known: Identity) -> User:
    user = users.with_subject(one, known.subject)
    if user is not None:
        return user
    if not known.email:
        raise NotSignedIn(
            "The OpenID provider does not vouch for an e-mail address of yours.",
            do="Confirm your address there, or ask an administrator about COUNTERFOIL_OIDC_TRUSTS_EMAIL.",
        )
    user = _invited(one, known) or _newcomer(around, one, provider, known)
    users.save_subject(one, user.id, known.subject)
    links.forget(one, user.id)  # an invitation that is used otherwise is used
    acting = replace(around, actor=user.actor)
    note(acting, one, "first signed in elsewhere as", ("user", user.id, user.email), subject=known.subject)
    return user


def _invited(one: Database, known: Identity) -> User | None:
    """The user with this address, unless that is somebody else at the provider."""
    try:
        user = users.with_email(one, normal_email(known.email))
    except NotFound:
        return None
    if user.elsewhere:
        raise NotSignedIn(
            f"{user.email} belongs to another account at the OpenID provider.",
            do="Sign in with that one, or ask an administrator to remove and invite you anew.",
        )
    return user


def _newcomer(around: Surroundings, one: Database, provider: Provider, known: Identity) -> User:
    welcome = not provider.domains or known.domain in provider.domains
    if provider.newcomers is None or not welcome or email_fault(known.email):
        raise NotSignedIn(
            f"{known.email[:100]} is not invited.", do="Ask an administrator: counterfoil users invite EMAIL"
        )
    user = User(
        id=new_id("user", around.chance),
        email=normal_email(known.email),
        name=known.email if line_fault(known.name) else known.name,
        role=provider.newcomers,
        created_at=around.now(),
    )
    users.save(one, user)
    return user
