"""Jobs in PostgreSQL that tell workers of waiting syncs: procrastinate's tables, in a schema of their own.

A job is a call, not the truth: what waits stands in our own table. A job that is lost is made anew by `sweep`, and one
too many finds nothing to claim.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TypedDict

import sqlalchemy as sa

from counterfoil.errors import SettingInvalid
from counterfoil.model.sync import Sync
from counterfoil.store.db import Database

SMALL, LARGE = "small", "large"
TASK = "sync"

BUILDING, SWEEPING = 0x70726F63, 0x73776570
"""Numbers of advisory locks."""

DEFER = sa.text("""
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
    VALUES (:queue, :task, :lock, :sync_id, jsonb_build_object('sync_id', CAST(:sync_id AS text)))
""")
"""The lock keeps two syncs of one company from being handed out together; of one sync, one job waits."""

ALONE = sa.text("""
    SELECT syncs.id, syncs.large, credentials.realm_id
    FROM syncs
    JOIN sources ON sources.id = syncs.source_id
    JOIN credentials ON credentials.id = sources.credential_id
    WHERE syncs.state = 'waiting' AND NOT EXISTS (
        SELECT FROM procrastinate_jobs AS job
        WHERE job.queueing_lock = syncs.id AND job.status IN ('todo', 'doing')
    )
    ORDER BY syncs.asked_at, syncs.id
""")
"""Syncs that wait without a job."""

DEAD = sa.text("""
    DELETE FROM procrastinate_jobs AS job
    WHERE job.status <> 'todo' AND NOT EXISTS (
        SELECT FROM procrastinate_workers AS worker
        WHERE worker.id = job.worker_id AND worker.last_heartbeat > now() - make_interval(secs => :silence)
    )
""")
"""Jobs of workers that are gone: nobody will end them, and their locks hold up others."""


class _Job(TypedDict):
    queue: str
    task: str
    lock: str
    sync_id: str


def schema() -> str:
    """The schema's name, with the library's version: while workers are renewed one by one, old and new ones work."""
    return "counterfoil_jobs_" + version("procrastinate").replace(".", "_")


def build(db: Database) -> None:
    """Make the schema where there is none; of several processes one does. Raises SettingInvalid."""
    from procrastinate.schema import SchemaManager  # noqa: PLC0415 - only shared stores have it installed

    with _telling(), db.writing() as transaction:
        transaction.execute(sa.select(sa.func.pg_advisory_xact_lock(BUILDING)))
        if not _is_built(transaction):
            transaction.exec_driver_sql(f'CREATE SCHEMA "{schema()}"')
            _enter(transaction)
            # By the driver's own cursor, which takes several statements at once where no values go with them.
            transaction.connection.cursor().execute(SchemaManager.get_schema())


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except sa.exc.ProgrammingError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise SettingInvalid(
            f"The schema {schema()} cannot be made in the database: {reason}.",
            do="Give its user the right: GRANT CREATE ON DATABASE … TO ….",
        ) from error


def defer(db: Database, sync: Sync) -> None:
    """Tell the workers of a sync that begins to wait, in the transaction in which it does; at once when that ends."""
    with db.writing() as transaction:
        if transaction.dialect.name == "postgresql" and _is_built(transaction):
            _enter(transaction)
            transaction.execute(DEFER, _job(sync.id, sync.source.credential.realm_id, large=sync.large))
            _leave(transaction)


def sweep(db: Database, silence: float) -> int:
    """Make jobs for syncs that wait without one, and answer how many; drop those of workers silent for so long."""
    with db.writing() as transaction:
        if not transaction.execute(sa.select(sa.func.pg_try_advisory_xact_lock(SWEEPING))).scalar():
            return 0  # another process is at it
        _enter(transaction)
        transaction.execute(DEAD, {"silence": silence})
        alone = [_job(row.id, row.realm_id, large=row.large) for row in transaction.execute(ALONE)]
        if alone:
            transaction.execute(DEFER, list(alone))
        return len(alone)


def _job(sync_id: str, realm_id: str, *, large: bool) -> _Job:
    return {"queue": LARGE if large else SMALL, "task": TASK, "lock": realm_id, "sync_id": sync_id}


def _is_built(transaction: sa.Connection) -> bool:
    found = sa.select(sa.func.to_regclass(f'"{schema()}".procrastinate_jobs').is_not(None))
    return bool(transaction.execute(found).scalar())


def _enter(transaction: sa.Connection) -> None:
    """Let names without a schema be procrastinate's first, until the transaction ends."""
    transaction.exec_driver_sql(f'SET LOCAL search_path TO "{schema()}", public')


def _leave(transaction: sa.Connection) -> None:
    transaction.exec_driver_sql("SET LOCAL search_path TO DEFAULT")
