"""The whole road: sandbox over HTTP to DuckDB, rows a second and peak memory, beside merely fetching the pages.

Run: python -m benchmarks.road 100000    (invoices; several numbers run one after the other)

Sandbox, sync and baseline each have a process of their own. QuickBooks allows ten requests a second, which the
sync keeps: a company cannot be read faster than 10,000 records a second, whoever reads it.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

SERVE = "serve"
SYNC = "sync"
FETCH = "fetch"
PAGE = 1000


def serve(invoices: int) -> None:
    """Be a sandbox until standard input ends; the first line printed says how to reach it."""
    from counterfoil.sandbox.running import Sandbox
    from counterfoil.sandbox.server import choose_companies

    with Sandbox(choose_companies(companies=1, invoices=invoices, seed=1, recorded=None)) as sandbox:
        granted = sandbox.authorize()
        print(
            json.dumps(
                {
                    "url": sandbox.url,
                    "realm": granted.realm_id,
                    "access": granted.access_token,
                    "refresh": granted.refresh_token,
                }
            ),
            flush=True,
        )
        sys.stdin.read()


def sync(reach: dict[str, str]) -> dict[str, Any]:
    """One first sync of every entity into a new DuckDB file."""
    from counterfoil.actions.sync_now import sync_now
    from counterfoil.sync.progress import SILENT

    with tempfile.TemporaryDirectory() as folder:
        around = prepare(Path(folder), reach)
        start = time.perf_counter()
        ran, outcomes = sync_now(around, "bench", SILENT)
        seconds = time.perf_counter() - start
    rows = sum(table.total for outcome in outcomes for table in outcome.tables)
    return {"state": ran.state, "seconds": seconds, "rows": rows, "calls": ran.totals.calls, "peak": peak()}


def prepare(folder: Path, reach: dict[str, str]) -> Any:
    """Surroundings with one source that feeds a DuckDB file in the folder."""
    from counterfoil.actions.surroundings import Surroundings
    from counterfoil.model.connection import Connection
    from counterfoil.model.credential import Credential, Environment, Tokens
    from counterfoil.model.destination import Destination
    from counterfoil.model.source import Source
    from counterfoil.quickbooks.oauth import OAuthApp
    from counterfoil.store import connections, credentials, destinations, sources
    from counterfoil.store.db import open_database
    from counterfoil.store.vault import Vault

    now = datetime.now(UTC)
    db = open_database(f"sqlite:///{folder}/store.db", vault=Vault([bytes(32)]), locks=folder / "locks")
    credential = Credential(
        id="c", name="bench", realm_id=reach["realm"], environment=Environment.SANDBOX, created_at=now
    )
    source = Source(id="s", name="bench", credential=credential, created_at=now)
    destination = Destination(
        id="d", name="lake", kind="duckdb", created_at=now, options={"path": f"{folder}/lake.duckdb"}
    )
    tokens = Tokens(
        access_token=reach["access"],
        refresh_token=reach["refresh"],
        access_expires_at=now + timedelta(hours=1),
        refresh_expires_at=now + timedelta(days=100),
    )
    credentials.save(db, credential)
    credentials.save_tokens(db, credential.id, tokens)
    sources.save(db, source)
    destinations.save(db, destination)
    connections.save(db, Connection(id="n", source=source, destination=destination, dataset="quickbooks"))
    return Surroundings(
        db=db,
        app=OAuthApp(client_id="-", client_secret="-", token_url=f"{reach['url']}/oauth2/v1/tokens/bearer"),
        api_url=reach["url"],
        staging=folder / "staging",
        environment={},
        now=lambda: datetime.now(UTC),
        chance=random.Random(1),
    )


def fetch(reach: dict[str, str]) -> dict[str, Any]:
    """Fetch all invoices page by page and parse nothing: what the wire alone costs, ten requests a second."""
    start = time.perf_counter()
    place, fetched = 1, PAGE
    with httpx2.Client(
        headers={"Authorization": f"Bearer {reach['access']}", "Accept": "application/json"}
    ) as http:
        while fetched == PAGE:
            began = time.perf_counter()
            statement = (
                f"SELECT * FROM Invoice ORDERBY MetaData.CreateTime STARTPOSITION {place} MAXRESULTS {PAGE}"
            )
            body = http.get(
                f"{reach['url']}/v3/company/{reach['realm']}/query", params={"query": statement}
            ).content
            fetched = body.count(b'"DocNumber"')
            place += PAGE
            time.sleep(max(0.0, 0.1 - (time.perf_counter() - began)))
    return {"seconds": time.perf_counter() - start, "peak": peak()}


def peak() -> float:
    """Megabytes of memory this process held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _child(role: str, argument: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.road", role, argument], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(invoices: int) -> None:
    """Run one size and print its figures."""
    serving = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.road", SERVE, str(invoices)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout is not None
    reach = serving.stdout.readline()
    ours, wire = _child(SYNC, reach), _child(FETCH, reach)
    serving.communicate("")
    print(f"{invoices:,} invoices and a company of every entity, {ours['state']}")
    print(
        f"sync        {ours['rows']:>10,} rows  {ours['seconds']:7.1f} s  {ours['rows'] / ours['seconds']:8,.0f} rows/s"
        f"  {ours['calls']} calls  peak {ours['peak']:.0f} MB"
    )
    print(
        f"fetch only (baseline)         {wire['seconds']:7.1f} s                   peak {wire['peak']:.0f} MB"
    )
    print(
        f"time of the sync / time of fetching its invoices: {ours['seconds'] / wire['seconds']:.2f}",
        flush=True,
    )


def main(arguments: list[str]) -> None:
    if arguments[:1] == [SERVE]:
        serve(int(arguments[1]))
    elif arguments[:1] == [SYNC]:
        print(json.dumps(sync(json.loads(arguments[1]))))
    elif arguments[:1] == [FETCH]:
        print(json.dumps(fetch(json.loads(arguments[1]))))
    else:
        for size in arguments or ["10000", "100000"]:
            measure(int(size))


if __name__ == "__main__":
    main(sys.argv[1:])
