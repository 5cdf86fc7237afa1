"""The running service: schedules, people, consents, webhooks, alerts, workers."""

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.only_grows import guard_audit

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Widen what there is, then make the new tables."""
    _things()
    _syncs()
    _users()
    _sessions()
    _links()
    _keys()
    _guesses()
    _audit()
    guard_audit()
    _consents()
    _apps()
    _deliveries()
    _channels()
    _alerts()
    _replies()
    _log_lines()
    _workers()


def _things() -> None:
    op.add_column("credentials", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("destinations", sa.Column("secrets", sa.LargeBinary(), nullable=True))
    op.add_column("destinations", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("sources", sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("sources", sa.Column("next_run_at", MOMENT, nullable=True))
    op.add_column("sources", sa.Column("poke_due_at", MOMENT, nullable=True))
    op.add_column("sources", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_index("ix_sources_next_run_at", "sources", ["next_run_at"], unique=False)
    op.create_index("ix_sources_poke_due_at", "sources", ["poke_due_at"], unique=False)
    op.add_column("connections", sa.Column("version", sa.Integer(), server_default="1", nullable=False))


def _syncs() -> None:
    op.add_column("syncs", sa.Column("asked_at", MOMENT, nullable=True))
    op.add_column("syncs", sa.Column("cause", sa.Text(), server_default="person", nullable=False))
    op.add_column("syncs", sa.Column("streams", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("syncs", sa.Column("full", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("syncs", sa.Column("since", MOMENT, nullable=True))
    op.add_column("syncs", sa.Column("large", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("syncs", sa.Column("cancel_asked_at", MOMENT, nullable=True))
    op.add_column("syncs", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("syncs", sa.Column("worker", sa.Text(), server_default="", nullable=False))
    op.add_column("syncs", sa.Column("seen_at", MOMENT, nullable=True))
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_syncs_waiting",
        "syncs",
        ["source_id", "full"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("disabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("signed_in_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.UniqueConstraint("subject", name="uq_users_subject"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
    )
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"], unique=False)


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_links_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name="pk_links"),
    )


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("digest", name="uq_keys_digest"),
        sa.UniqueConstraint("name", name="uq_keys_name"),
    )


def _guesses() -> None:
    op.create_table(
        "guesses",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_guesses"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.Text(), nullable=False),
        sa.Column("thing_name", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=True),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("back", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("what", sa.Text(), server_default="", nullable=False),
        sa.Column("do", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_consents"),
    )


def _apps() -> None:
    op.create_table(
        "apps",
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("client_secret", sa.LargeBinary(), nullable=True),
        sa.Column("verifier_token", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("environment", name="pk_apps"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("realm_id", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_received_at", "deliveries", ["received_at"], unique=False)


def _channels() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("kinds", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("quiet", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
        sa.UniqueConstraint("name", name="uq_channels_name"),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_alerts"),
    )


def _replies() -> None:
    op.create_table(
        "replies",
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key", name="pk_replies"),
    )
    op.create_index("ix_replies_created_at", "replies", ["created_at"], unique=False)


def _log_lines() -> None:
    op.create_table(
        "log_lines",
        sa.Column("sync_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["sync_id"], ["syncs.id"], name="fk_log_lines_sync_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sync_id", "n", name="pk_log_lines"),
    )


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
