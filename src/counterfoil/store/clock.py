"""The store's own clock: the machines that share a store may have clocks that differ."""

from datetime import UTC, datetime

import sqlalchemy as sa


def told(transaction: sa.Connection) -> datetime:
    """What time it is by the store (aware, UTC), in the middle of a transaction too."""
    if transaction.dialect.name == "postgresql":
        moment: datetime = transaction.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)
    text: str = transaction.execute(sa.text("select strftime('%Y-%m-%d %H:%M:%f', 'now')")).scalar_one()
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
