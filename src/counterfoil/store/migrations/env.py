"""What alembic runs: all pending steps, in the transaction of the connection it is given."""

from alembic import context

from counterfoil.store import service_schema  # noqa: F401 - its tables are of the same metadata
from counterfoil.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
