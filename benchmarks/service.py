"""The service at rest: what a thousand companies cost in which nothing changes, and how soon a due sync begins.

Run: python -m benchmarks.service 180    (seconds)

A thousand companies on a 15-minute schedule are 1.11 syncs a second. So many are really run, of 67 companies that
come round every minute; the others stand in the store and are not due. Sandbox, service and baseline have a process
each. The baseline is the least that asking can cost: the same change-data-capture call by a bare HTTP client.
Not counted: the rarer readings outside change data capture, on clocks of 6 and 24 hours.
"""

import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx2

from counterfoil.actions.service import running
from counterfoil.engine.start import Places
from counterfoil.model.schedule import Basic
from counterfoil.model.stream import InCdc
from counterfoil.model.sync import SyncState
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.running import Connected, Sandbox
from counterfoil.store import due, sources, syncs
from counterfoil.store.syncs import Wish
from tests.engine.fleet import Fleet, companies, realm_of, surroundings
from tests.road.conftest import opened_store

COMPANIES = 1000
RATE = COMPANIES / 900
ROUND = 60.0
AWAKE = round(RATE * ROUND)
CLEAN = multiprocessing.get_context("spawn")


def serve(line: Connection) -> None:
    """Be the sandbox."""
    with Sandbox(companies(AWAKE)) as sandbox:
        granted = [sandbox.authorize(realm_of(n)) for n in range(AWAKE)]
        line.send((sandbox.url, granted, sandbox.authorize(realm_of(0)).access_token))
        line.recv()


def work(url: str, folder: str, store: str, line: Connection) -> None:
    """Be the service; answer with the CPU seconds so far whenever asked."""
    with opened_store(Path(folder), store) as db:
        around = surroundings(db, url, Path(folder))
        with running(around, Places(slots=4)):
            while line.recv() != "end":
                line.send(time.process_time())


def bare(url: str, bearer: str, seconds: float) -> float:
    """CPU seconds a second of so many bare calls."""
    captured = ",".join(name for name, stream in catalog().items() if stream.in_cdc is InCdc.YES)
    since = time.strftime("%Y-%m-%dT%H:%M:%S-00:00", time.gmtime(time.time() - 900))
    address = f"{url}/v3/company/{realm_of(0)}/cdc"
    headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/json"}
    calls = max(int(seconds * RATE), 50)
    with httpx2.Client(headers=headers) as client:
        begun = time.process_time()
        for _ in range(calls):
            client.get(address, params={"entities": captured, "changedSince": since}).raise_for_status()
        return (time.process_time() - begun) / calls * RATE


def begun(fleet: Fleet, granted: list[Connected]) -> None:
    """Connect those that come round, and let the others stand there."""
    day = Basic(timedelta(hours=24))
    for number in range(COMPANIES):
        grant = granted[number] if number < AWAKE else _asleep(granted[0], number)
        source = fleet.add(number, grant, schedule=day, streams=None)
        later = due.now(fleet.around.db) + (timedelta() if number < AWAKE else timedelta(days=1))
        sources.set_next_run(fleet.around.db, source, later)


def _asleep(like: Connected, number: int) -> Connected:
    return Connected(
        realm_id=realm_of(number),
        access_token=f"none{number}",
        refresh_token=f"none{number}",
        expires_in=like.expires_in,
        refresh_expires_in=like.refresh_expires_in,
    )


def rounds(fleet: Fleet, seconds: float) -> list[float]:
    """Let one company after another be due, evenly, for so long; how late each began, in seconds."""
    db = fleet.around.db
    every = {source.name: source for source in sources.every(db)}
    names = sorted(every)[:AWAKE]
    told: dict[tuple[str, int], Any] = {}
    begin = time.monotonic()
    for step in range(int(seconds * RATE)):
        time.sleep(max(begin + step / RATE - time.monotonic(), 0))
        moment = due.now(db) + timedelta(seconds=2)
        name = names[step % AWAKE]
        sources.set_next_run(db, every[name], moment)
        told[name, step] = moment
    time.sleep(5)
    began: dict[str, list[Any]] = {}
    for sync in reversed(syncs.latest(db, limit=len(told) + AWAKE * 3)):
        began.setdefault(sync.source.name, []).append(sync.started_at)
    late = []
    for (name, _), moment in told.items():
        after = [at for at in began.get(name, []) if at >= moment]
        if after:
            late.append((min(after) - moment).total_seconds())
    return late


def main(arguments: list[str]) -> None:
    seconds, store = float(arguments[0]), (arguments[1] if len(arguments) > 1 else "")
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = CLEAN.Pipe()
        sandbox = CLEAN.Process(target=serve, args=(theirs,), daemon=True)
        sandbox.start()
        url, granted, bearer = ours.recv()
        with opened_store(Path(folder), store) as db:
            fleet = Fleet(surroundings(db, url, Path(folder)), Path(folder))
            begun(fleet, granted)
            line, other = CLEAN.Pipe()
            service = CLEAN.Process(target=work, args=(url, folder, store, other), daemon=True)
            service.start()
            _wait_for_first_syncs(fleet)
            result = {"baseline CPU s/s": bare(url, bearer, seconds)} | _measure(fleet, line, seconds)
            line.send("end")
            service.join()
        ours.send("end")
        sandbox.join()
    for name, value in result.items():
        print(f"{name:40} {value:10.4f}")


def _wait_for_first_syncs(fleet: Fleet) -> None:
    over = Wish(states=frozenset(state for state in SyncState if state.is_over))
    while len(found := syncs.latest(fleet.around.db, limit=COMPANIES, wish=over)) < AWAKE:
        time.sleep(1)
    assert all(sync.state is SyncState.SUCCEEDED for sync in found), [
        sync.what for sync in found if sync.what
    ]


def _measure(fleet: Fleet, line: Connection, seconds: float) -> dict[str, float]:
    def cpu() -> float:
        line.send("how much?")
        answered: float = line.recv()
        return answered

    rest, at = cpu(), time.monotonic()
    threading.Event().wait(20)
    idle = (cpu() - rest) / (time.monotonic() - at)
    rounds(fleet, ROUND)  # the second sync of each still learns; it is not what a company at rest costs
    before, at = cpu(), time.monotonic()
    late = rounds(fleet, seconds)
    used = (cpu() - before) / (time.monotonic() - at)
    return {
        "CPU s/s, nothing due": idle,
        "CPU s/s, 1.11 idle syncs a second": used,
        "CPU ms for each sync": (used - idle) / RATE * 1000,
        "seconds late, median": statistics.median(late),
        "seconds late, 95 %": statistics.quantiles(late, n=20)[-1],
        "syncs": float(len(late)),
    }


if __name__ == "__main__":
    main(sys.argv[1:] or ["180"])
