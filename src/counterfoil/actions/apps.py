"""What one may do with the app at Intuit: see whether there is one, give its keys, check them, use it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.actions.trail import note
from counterfoil.errors import QuickBooksDown, ReconnectNeeded, SettingInvalid
from counterfoil.logs import keep_secret
from counterfoil.model.actor import Role
from counterfoil.model.app import IntuitApp
from counterfoil.model.credential import Environment, Tokens
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.store import apps


@dataclass(frozen=True, slots=True, kw_only=True)
class AppView:
    """What may be shown of an app. `given` tells where its keys come from: the settings, or our store, or nowhere."""

    environment: Environment
    client_id: str
    given: str  # "settings", "stored", ""
    webhooks: bool
    version: int  # 0: none is stored


def show(around: Surroundings, environment: Environment) -> AppView:
    """The app for one of Intuit's worlds, without its secrets."""
    stored = apps.of(around.db, environment)
    by_settings = bool(around.app.client_id)
    client_id = around.app.client_id if by_settings else stored.client_id if stored else ""
    return AppView(
        environment=environment,
        client_id=client_id,
        given="settings" if by_settings else "stored" if stored else "",
        webhooks=bool(stored and stored.verifier_token),
        version=stored.version if stored else 0,
    )


def save(
    around: Surroundings,
    environment: Environment,
    *,
    client_id: str,
    client_secret: str = "",
    verifier_token: str = "",
    version: int | None = None,
) -> AppView:
    """Keep an app's keys, sealed; a secret that is left empty stays as it was.

    Raises Forbidden, ChangedMeanwhile, SettingInvalid for keys that cannot be any.
    """
    need(around.actor, Role.ADMIN)
    before = apps.of(around.db, environment)
    app = IntuitApp(
        environment=environment,
        client_id=_plain("client id", client_id),
        client_secret=_plain("client secret", client_secret or (before.client_secret if before else "")),
        verifier_token=verifier_token.strip() or (before.verifier_token if before else ""),
        changed_at=around.now(),
    )
    with around.db.transaction() as one:
        apps.save(one, app, version=version)
        note(around, one, "changed", ("app", str(environment), app.client_id))
    return show(around, environment)


def oauth_app(around: Surroundings, environment: Environment) -> OAuthApp:
    """The app to authorise and refresh with: that of the settings, else the stored one, else one without keys."""
    stored = None if around.app.client_id else apps.of(around.db, environment)
    if stored is None:
        return around.app
    keep_secret(stored.client_secret)
    return replace(around.app, client_id=stored.client_id, client_secret=stored.client_secret)


def needed_app(around: Surroundings, environment: Environment) -> OAuthApp:
    """The same for who is about to ask Intuit. Raises SettingInvalid when there are no keys yet."""
    app = oauth_app(around, environment)
    if not app.client_id:
        raise SettingInvalid(
            f"Counterfoil has no app at Intuit for {environment} companies yet.",
            do="Make one at developer.intuit.com and give its keys; docs/guides/intuit-app.md leads through it.",
        )
    return app


def check(around: Surroundings, environment: Environment) -> None:
    """Ask Intuit whether it knows the keys, without any company and without a metered call.

    A refresh with a made-up token is refused either way: as a token when the keys are right, as an app when
    they are wrong (reference, section 1.6). Raises SettingInvalid for wrong keys, QuickBooksDown.
    """
    need(around.actor, Role.EDITOR)
    app = needed_app(around, environment)
    made_up = Tokens(
        access_token="none",  # noqa: S106 - it stands for the absence of one
        refresh_token="AB11-counterfoil-checks-its-keys",  # noqa: S106 - no token either
        access_expires_at=around.now(),
        refresh_expires_at=around.now() + timedelta(days=1),
    )
    try:
        app.refresh(made_up, now=around.now())
    except ReconnectNeeded:
        return
    except QuickBooksDown as error:
        raise QuickBooksDown(error.what, do="Check again later; the keys are kept as they are.") from error


def steps(environment: Environment, redirect_uri: str) -> tuple[tuple[str, str], ...]:
    """How to make an app at Intuit: each step as what to do, and what to copy there."""
    keys = "Production" if environment is Environment.PRODUCTION else "Development"
    uris = f"{keys} redirect URIs"
    return (
        (
            "Sign in at developer.intuit.com with any Intuit account; it costs nothing.",
            "https://developer.intuit.com",
        ),
        ("Create an app for QuickBooks Online and Payments; any name will do.", "Counterfoil"),
        ("Choose the scope for accounting; nothing else is needed.", "com.intuit.quickbooks.accounting"),
        (f"In the app's settings, under “{uris}”, add this address exactly as it stands.", redirect_uri),
        (f"Under “Keys & credentials”, {keys}, copy Client ID and Client Secret, and give them here.", ""),
    )


def _plain(what: str, text: str) -> str:
    text = text.strip()
    if not text or not text.isascii() or not text.isprintable() or len(text) > 500:
        raise SettingInvalid(
            f"The {what} is {'empty' if not text else 'no key of Intuit'}.", do="Copy it anew."
        )
    return text
