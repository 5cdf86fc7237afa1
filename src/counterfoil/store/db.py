"""Our own memory: opening it, and transactions on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, make_url

from counterfoil.errors import SettingInvalid, StoreFailed
from counterfoil.store import migrations
from counterfoil.store.vault import Vault

CURES = {
    "full": "Make room on its disk",
    "no space left": "Make room on its disk",
    "readonly": "Give the right to write to its file and folder",
    "unable to open": "Put its file and folder back, or give the right to read them",
    "malformed": "Put back a copy of its file that was made before",
    "not a database": "Put back a copy of its file that was made before",
    "locked": "End the program that holds its file",
}
"""What to do, by what the database's own words hold."""

BUSY_SECONDS = 30
"""How long SQLite waits for another writer; our transactions take milliseconds."""

CACHE = 8_000
"""KiB for each connection to a SQLite file: what a thousand sources touch on every page. The usual 2,000 is less."""

KEEPING_ALIVE = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A PostgreSQL server that went without a word is missed after a minute."""

VANISHED = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
"""The same at its end: it would keep the locks of a machine that vanished for two hours."""

LOOKED_UP = {"random_page_cost": 1.1, "timezone": "'UTC'"}
"""PostgreSQL takes it that rows are far apart on a disk with an arm, and would read all syncs rather than look up a
thousand of them by their ids. Times that come in our own zone need not be moved into it one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """What every function of the store takes first.

    Each call is its own transaction; inside `transaction()`, all calls with the yielded Database are one. Each raises
    StoreFailed when the disk is full or the server is gone.
    """

    engine: sa.Engine
    vault: Vault
    locks: Path  # a folder on this machine; used when the database is SQLite
    _open: sa.Connection | None = field(default=None, repr=False)
    _looking: sa.Connection | None = field(default=None, repr=False)

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator["Database"]:
        """Yield a Database whose changes are kept together; not at all when the block raises, or not `keep`."""
        with self.writing() as connection:
            yield replace(self, _open=connection)
            if not keep:
                connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield the open transaction, or a new one that is kept when the block ends well."""
        if self._open is not None:
            yield self._open
            return
        with (
            telling(),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield the open transaction, or a new one that sees one state of everything."""
        shared = self._open or self._looking
        if shared is not None:
            yield shared
            return
        with telling(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def looking(self) -> Iterator["Database"]:
        """Yield a Database that reads in one transaction, for what asks a dozen things at once; it writes as ever.

        On a server each transaction is three more ways there and back. For one thread, and not for long.
        """
        with self.reading() as connection:
            yield replace(self, _looking=connection)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


@contextmanager
def telling() -> Iterator[None]:
    """Turn the driver's trouble with disk or server into StoreFailed, without the statement, which may hold secrets.

    What is wrong with the statement itself is a defect of ours, and stays as it is.
    """
    try:
        yield
    except (exc.DatabaseError, exc.InterfaceError, exc.TimeoutError) as error:
        if not isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError) and (
            type(error) is not exc.DatabaseError  # a file that is no database, or not whole
        ):
            raise
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StoreFailed(
            f"Counterfoil's own database failed: {reason}.", do=f"{_cure(reason)}, then do it again."
        ) from error


def _cure(reason: str) -> str:
    """What helps against the words of SQLite or PostgreSQL."""
    for word, cure in CURES.items():
        if word in reason.lower():
            return cure
    return "See that its server runs and can be reached, or that its disk is sound"


def open_database(url: str, *, vault: Vault, locks: Path) -> Database:
    """Open the store at an SQLAlchemy `url`, making it when there is none, and bring its tables up to date.

    `sqlite:///path` or `postgresql://…` (through psycopg). Raises SettingInvalid when it cannot be opened.
    """
    address = _address(url)
    try:
        engine = _sqlite(address) if address.get_backend_name() == "sqlite" else _shared(address)
        migrations.bring_up_to_date(engine)
    except (exc.OperationalError, exc.NoSuchModuleError, ImportError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise SettingInvalid(
            f"The database {address.render_as_string(hide_password=True)} cannot be opened: {reason}.",
            do="Mend COUNTERFOIL_DATABASE_URL, or the rights on the file or server it names.",
        ) from error
    return Database(engine=engine, vault=vault, locks=locks)


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except (exc.ArgumentError, ValueError):
        address = None
    if address is None or address.get_backend_name() not in ("sqlite", "postgresql"):
        raise SettingInvalid(
            "COUNTERFOIL_DATABASE_URL names no database that Counterfoil can use.",
            do="Write sqlite:////path/to/file.db or postgresql://user:password@host/database.",
        )
    if address.drivername == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    return address


def _shared(address: URL) -> sa.Engine:
    usual = {name: value for name, value in KEEPING_ALIVE.items() if name not in address.query}
    engine = sa.create_engine(address, pool_pre_ping=True, hide_parameters=True, connect_args=usual)
    event.listen(engine, "connect", _prepare_shared)
    return engine


def _sqlite(address: URL) -> sa.Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).expanduser().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        address = address.set(database=str(Path(address.database).expanduser()))
    engine = sa.create_engine(address, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_shared(driver: Any, _record: Any) -> None:
    driver.autocommit = True
    for setting, value in (VANISHED | LOOKED_UP).items():
        driver.execute(f"SET {setting} = {value}")
    driver.autocommit = False


def _prepare_sqlite(driver: Any, _record: Any) -> None:
    driver.isolation_level = None  # we say BEGIN ourselves: the driver would let DDL slip out of transactions
    driver.execute("PRAGMA journal_mode = WAL")
    driver.execute("PRAGMA synchronous = FULL")  # a rotated refresh token has to survive a power cut
    driver.execute("PRAGMA foreign_keys = ON")
    driver.execute(f"PRAGMA cache_size = -{CACHE}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes its lock at once: a reader that turns writer midway is refused without waiting.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
