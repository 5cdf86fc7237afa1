"""Each destination keeps which views are wanted over all its companies, apart from those that were made."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column; where views were made, they are wanted."""
    op.add_column("destinations", sa.Column("companies", sa.JSON()))
    destinations = sa.table("destinations", sa.column("id"), sa.column("companies", sa.JSON))
    made = sa.table("company_views", sa.column("destination_id"), sa.column("dataset"), sa.column("currency"))
    one = op.get_bind()
    for row in one.execute(sa.select(made.c.destination_id, made.c.dataset, made.c.currency)).all():
        wanted = {"dataset": row.dataset, "currency": row.currency}
        one.execute(
            sa.update(destinations).where(destinations.c.id == row.destination_id).values(companies=wanted)
        )
