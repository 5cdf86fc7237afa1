"""What each company's QuickBooks was found to do, in place of one note on each cursor."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table. The notes are not taken along: the next sync finds out again, for no metered call."""
    op.create_table(
        "abilities",
        sa.Column("realm_id", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=True),
        sa.Column("judged_at", MOMENT, nullable=True),
        sa.Column("refused_at", MOMENT, nullable=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("do", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("realm_id", "stream", name="pk_abilities"),
    )
    op.drop_column("cursors", "refuses_changes")
