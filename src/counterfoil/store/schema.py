"""The tables of our own memory, in types that SQLite and PostgreSQL both keep."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

REVISION = "0015"
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

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """SQLite's text is read with its zone at once: to put that back takes five times as long as to read."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def version() -> sa.Column[int]:
    """A column that grows with every change, so that of two editors the second notices the first."""
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


def switch(name: str) -> sa.Column[bool]:
    """A column that is true or false, and false in rows that are older than it."""
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text(name: str, *more: Any, **traits: Any) -> sa.Column[str]:
    """A column of text that is always there, unless `nullable`."""
    return sa.Column(name, sa.Text, *more, nullable=traits.pop("nullable", False), **traits)


def part_of(owner: str, *, primary_key: bool = False) -> sa.Column[str]:
    """A column that names the row this one goes down with."""
    key = sa.ForeignKey(f"{owner}s.id", ondelete="CASCADE")
    return text(f"{owner}_id", key, primary_key=primary_key)


credentials = sa.Table(
    "credentials",
    metadata,
    text("id", primary_key=True),
    text("name", unique=True),
    text("realm_id"),
    text("environment"),
    text("company_name"),
    text("state"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("tokens", sa.LargeBinary),  # sealed by the vault
    text("given", nullable=True),  # which refresh token a configuration file last gave, as a digest
    version(),
    sa.UniqueConstraint("environment", "realm_id"),
)

destinations = sa.Table(
    "destinations",
    metadata,
    text("id", primary_key=True),
    text("name", unique=True),
    text("kind"),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("secrets", sa.LargeBinary),  # options that are secret, sealed together as JSON
    sa.Column("companies", sa.JSON(none_as_null=True)),  # views over all companies; null: none
    sa.Column("created_at", Moment, nullable=False),
    version(),
)

sources = sa.Table(
    "sources",
    metadata,
    text("id", primary_key=True),
    text("name", unique=True),
    text("credential_id", sa.ForeignKey("credentials.id"), index=True),
    sa.Column("streams", sa.JSON(none_as_null=True)),  # null: all entities
    sa.Column(
        "reports", sa.JSON, nullable=False, server_default="[]"
    ),  # as `model.report_choice` writes each
    sa.Column("views", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("fivetran", sa.Text),  # the dataset of Fivetran's views: "" for the usual one, null for none
    text("prefix"),
    text("schedule"),
    sa.Column("created_at", Moment, nullable=False),
    switch("paused"),
    sa.Column("next_run_at", Moment, index=True),  # null: only when asked
    sa.Column("poke_due_at", Moment, index=True),  # a webhook told of changes; null: none did
    sa.Column("judged_by", sa.Text),  # its last sync that ended by itself: not to be looked for among all
    version(),
)

connections = sa.Table(
    "connections",
    metadata,
    text("id", primary_key=True),
    part_of("source"),
    text("destination_id", sa.ForeignKey("destinations.id"), index=True),
    text("dataset"),
    version(),
    sa.UniqueConstraint("source_id", "destination_id", "dataset"),
)

cursors = sa.Table(
    "cursors",
    metadata,
    part_of("connection", primary_key=True),
    text("stream", primary_key=True),
    sa.Column("changed_since", Moment, nullable=False),
    sa.Column("compared_at", Moment),
    sa.Column("versions", sa.JSON, nullable=False),
    sa.Column("rows", sa.BigInteger),
    sa.Column("unread", sa.JSON, nullable=False),
)

observations = sa.Table(
    "observations",
    metadata,
    part_of("connection", primary_key=True),
    text("stream", primary_key=True),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("tables", sa.JSON, nullable=False),
)

defined_views = sa.Table(
    "defined_views",
    metadata,
    part_of("connection", primary_key=True),
    text("style", primary_key=True),
    text("dataset"),
    sa.Column("names", sa.JSON, nullable=False),
    text("digest"),
)

company_views = sa.Table(
    "company_views",
    metadata,
    part_of("destination", primary_key=True),
    text("dataset"),
    text("currency"),
    sa.Column("names", sa.JSON, nullable=False),
    text("digest"),
)

holdings = sa.Table(
    "holdings",
    metadata,
    part_of("connection", primary_key=True),
    text("table", primary_key=True),  # with its prefix
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("live", sa.BigInteger, nullable=False),
    sa.Column("changed_at", Moment),
    text("changed_by", nullable=True),  # a sync's id; no foreign key: tables outlive history
)

growths = sa.Table(
    "growths",
    metadata,
    sa.Column("n", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    part_of("connection"),
    text("table"),
    sa.Column("columns", sa.JSON, nullable=False),  # none: the table was made
    sa.Column("at", Moment, nullable=False),
    text("sync_id"),
    sa.Index("ix_growths_connection_id_table", "connection_id", "table"),
)

syncs = sa.Table(
    "syncs",
    metadata,
    text("id", primary_key=True),
    part_of("source"),
    text("state", index=True),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("totals", sa.JSON, nullable=False),
    text("code"),
    text("what"),
    text("do"),
    sa.Column("asked_at", Moment),
    text("cause", server_default="person"),
    sa.Column("streams", sa.JSON(none_as_null=True)),  # null: all that the source selects
    switch("full"),
    sa.Column("since", Moment),  # a backfill's beginning
    text("verify", server_default=""),  # what `model.verification.Verify` says
    switch("large"),  # reads much: such ones do not take all places of a worker
    sa.Column("cancel_asked_at", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    text("worker", server_default=""),
    sa.Column("seen_at", Moment),  # its worker's last sign of life
    sa.Index("ix_syncs_source_id_started_at", "source_id", "started_at"),
    sa.Index("ix_syncs_started_at", "started_at"),
    # Who asks again for what waits already is answered with that.
    sa.Index(
        "ix_syncs_waiting",
        "source_id",
        "full",
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    part_of("sync", primary_key=True),
    text("connection_id", primary_key=True),  # no foreign key: history outlives a connection
    text("stream", primary_key=True),
    text("mode"),
    text("state"),
    sa.Column("read", sa.BigInteger, nullable=False),
    sa.Column("calls", sa.BigInteger, nullable=False),
    sa.Column("tables", sa.JSON, nullable=False),
    text("code"),
    text("what"),
    text("do"),
)

calls = sa.Table(
    "calls",
    metadata,
    text("realm_id", primary_key=True),  # no foreign key: what was spent stays spent
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("metered", sa.BigInteger, nullable=False),
    sa.Column("calls", sa.BigInteger, nullable=False),
    # Every page tells what the month has used so far: the index alone answers that.
    sa.Index("ix_calls_day_realm_id_metered", "day", "realm_id", "metered"),
)

abilities = sa.Table(
    "abilities",
    metadata,
    text(
        "realm_id", primary_key=True
    ),  # no foreign key: a company that is connected anew is the same company
    text("stream", primary_key=True),
    text("told", nullable=True),
    sa.Column("judged_at", Moment),
    sa.Column("refused_at", Moment),
    text("code"),
    text("what"),
    text("do"),
)
