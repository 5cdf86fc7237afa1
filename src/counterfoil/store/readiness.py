"""Whether the store can be read and written, stands at our schema, and holds secrets that our key opens."""

import sqlalchemy as sa

from counterfoil.store.db import Database
from counterfoil.store.schema import REVISION, credentials
from counterfoil.store.service_schema import channels


def write(db: Database) -> bool:
    """Write something that changes nothing, durably; tell whether our tables are those of this version.

    Raises StoreFailed when the disk is full, the file read-only or the server gone.
    """
    with db.writing() as transaction:
        known = transaction.execute(sa.text("update alembic_version set version_num = version_num"))
        found = transaction.execute(sa.text("select version_num from alembic_version")).scalar()
        return known.rowcount == 1 and found == REVISION


def open_a_secret(db: Database) -> None:
    """Open one sealed secret, if there is any. Raises SecretKeyMissing."""
    for table, column in ((credentials, credentials.c.tokens), (channels, channels.c.address)):
        some = sa.select(table.c.id, column).where(column.is_not(None)).limit(1)
        with db.reading() as transaction:
            row = transaction.execute(some).first()
        if row is not None:
            db.vault.open(row[1], table=table.name, row=row[0], column=column.name)
