"""Each destination keeps which views over all its companies were made."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """No destination has had any."""
    op.create_table(
        "company_views",
        sa.Column("destination_id", sa.Text, nullable=False),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("names", sa.JSON, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["destinations.id"],
            name="fk_company_views_destination_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("destination_id", name="pk_company_views"),
    )
