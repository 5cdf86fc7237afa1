"""The runner of many machines: procrastinate, on the PostgreSQL that they share, hands syncs out at once and fairly."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from procrastinate import App, PsycopgConnector

from counterfoil.engine import jobs
from counterfoil.engine.clock import SILENCE
from counterfoil.engine.crew import Crew
from counterfoil.engine.local import places
from counterfoil.errors import CounterfoilError
from counterfoil.store import queue

POLL_SECONDS = 5.0
"""How often it looks for jobs that it was not told of."""
PAUSE_SECONDS = 2.0
"""From a failure, such as a server that went away, to the next attempt."""

log = logging.getLogger(__name__)


@contextmanager
def running(crew: Crew, grace: float) -> Iterator[None]:
    """Take syncs and run them during the block, as many at once as the crew has places."""
    jobs.build(crew.db)
    logging.getLogger("procrastinate").setLevel(logging.ERROR)  # it has a line for every job
    with crew.present():
        distributed = Distributed(crew)
        thread = threading.Thread(target=distributed.work, name="engine")
        thread.start()
        try:
            yield
        finally:
            distributed.end()
            crew.leave(grace)
            thread.join()


class Distributed:
    """Two workers of procrastinate: one takes what comes, in half of the places; the other only what is small."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._ending = asyncio.Event()
        self._loop = asyncio.new_event_loop()

    def end(self) -> None:
        """Take no more; what runs goes on."""
        self._loop.call_soon_threadsafe(self._ending.set)

    def work(self) -> None:
        """Take syncs until told to end, and until the last one is over."""
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._work())

    async def _work(self) -> None:
        with ThreadPoolExecutor(self._crew.slots, thread_name_prefix="sync") as threads:
            while not self._ending.is_set():
                try:
                    await self._work_while_well(threads)
                except Exception as error:
                    log.error("No sync can be taken for the moment: %s", _reason(error))
                    log.debug("Why no sync can be taken:", exc_info=True)
                await _wait(self._ending, PAUSE_SECONDS)

    async def _work_while_well(self, threads: ThreadPoolExecutor) -> None:
        app = App(connector=_connector(self._crew))

        @app.task(name=jobs.TASK)
        async def sync(sync_id: str) -> None:
            await asyncio.get_running_loop().run_in_executor(threads, self._run, sync_id)

        async with app.open_async():
            large = places(self._crew.slots)
            shares = {(jobs.SMALL, jobs.LARGE): large, (jobs.SMALL,): self._crew.slots - large}
            workers = [self._worker(app, queues, share) for queues, share in shares.items() if share]
            ended = asyncio.create_task(self._ending.wait())
            try:
                await asyncio.wait([*workers, ended], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (*workers, ended):
                    task.cancel()  # a worker that is cancelled lets its jobs come to their end
                ends = await asyncio.gather(*workers, return_exceptions=True)
            _raise_first(ends)

    def _worker(self, app: App, queues: tuple[str, ...], share: int) -> asyncio.Task[None]:
        coroutine = app.run_worker_async(
            queues=list(queues),
            name=self._crew.id,
            concurrency=share,
            delete_jobs="always",
            install_signal_handlers=False,
            fetch_job_polling_interval=POLL_SECONDS,
            update_heartbeat_interval=POLL_SECONDS,
            stalled_worker_timeout=SILENCE.total_seconds(),
        )
        return asyncio.create_task(coroutine)

    def _run(self, sync_id: str) -> None:
        """Claim the sync that a job tells of; another may have it, or its company may be read by a command."""
        try:
            sync = queue.claim(self._crew.db, self._crew.id, self._crew.duties.now(), sync_id=sync_id)
        except CounterfoilError as error:
            log.error("A sync cannot be taken. %s", error)
            return
        if sync is not None:
            self._crew.run(sync)


def _connector(crew: Crew) -> PsycopgConnector:
    address = crew.db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    settings = {"options": f"-c search_path={jobs.schema()},public"}
    return PsycopgConnector(conninfo=address, kwargs=settings, min_size=1, max_size=5, timeout=10.0)


def _raise_first(ends: list[BaseException | None]) -> None:
    """Workers end by themselves only when something failed; that they were told to end is nothing to tell."""
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _reason(error: Exception) -> str:
    """The driver's own words, which the library keeps behind its own."""
    words = str(error.__cause__ or error).strip() or type(error).__name__
    return words.splitlines()[0]


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, so long at most."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
