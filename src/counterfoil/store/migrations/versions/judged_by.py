"""Each source knows the last of its syncs that ended by itself: every page tells how sources stand."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column and fill it from the syncs that are remembered."""
    op.add_column("sources", sa.Column("judged_by", sa.Text, nullable=True))
    op.execute(
        sa.text(
            "UPDATE sources SET judged_by = (SELECT syncs.id FROM syncs WHERE syncs.source_id = sources.id "
            "AND syncs.state IN ('succeeded', 'partial', 'failed') ORDER BY syncs.started_at DESC, syncs.id LIMIT 1)"
        )
    )
