"""From settings to the surroundings that verbs work in: the log, the vault, the store, the app at Intuit."""

import os
import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from counterfoil import logs
from counterfoil.declared import SETTINGS, Setting
from counterfoil.errors import SettingInvalid
from counterfoil.settings import DEFAULT, Settings

if TYPE_CHECKING:
    from counterfoil.actions.surroundings import Sight, Surroundings
    from counterfoil.model.openid import Provider
    from counterfoil.model.setting import SettingView
    from counterfoil.quickbooks.oauth import OAuthApp
    from counterfoil.store.db import Database

LOG = "counterfoil.log"
VERIFY = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "off": None}
LARGEST_LOG = 10_000_000
"""Bytes; a larger log is put aside when a command starts, and the one put aside before it goes."""


def open_log(settings: Settings) -> Path:
    """Send this process's log to a file in the home folder, which only its owner may read."""
    path = settings.home / LOG
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        stream = os.fdopen(
            os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8"
        )
    except OSError as error:
        raise SettingInvalid(
            f"The folder {settings.home} cannot be used: {error.strerror}.",
            do="Give another: --home FOLDER, or COUNTERFOIL_HOME.",
        ) from error
    logs.set_up(settings.log_level, stream=stream, form=settings.log_format)
    return path


@contextmanager
def store(settings: Settings) -> Iterator["Database"]:
    """Open what Counterfoil remembers, and let go of it after the block. Raises SettingInvalid."""
    from counterfoil.store.db import open_database
    from counterfoil.store.vault import open_vault

    vault = open_vault(settings.secret_key, key_file=settings.home / "secret.key")
    db = open_database(settings.database_url, vault=vault, locks=settings.home / "locks")
    try:
        yield db
    finally:
        db.close()


@contextmanager
def surroundings(settings: Settings) -> Iterator["Surroundings"]:
    """The same with all that is needed to work with QuickBooks."""
    from counterfoil.actions.surroundings import Surroundings
    from counterfoil.model.reach import Reach
    from counterfoil.model.task import Clocks

    with store(settings) as db, _tracing(settings):
        around = Surroundings(
            db=db,
            app=_app(settings),
            api_url=settings.quickbooks_api_url,
            staging=settings.home / "staging",
            environment=settings.environment,
            now=lambda: datetime.now(UTC),
            chance=random.SystemRandom(),
            monthly_calls=settings.monthly_calls,
            sight=_sight(settings),
            clocks=Clocks(
                refresh=timedelta(hours=settings.refresh_hours),
                compare=timedelta(hours=settings.compare_hours),
                reports=timedelta(hours=settings.report_hours),
                closed_reports=timedelta(days=settings.closed_report_days),
            ),
            verify_every=VERIFY[settings.verify],
            openid=_openid(settings),
            editors_reach=Reach(settings.editors_reach),
            settings=_shown(settings),
        )
        yield _acting(around, settings)


def _acting(around: "Surroundings", settings: Settings) -> "Surroundings":
    """As the key's holder where a key is set. Raises NotSignedIn."""
    from counterfoil.actions.keys import actor_of_key

    logs.keep_secret(settings.key)
    return replace(around, actor=actor_of_key(around, settings.key)) if settings.key else around


def _shown(settings: Settings) -> "tuple[SettingView, ...]":
    """All settings without their secrets."""
    from counterfoil.model.setting import SettingView

    def value(setting: Setting) -> str:
        given = getattr(settings, setting.name)
        if setting.secret:
            return "given" if given and settings.origins[setting.name] != DEFAULT else ""
        return logs.mask(("no", "yes")[given] if isinstance(given, bool) else str(given))

    return tuple(
        SettingView(
            name=setting.name,
            variable=setting.variable,
            help=setting.help,
            value=value(setting),
            origin=settings.origins[setting.name],
            secret=setting.secret,
        )
        for setting in SETTINGS
    )


def _openid(settings: Settings) -> "Provider | None":
    from counterfoil.model.actor import Role
    from counterfoil.model.openid import Provider

    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise SettingInvalid(
            "COUNTERFOIL_OIDC_ISSUER is set, and COUNTERFOIL_OIDC_CLIENT_ID is not.",
            do="Register Counterfoil at the provider, and set the client id that it gives.",
        )
    logs.keep_secret(settings.oidc_client_secret)
    listed = (domain.strip().lower().lstrip("@") for domain in settings.oidc_domains.split(","))
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        newcomers=Role(settings.oidc_role) if settings.oidc_role else None,
        domains=frozenset(filter(None, listed)),
        trusts_email=settings.oidc_trusts_email,
    )


def _tracing(settings: Settings) -> AbstractContextManager[None]:
    if not settings.tracing:
        return nullcontext()
    from counterfoil.actions.tracing import exporting

    return exporting()


def _sight(settings: Settings) -> "Sight":
    from counterfoil.actions.surroundings import Sight

    logs.keep_secret(settings.quickbooks_webhook_token)
    return Sight(
        webhook_tokens=tuple(filter(None, map(str.strip, settings.quickbooks_webhook_token.split(",")))),
        webhook_gap=timedelta(seconds=settings.webhook_seconds),
        alert_failures=settings.alert_failures,
        keep=timedelta(days=settings.keep_days),
        metrics_public=settings.metrics_public,
        tracing=settings.tracing,
    )


def require_app(settings: Settings, redirect_uri: str) -> None:
    """Raise SettingInvalid, with the way to get them, unless client id and secret of an app are set."""
    if settings.quickbooks_client_id and settings.quickbooks_client_secret:
        return
    raise SettingInvalid(
        "Counterfoil does not know your QuickBooks app: its client id and secret are not set.",
        do="1. Sign in at https://developer.intuit.com and create an app for QuickBooks Online (it is free).\n"
        "2. Under “Keys & credentials” copy the Client ID and the Client Secret;\n"
        "   Development keys read sandbox companies, Production keys read real ones.\n"
        f"3. Under “Redirect URIs” add: {redirect_uri}\n"
        "4. Set COUNTERFOIL_QUICKBOOKS_CLIENT_ID and COUNTERFOIL_QUICKBOOKS_CLIENT_SECRET, or write\n"
        f"   quickbooks_client_id and quickbooks_client_secret into {settings.home}/counterfoil.toml.\n"
        "To look round first, without an app: counterfoil demo",
    )


def _app(settings: Settings) -> "OAuthApp":
    from counterfoil.quickbooks.oauth import OAuthApp

    logs.keep_secret(settings.quickbooks_client_secret)
    client_id, secret = settings.quickbooks_client_id, settings.quickbooks_client_secret
    base = settings.quickbooks_oauth_url
    if not base:
        return OAuthApp(client_id=client_id, client_secret=secret)
    return OAuthApp(
        client_id=client_id,
        client_secret=secret,
        authorize_url=f"{base}/connect/oauth2",
        token_url=f"{base}/oauth2/v1/tokens/bearer",
        revoke_url=f"{base}/v2/oauth2/tokens/revoke",
    )
