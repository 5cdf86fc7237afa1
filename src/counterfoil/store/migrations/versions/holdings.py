"""What each connection's tables hold and how they grew; a source's own lines of the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables, empty: each next load tells of the tables that it touches."""
    op.create_table(
        "holdings",
        sa.Column("connection_id", sa.Text, nullable=False),
        sa.Column("table", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("live", sa.BigInteger, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("changed_by", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_holdings_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("connection_id", "table", name="pk_holdings"),
    )
    op.create_table(
        "growths",
        sa.Column("n", NUMBER, autoincrement=True, nullable=False),
        sa.Column("connection_id", sa.Text, nullable=False),
        sa.Column("table", sa.Text, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("sync_id", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name="fk_growths_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("n", name="pk_growths"),
    )
    op.create_index("ix_growths_connection_id_table", "growths", ["connection_id", "table"])
    op.create_index("ix_audit_noun_thing_name", "audit", ["noun", "thing_name"])
