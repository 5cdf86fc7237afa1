"""Stored channels, their addresses sealed."""

from typing import Any

import sqlalchemy as sa

from counterfoil.errors import ChangedMeanwhile, NotFound
from counterfoil.model.alert import AlertKind
from counterfoil.model.channel import Channel, read_quiet
from counterfoil.store.db import Database
from counterfoil.store.rows import put
from counterfoil.store.service_schema import channels


def save(db: Database, channel: Channel, address: str | None = None, *, version: int | None = None) -> None:
    """Add a channel, or change the one with its id; without an address that stays as it was.

    Raises AlreadyExists, and ChangedMeanwhile when the stored one has not this version.
    """
    row: dict[str, Any] = {
        "id": channel.id,
        "name": channel.name,
        "shown": channel.shown,
        "kinds": None if channel.kinds is None else sorted(channel.kinds),
        "quiet": "" if channel.quiet is None else str(channel.quiet),
        "zone": "UTC" if channel.quiet is None else channel.quiet.zone,
        "disabled": channel.disabled,
        "created_at": channel.created_at,
    }
    with db.writing() as transaction:
        kept = transaction.execute(
            sa.select(channels.c.address).where(channels.c.id == channel.id)
        ).scalar_one_or_none()
        row["address"] = kept if address is None else _sealed(db, channel.id, address)
        put(transaction, channels, row, version=version)


def every(db: Database) -> tuple[Channel, ...]:
    """All channels, by name."""
    with db.reading() as transaction:
        rows = transaction.execute(sa.select(channels).order_by(channels.c.name)).mappings().all()
    return tuple(_channel(row) for row in rows)


def named(db: Database, name: str) -> Channel:
    """The channel of this name. Raises NotFound."""
    with db.reading() as transaction:
        row = transaction.execute(sa.select(channels).where(channels.c.name == name)).mappings().first()
    if row is None:
        raise NotFound(f"There is no channel named {name!r}.", do="List them: counterfoil alerts channels")
    return _channel(row)


def find(db: Database, which: str) -> Channel:
    """The channel with this id, else with this name. Raises NotFound."""
    with db.reading() as transaction:
        row = transaction.execute(sa.select(channels).where(channels.c.id == which)).mappings().first()
    return named(db, which) if row is None else _channel(row)


def address(db: Database, channel_id: str) -> str:
    """The address, opened. Raises NotFound, SecretKeyMissing."""
    with db.reading() as transaction:
        sealed = transaction.execute(
            sa.select(channels.c.address).where(channels.c.id == channel_id)
        ).scalar_one_or_none()
    if sealed is None:
        raise NotFound("This channel was removed meanwhile.")
    return db.vault.open(sealed, table="channels", row=channel_id, column="address").decode()


def remove(db: Database, channel: Channel, *, version: int | None = None) -> None:
    """Forget a channel and what was to be sent on it. Raises ChangedMeanwhile."""
    this = channels.c.id == channel.id
    if version is not None:
        this = sa.and_(this, channels.c.version == version)
    with db.writing() as transaction:
        if transaction.execute(sa.delete(channels).where(this)).rowcount == 0:
            raise ChangedMeanwhile(
                f"Somebody else changed the channel {channel.name!r} meanwhile; it is still there.",
                do="Look at it again, then remove it.",
            )


def _sealed(db: Database, channel_id: str, plain: str) -> bytes:
    return db.vault.seal(plain.encode(), table="channels", row=channel_id, column="address")


def _channel(row: Any) -> Channel:
    kinds = row["kinds"]
    return Channel(
        id=row["id"],
        name=row["name"],
        shown=row["shown"],
        created_at=row["created_at"],
        kinds=None if kinds is None else frozenset(AlertKind(kind) for kind in kinds),
        quiet=read_quiet(row["quiet"], row["zone"]),
        disabled=row["disabled"],
        version=row["version"],
    )
