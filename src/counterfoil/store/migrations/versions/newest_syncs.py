"""An index by which the newest syncs of all sources are found without reading all of them."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make it."""
    op.create_index("ix_syncs_started_at", "syncs", ["started_at"])
