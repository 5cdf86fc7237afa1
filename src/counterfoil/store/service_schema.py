"""The tables of the running service: people, consents, webhooks, alerts, workers."""

import sqlalchemy as sa

from counterfoil.store.schema import Moment, metadata, part_of, switch, text, version

users = sa.Table(
    "users",
    metadata,
    text("id", primary_key=True),
    text("email", unique=True),  # lower case
    text("name"),
    text("role"),
    text("password", nullable=True),  # a salted hash; null: signs in elsewhere, or has not chosen one
    text("subject", nullable=True, unique=True),  # who this is at the OpenID provider: issuer and subject
    switch("disabled"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("signed_in_at", Moment),
    version(),
)

sessions = sa.Table(
    "sessions",
    metadata,
    text("digest", primary_key=True),  # of the cookie's value, which is stored nowhere
    part_of("user"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("ends_at", Moment, nullable=False, index=True),
)

links = sa.Table(
    "links",
    metadata,
    text("digest", primary_key=True),  # of the one-time word in the link
    text("purpose"),  # set-up, invitation, new password
    text("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=True),
    text("role"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ends_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
)

keys = sa.Table(
    "keys",
    metadata,
    text("id", primary_key=True),
    text("name", unique=True),
    text("role"),
    text("digest", unique=True),
    text("hint"),  # the key's last letters, so that people can tell keys apart
    text("created_by"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
    sa.Column("ends_at", Moment),
    version(),
)

guesses = sa.Table(
    "guesses",
    metadata,
    text("subject", primary_key=True),  # an e-mail address or a network address, as a digest
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("until", Moment),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("n", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False, index=True),
    text("actor_kind"),
    text("actor_id"),
    text("actor_name"),
    text("deed"),
    text("noun"),
    text("thing_id", index=True),
    text("thing_name"),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Index("ix_audit_noun_thing_name", "noun", "thing_name"),
    sqlite_autoincrement=True,  # a number is never given twice, so that a missing line shows
)

consents = sa.Table(
    "consents",
    metadata,
    text("digest", primary_key=True),  # of the state that travels through the browser
    text("actor_id"),  # only who began it may end it
    text("session"),  # the digest of the browser's session; empty for a key
    sa.Column("verifier", sa.LargeBinary),  # PKCE's, sealed
    text("name"),
    text("environment"),
    text("credential_id", nullable=True),  # a reconnect: the same company only
    text("redirect_uri"),
    text("back"),  # the page of ours to go to afterwards
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ends_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
    text("result", server_default=""),  # the credential's id, once there is one
    text("code", server_default=""),  # or the error's
    text("what", server_default=""),
    text("do", server_default=""),
)

apps = sa.Table(
    "apps",
    metadata,
    text("environment", primary_key=True),  # Intuit's app: its keys differ between the two worlds
    text("client_id"),
    sa.Column("client_secret", sa.LargeBinary),  # sealed
    sa.Column("verifier_token", sa.LargeBinary),  # of webhooks, sealed
    sa.Column("changed_at", Moment, nullable=False),
    version(),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    text("id", primary_key=True),  # of a webhook's event: a repeat is dropped
    text("realm_id"),
    sa.Column("received_at", Moment, nullable=False, index=True),
)

channels = sa.Table(
    "channels",
    metadata,
    text("id", primary_key=True),
    text("name", unique=True),
    sa.Column("address", sa.LargeBinary, nullable=False),  # sealed: it may hold a password
    sa.Column("kinds", sa.JSON(none_as_null=True)),  # of alerts; null: all
    text("quiet"),  # hours, such as 22:00-07:00; empty: none
    text("zone"),
    switch("disabled"),
    sa.Column("created_at", Moment, nullable=False),
    version(),
    text("shown", server_default=""),  # what may be seen of the address
)

alerts = sa.Table(
    "alerts",
    metadata,
    text("kind", primary_key=True),
    text("subject", primary_key=True),  # what it is about: a source's id, a credential's, a month
    text("state"),
    sa.Column("since", Moment, nullable=False),
    sa.Column("told_at", Moment),
    sa.Column("detail", sa.JSON, nullable=False),
)

messages = sa.Table(
    "messages",
    metadata,
    text("id", primary_key=True),
    part_of("channel"),
    text("kind"),  # of the alert
    text("state"),
    text("name"),  # of the thing that it is about
    text("what"),
    text("do"),
    sa.Column("at", Moment, nullable=False),
    sa.Column("due_at", Moment, index=True),  # null: sent, or given up
    text("claim", server_default=""),  # of who sends it just now
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    text("fault", server_default=""),  # why the last attempt failed
    sa.Column("sent_at", Moment),
)

replies = sa.Table(
    "replies",
    metadata,
    text("actor_id", primary_key=True),
    text("key", primary_key=True),  # the Idempotency-Key
    text("request"),  # a digest: the same key for another request is refused
    sa.Column("status", sa.Integer),  # null: still at it
    text("body", server_default=""),
    sa.Column("headers", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False, index=True),
)

log_lines = sa.Table(
    "log_lines",
    metadata,
    part_of("sync", primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    text("level"),
    text("text"),
    sa.Column("data", sa.JSON, nullable=False),
)

workers = sa.Table(
    "workers",
    metadata,
    text("id", primary_key=True),
    text("host"),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("running", sa.Integer, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)

drafts = sa.Table(
    "drafts",
    metadata,
    text("id", primary_key=True),
    text("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), index=True),
    sa.Column("choices", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
)

verifications = sa.Table(
    "verifications",
    metadata,
    text("id", primary_key=True),
    part_of("source"),
    part_of("connection"),
    text("sync_id"),  # no foreign key: a proof outlives the sync that made it
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("ended_at", Moment, nullable=False),
    text("state"),
    sa.Column("summary", sa.JSON, nullable=False),  # what lists show, as `store.verifications` writes it
    sa.Column("told", sa.JSON, nullable=False),  # the rest, which is long
    sa.Index("ix_verifications_source_id_started_at", "source_id", "started_at"),
)
