"""Each source keeps which reports it reads, and how."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; sources that were made without it read none."""
    op.add_column("sources", sa.Column("reports", sa.JSON(), nullable=False, server_default="[]"))
