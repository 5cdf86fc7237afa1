"""The stored keys of the app at Intuit, sealed: one row for each of Intuit's two worlds."""

import sqlalchemy as sa

from counterfoil.errors import ChangedMeanwhile
from counterfoil.model.app import IntuitApp
from counterfoil.model.credential import Environment
from counterfoil.store.db import Database
from counterfoil.store.rows import put
from counterfoil.store.service_schema import apps


def save(db: Database, app: IntuitApp, *, version: int | None = None) -> IntuitApp:
    """Seal and keep an app's keys. Raises ChangedMeanwhile when `version` is given and is not the stored one."""
    with db.transaction() as one, one.writing() as connection:
        before = of(one, app.environment)
        if version is not None and version != (before.version if before else 0):
            raise ChangedMeanwhile(
                "Someone else changed the app's keys meanwhile.", do="Look at them again, then save."
            )
        put(
            connection,
            apps,
            {
                "environment": str(app.environment),
                "client_id": app.client_id,
                "client_secret": _sealed(db, app.environment, "client_secret", app.client_secret),
                "verifier_token": _sealed(db, app.environment, "verifier_token", app.verifier_token),
                "changed_at": app.changed_at,
            },
        )
        kept = of(one, app.environment)
    assert kept is not None
    return kept


def of(db: Database, environment: Environment) -> IntuitApp | None:
    """The app for one world, opened; None before there is one. Raises SecretKeyMissing."""
    with db.reading() as connection:
        query = sa.select(apps).where(apps.c.environment == str(environment))
        row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return IntuitApp(
        environment=environment,
        client_id=row["client_id"],
        client_secret=_opened(db, environment, "client_secret", row["client_secret"]),
        verifier_token=_opened(db, environment, "verifier_token", row["verifier_token"]),
        changed_at=row["changed_at"],
        version=row["version"],
    )


def has_verifier(db: Database, environment: Environment) -> bool:
    """Tell whether a verifier token of webhooks is kept for a world, without opening it."""
    kept = sa.and_(apps.c.environment == str(environment), apps.c.verifier_token.is_not(None))
    with db.reading() as connection:
        return connection.execute(sa.select(apps.c.environment).where(kept)).first() is not None


def _sealed(db: Database, environment: Environment, column: str, secret: str) -> bytes | None:
    if not secret:
        return None
    return db.vault.seal(secret.encode(), table="apps", row=str(environment), column=column)


def _opened(db: Database, environment: Environment, column: str, sealed: bytes | None) -> str:
    if sealed is None:
        return ""
    return db.vault.open(sealed, table="apps", row=str(environment), column=column).decode()
