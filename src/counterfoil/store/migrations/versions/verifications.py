"""Verifications are kept; a sync knows whether it ends with one."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the table, and the column; syncs that were asked for before it verify nothing."""
    moment = sa.DateTime(timezone=True)
    op.add_column("syncs", sa.Column("verify", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "verifications",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("connection_id", sa.Text(), nullable=False),
        sa.Column("sync_id", sa.Text(), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verifications"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_verifications_source_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_verifications_connection_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_verifications_source_id_started_at", "verifications", ["source_id", "started_at"])
