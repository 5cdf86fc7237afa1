"""Stored credentials, and their tokens, sealed."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from counterfoil.errors import NotFound
from counterfoil.model.credential import Credential, CredentialState, Environment, Tokens
from counterfoil.store.db import Database
from counterfoil.store.rows import in_parts, labelled, put
from counterfoil.store.schema import credentials

SECRETS = ("tokens", "given")
COLUMNS = labelled((column for column in credentials.c if column.name not in SECRETS), "credential")


def save(db: Database, credential: Credential, *, version: int | None = None) -> None:
    """Add a credential, or change the one with its id; tokens stay as they are.

    With a `version`, only while it still has that one. Raises AlreadyExists, ChangedMeanwhile.
    """
    with db.writing() as connection:
        put(
            connection,
            credentials,
            {
                "id": credential.id,
                "name": credential.name,
                "realm_id": credential.realm_id,
                "environment": str(credential.environment),
                "company_name": credential.company_name,
                "state": str(credential.state),
                "created_at": credential.created_at,
            },
            version=version,
        )


def every(db: Database) -> tuple[Credential, ...]:
    """All credentials, by name."""
    with db.reading() as connection:
        rows = connection.execute(sa.select(*COLUMNS).order_by(credentials.c.name)).mappings()
        return tuple(from_row(row) for row in rows)


def of_companies(db: Database, realm_ids: Collection[str]) -> tuple[Credential, ...]:
    """The credentials of these companies, by name."""
    query = sa.select(*COLUMNS).where(credentials.c.realm_id.in_(realm_ids)).order_by(credentials.c.name)
    with db.reading() as connection:
        return tuple(from_row(row) for row in connection.execute(query).mappings())


def named(db: Database, name: str) -> Credential:
    """The credential of this name. Raises NotFound."""
    with db.reading() as connection:
        row = connection.execute(sa.select(*COLUMNS).where(credentials.c.name == name)).mappings().first()
    if row is None:
        raise NotFound(
            f"There is no credential named {name!r}.", do="List them: counterfoil credentials list"
        )
    return from_row(row)


def remove(db: Database, credential: Credential) -> None:
    """Forget a credential and its tokens; the caller has seen that no source needs it."""
    with db.writing() as connection:
        connection.execute(sa.delete(credentials).where(credentials.c.id == credential.id))


def save_tokens(db: Database, credential_id: str, tokens: Tokens, *, given: str | None = None) -> None:
    """Seal and keep tokens, durable when this returns; the credential counts as connected from now on.

    `given` is the digest of a refresh token that a configuration file gave; None leaves the last one.
    """
    secret = msgspec.json.encode(tokens)
    sealed = db.vault.seal(secret, table="credentials", row=credential_id, column="tokens")
    values: dict[str, Any] = {"tokens": sealed, "state": str(CredentialState.CONNECTED)}
    if given is not None:
        values["given"] = given
    _change(db, credential_id, values)


def tokens(db: Database, credential_id: str) -> Tokens | None:
    """The tokens, opened; None before the company is connected. Raises SecretKeyMissing."""
    return every_tokens(db, [credential_id]).get(credential_id)


def every_tokens(db: Database, ids: Collection[str]) -> Mapping[str, Tokens]:
    """The same of several, by id, without those that have none. Raises SecretKeyMissing."""
    query = sa.select(credentials.c.id, credentials.c.tokens).where(credentials.c.tokens.is_not(None))
    found: dict[str, Tokens] = {}
    with db.reading() as connection:
        for some in in_parts(ids):
            rows = connection.execute(query.where(credentials.c.id.in_(some)))
            found |= {id_: _opened(db, id_, sealed) for id_, sealed in rows}
    return found


def given(db: Database, credential_id: str) -> str | None:
    """The digest of the refresh token that a configuration file last gave."""
    with db.reading() as connection:
        return connection.execute(
            sa.select(credentials.c.given).where(credentials.c.id == credential_id)
        ).scalar()


def note_ended(db: Database, credential_id: str) -> None:
    """Intuit does not know the tokens any more. They are kept: should it err, the next refresh succeeds."""
    _change(db, credential_id, {"state": str(CredentialState.ENDED)})


def forget_tokens(db: Database, credential_id: str) -> None:
    """Drop tokens that are worth nothing any more; the credential waits for a reconnect."""
    _change(db, credential_id, {"tokens": None, "state": str(CredentialState.ENDED)})


def from_row(row: Any) -> Credential:
    """Read a credential from a row that holds COLUMNS."""
    return Credential(
        id=row["credential_id"],
        name=row["credential_name"],
        realm_id=row["credential_realm_id"],
        environment=Environment(row["credential_environment"]),
        company_name=row["credential_company_name"],
        state=CredentialState(row["credential_state"]),
        created_at=row["credential_created_at"],
        version=row["credential_version"],
    )


def _opened(db: Database, credential_id: str, sealed: bytes) -> Tokens:
    secret = db.vault.open(sealed, table="credentials", row=credential_id, column="tokens")
    return msgspec.json.decode(secret, type=Tokens)


def _change(db: Database, credential_id: str, values: dict[str, Any]) -> None:
    with db.writing() as connection:
        statement = sa.update(credentials).where(credentials.c.id == credential_id).values(**values)
        if connection.execute(statement).rowcount == 0:
            raise NotFound("This credential was removed meanwhile.", do="Connect the company again.")
