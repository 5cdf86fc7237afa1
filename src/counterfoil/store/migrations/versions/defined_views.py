"""Each source keeps which views it has; each connection, which were made."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Sources that were made before have our own views, and none of Fivetran's; no connection has any yet."""
    op.add_column("sources", sa.Column("views", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("sources", sa.Column("fivetran", sa.Text))
    op.create_table(
        "defined_views",
        sa.Column("connection_id", sa.Text, nullable=False),
        sa.Column("style", sa.Text, nullable=False),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("names", sa.JSON, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_defined_views_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "style", name="pk_defined_views"),
    )
