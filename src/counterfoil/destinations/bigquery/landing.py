"""One landing on its way into BigQuery: tables that are there, rows that are staged, one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress

from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
from google.cloud.bigquery import QueryJob, QueryJobConfig

from counterfoil.destinations.base import Assure, Grew, Landing, TableChange, Waiting
from counterfoil.destinations.bigquery.connect import Service
from counterfoil.destinations.bigquery.script import Family, changes, script
from counterfoil.destinations.bigquery.stage import Bringing
from counterfoil.destinations.bigquery.tables import LABELS, Dataset, Stages
from counterfoil.destinations.bigquery.words import is_conflict
from counterfoil.destinations.merge import SYNCS, SYNCS_COLUMNS
from counterfoil.errors import Cancelled
from counterfoil.model.table import Column, all_columns

MOST_TABLES = 99
"""BigQuery's transactions change up to a hundred tables; one is where the sync signs."""

POLL_SECONDS = 2.0
"""Between two tries of a transaction that somebody else was in the way of."""

PATIENCE = 30.0
"""Seconds to wait for a job that was cancelled to say how it ended."""


class Arriving:
    """One landing into one dataset: `prepare`, `bring`, then `land`."""

    def __init__(self, dataset: Dataset, landing: Landing, grew: Grew) -> None:
        self._dataset, self._landing, self._grew = dataset, landing, grew
        self.changes: dict[str, TableChange] = {}
        self._layout: Mapping[str, Mapping[str, str]] = {}

    def prepare(self) -> None:
        """The dataset, every table and every column are there afterwards: none can be made in a transaction."""
        prefix, tables = self._landing.prefix, self._landing.tables
        wanted = {SYNCS: SYNCS_COLUMNS} | {prefix + table.name: all_columns(table) for table in tables}
        clustered = {prefix + table.name: table.parent_id or "id" for table in tables}
        new = self._dataset.make()
        self._layout = {} if new else self._dataset.layout(list(wanted))
        lacking = {table: self._lacking(table, columns) for table, columns in wanted.items()}
        made = [table for table in wanted if table not in self._layout]
        self._dataset.create({table: (wanted[table], clustered.get(table, "")) for table in made})
        widened = {table: columns for table, columns in lacking.items() if columns and table not in made}
        self._dataset.widen(widened)
        for table in made:
            self._grew(table, ())
        for table, columns in widened.items():
            self._grew(table, tuple(column.name for column in columns))
        self.changes = {table: TableChange() for table in made if table != SYNCS}

    def bring(self, stages: Stages) -> list[Family]:
        """Stage all that comes."""
        bringing = Bringing(self._dataset, self._landing.prefix, self._layout)
        return bringing.bring(self._landing.batches, stages)

    def land(self, families: Sequence[Family], assure: Assure, wait_seconds: float, waiting: Waiting) -> None:
        """Put every batch in place, and sign: in one transaction, or in few where the tables are too many for one."""
        parts, done = list(_parts(families)), TableChange()
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            sql = script(self._landing, self._dataset.full(SYNCS), part, before=done if last else None)
            row = self._committed(sql, assure, wait_seconds, waiting)
            found = changes([table for family in part for table in family.tables], row)
            self.changes |= found
            done = _sum([done, *found.values()])

    def _lacking(self, table: str, columns: Sequence[Column]) -> list[Column]:
        there = {column.lower() for column in self._layout.get(table, ())}
        return [column for column in columns if column.name.lower() not in there]

    def _committed(
        self, sql: str, assure: Assure, wait_seconds: float, waiting: Waiting
    ) -> Mapping[str, int]:
        """Run a transaction, again where somebody else was in the way; answer with its only row."""
        stop, waited = self._dataset.errands.stop, 0.0
        while True:
            assure()
            stop.check()
            try:
                return self._run(sql)
            except GoogleAPICallError as error:
                if not is_conflict(error) or waited >= wait_seconds:
                    raise
            if waited == 0:
                waiting("someone else changes the same tables; waiting until that is done")
            stop.sleep(POLL_SECONDS)
            waited += POLL_SECONDS

    def _run(self, sql: str) -> Mapping[str, int]:
        service, stop = self._dataset.service, self._dataset.errands.stop
        job = service.client.query(
            sql,
            job_config=QueryJobConfig(labels=LABELS),
            location=self._dataset.location,
            retry=service.retry,
            job_retry=None,  # a transaction is tried again by us alone
        )
        with ThreadPoolExecutor(1, thread_name_prefix="bigquery") as pool:
            ended = pool.submit(_only_row, job, service)
            try:
                return stop.result(ended)
            except Cancelled:
                _cancel(job)
                wait([ended], PATIENCE)
                if ended.done() and ended.exception() is None:
                    return ended.result()  # it had landed before
                raise


def _only_row(job: QueryJob, service: Service) -> Mapping[str, int]:
    (row,) = job.result(retry=service.retry, job_retry=None)
    return dict(row)


def _cancel(job: QueryJob) -> None:
    with suppress(GoogleAPIError, OSError):
        job.cancel()


def _parts(families: Sequence[Family]) -> Iterator[list[Family]]:
    """Families that one transaction can hold; there is always one part, if only to sign."""
    part: list[Family] = []
    for family in families:
        if part and sum(len(each.tables) for each in [*part, family]) > MOST_TABLES:
            yield part
            part = []
        part.append(family)
    yield part


def _sum(some: Sequence[TableChange]) -> TableChange:
    return TableChange(
        inserted=sum(each.inserted for each in some),
        updated=sum(each.updated for each in some),
        deleted=sum(each.deleted for each in some),
    )
