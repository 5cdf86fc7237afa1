"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them all: things, their progress, what was seen, what happened."""
    _things()
    _progress()
    _sight()
    _history()


def _things() -> None:
    op.create_table(
        "credentials",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("realm_id", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("company_name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("tokens", sa.LargeBinary),
        sa.Column("given", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_credentials"),
        sa.UniqueConstraint("name", name="uq_credentials_name"),
        sa.UniqueConstraint("environment", "realm_id", name="uq_credentials_environment_realm_id"),
    )
    op.create_table(
        "destinations",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_destinations"),
        sa.UniqueConstraint("name", name="uq_destinations_name"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("credential_id", sa.Text, nullable=False),
        sa.Column("streams", sa.JSON),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("schedule", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("name", name="uq_sources_name"),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name="fk_sources_credential_id"),
    )
    op.create_index("ix_sources_credential_id", "sources", ["credential_id"])


def _progress() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("destination_id", sa.Text, nullable=False),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_connections"),
        sa.UniqueConstraint(
            "source_id", "destination_id", "dataset", name="uq_connections_source_id_destination_id_dataset"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_connections_source_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["destination_id"], ["destinations.id"], name="fk_connections_destination_id"
        ),
    )
    op.create_index("ix_connections_destination_id", "connections", ["destination_id"])
    op.create_table(
        "cursors",
        sa.Column("connection_id", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("changed_since", MOMENT, nullable=False),
        sa.Column("compared_at", MOMENT),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("rows", sa.BigInteger),
        sa.Column("refuses_changes", sa.Boolean, nullable=False),
        sa.Column("unread", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "stream", name="pk_cursors"),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_cursors_connection_id", ondelete="CASCADE"
        ),
    )


def _sight() -> None:
    op.create_table(
        "observations",
        sa.Column("connection_id", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("tables", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "stream", name="pk_observations"),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_observations_connection_id", ondelete="CASCADE"
        ),
    )


def _history() -> None:
    op.create_table(
        "syncs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("totals", sa.JSON, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("do", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_syncs"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_syncs_source_id", ondelete="CASCADE"),
    )
    op.create_index("ix_syncs_state", "syncs", ["state"])
    op.create_index("ix_syncs_source_id_started_at", "syncs", ["source_id", "started_at"])
    op.create_table(
        "outcomes",
        sa.Column("sync_id", sa.Text, nullable=False),
        sa.Column("connection_id", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("read", sa.BigInteger, nullable=False),
        sa.Column("calls", sa.BigInteger, nullable=False),
        sa.Column("tables", sa.JSON, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("do", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sync_id", "connection_id", "stream", name="pk_outcomes"),
        sa.ForeignKeyConstraint(["sync_id"], ["syncs.id"], name="fk_outcomes_sync_id", ondelete="CASCADE"),
    )
