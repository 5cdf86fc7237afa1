"""The tables of our own memory, in types that SQLite and PostgreSQL both keep."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

REVISION = "0002"
"""The newest migration; a database that stands elsewhere is brought here when it is opened."""


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite forgets the zone, so it is put back here; naive times are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *more: Any, **traits: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, *more, nullable=traits.pop("nullable", False), **traits)


def _part_of(owner: str, *, primary_key: bool = False) -> sa.Column[str]:
    """A column that names the row this one goes down with."""
    key = sa.ForeignKey(f"{owner}s.id", ondelete="CASCADE")
    return _text(f"{owner}_id", key, primary_key=primary_key)


credentials = sa.Table(
    "credentials",
    metadata,
    _text("id", primary_key=True),
    _text("name", unique=True),
    _text("realm_id"),
    _text("environment"),
    _text("company_name"),
    _text("state"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("tokens", sa.LargeBinary),  # sealed by the vault
    _text("given", nullable=True),  # which refresh token a configuration file last gave, as a digest
    sa.UniqueConstraint("environment", "realm_id"),
)

destinations = sa.Table(
    "destinations",
    metadata,
    _text("id", primary_key=True),
    _text("name", unique=True),
    _text("kind"),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

sources = sa.Table(
    "sources",
    metadata,
    _text("id", primary_key=True),
    _text("name", unique=True),
    _text("credential_id", sa.ForeignKey("credentials.id"), index=True),
    sa.Column("streams", sa.JSON(none_as_null=True)),  # null: all
    _text("prefix"),
    _text("schedule"),
    sa.Column("created_at", Moment, nullable=False),
)

connections = sa.Table(
    "connections",
    metadata,
    _text("id", primary_key=True),
    _part_of("source"),
    _text("destination_id", sa.ForeignKey("destinations.id"), index=True),
    _text("dataset"),
    sa.UniqueConstraint("source_id", "destination_id", "dataset"),
)

cursors = sa.Table(
    "cursors",
    metadata,
    _part_of("connection", primary_key=True),
    _text("stream", primary_key=True),
    sa.Column("changed_since", Moment, nullable=False),
    sa.Column("compared_at", Moment),
    sa.Column("versions", sa.JSON, nullable=False),
    sa.Column("rows", sa.BigInteger),
    sa.Column("refuses_changes", sa.Boolean, nullable=False),
    sa.Column("unread", sa.JSON, nullable=False),
)

observations = sa.Table(
    "observations",
    metadata,
    _part_of("connection", primary_key=True),
    _text("stream", primary_key=True),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("tables", sa.JSON, nullable=False),
)

syncs = sa.Table(
    "syncs",
    metadata,
    _text("id", primary_key=True),
    _part_of("source"),
    _text("state", index=True),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("totals", sa.JSON, nullable=False),
    _text("code"),
    _text("what"),
    _text("do"),
    sa.Index("ix_syncs_source_id_started_at", "source_id", "started_at"),
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    _part_of("sync", primary_key=True),
    _text("connection_id", primary_key=True),  # no foreign key: history outlives a connection
    _text("stream", primary_key=True),
    _text("mode"),
    _text("state"),
    sa.Column("read", sa.BigInteger, nullable=False),
    sa.Column("calls", sa.BigInteger, nullable=False),
    sa.Column("tables", sa.JSON, nullable=False),
    _text("code"),
    _text("what"),
    _text("do"),
)

calls = sa.Table(
    "calls",
    metadata,
    _text("realm_id", primary_key=True),  # no foreign key: what was spent stays spent
    sa.Column("day", sa.Date, primary_key=True, index=True),
    sa.Column("metered", sa.BigInteger, nullable=False),
    sa.Column("calls", sa.BigInteger, nullable=False),
)
