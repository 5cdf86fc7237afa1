"""How our own tables came to be, step by step; run whenever the store is opened."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from counterfoil.errors import SettingInvalid
from counterfoil.store.schema import REVISION

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

ONE_AT_A_TIME = 4_613_732_881_507_221_017
"""Any number that no other program uses as an advisory lock: two starting processes must not both migrate."""


def bring_up_to_date(engine: sa.Engine) -> None:
    """Run the migrations that the database has not seen, all in one transaction.

    Raises SettingInvalid when a newer Counterfoil has been here.
    """
    if _revision(engine) == REVISION:
        return
    # Alembic takes longer to import than most commands take: it waits until it is needed.
    from alembic import command  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        steps = configuration(connection)
        _refuse_newer(engine, ScriptDirectory.from_config(steps))
        command.upgrade(steps, "head")


def configuration(connection: sa.Connection) -> "Config":
    """What alembic needs to work on this connection."""
    from alembic.config import Config  # noqa: PLC0415

    steps = Config()
    steps.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    steps.attributes["connection"] = connection
    return steps


def _revision(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(sa.text("select version_num from alembic_version")).scalar()
        return found


def _refuse_newer(engine: sa.Engine, scripts: "ScriptDirectory") -> None:
    found = _revision(engine)
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise SettingInvalid(
            f"The database was last used by a newer Counterfoil (its tables stand at {found}).",
            do="Install that version again, or open another database.",
        )
