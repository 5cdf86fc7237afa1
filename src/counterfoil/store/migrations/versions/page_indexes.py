"""Indexes by which pages stay quick with a thousand sources and a hundred thousand syncs."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make them; the month's calls are found by one that holds the numbers too."""
    op.create_index("ix_audit_thing_id", "audit", ["thing_id"])
    op.create_index("ix_calls_day_realm_id_metered", "calls", ["day", "realm_id", "metered"])
    op.drop_index("ix_calls_day", table_name="calls")
