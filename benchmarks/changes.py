"""Incremental syncs of a large company: nothing, a little and much changed, beside its first sync.

Run: python -m benchmarks.changes 100000    (invoices)

Each sync has a process of its own: its CPU seconds and peak memory are those of the whole command but its start.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.road import peak, prepare

CHANGES = (0, 0, 100, 10_000)


def serve(invoices: int) -> None:
    """Be a sandbox; each number on standard input changes so many invoices."""
    from counterfoil.sandbox.running import Sandbox
    from counterfoil.sandbox.server import choose_companies

    with Sandbox(choose_companies(companies=1, invoices=invoices, seed=1, recorded=None)) as sandbox:
        granted = sandbox.authorize()
        reach = {"url": sandbox.url, "realm": granted.realm_id}
        reach |= {"access": granted.access_token, "refresh": granted.refresh_token}
        print(json.dumps(reach), flush=True)
        clerk = sandbox.books()
        ids = clerk.ids("Invoice")
        for line in sys.stdin:
            for id_ in ids[: int(line)]:
                clerk.change("Invoice", id_, {"PrivateNote": f"changed with {line.strip()} others"})
            print("changed", flush=True)


def sync(folder: str, reach: dict[str, str]) -> dict[str, Any]:
    """One sync, the first or a later one."""
    from counterfoil.actions.sync_now import sync_now
    from counterfoil.sync.progress import SILENT

    around = prepare(Path(folder), reach)
    start, cpu = time.perf_counter(), time.process_time()
    ran, _ = sync_now(around, "bench", SILENT)
    return {
        "state": ran.state,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
        "read": ran.totals.read,
        "calls": ran.totals.calls,
        "peak": peak(),
    }


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["serve"]:
        serve(int(arguments[1]))
    elif arguments[:1] == ["sync"]:
        print(json.dumps(sync(arguments[1], json.loads(arguments[2]))))
    else:
        measure(int(arguments[0]) if arguments else 100_000)


def measure(invoices: int) -> None:
    """The first sync, then one after each number of changes."""
    serving = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.changes", "serve", str(invoices)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout is not None
    assert serving.stdin is not None
    reach = serving.stdout.readline()
    with tempfile.TemporaryDirectory() as folder:
        first = _sync(folder, reach)
        _show(f"first sync of {invoices:,} invoices (baseline)", first, first)
        for changes in CHANGES:
            serving.stdin.write(f"{changes}\n")
            serving.stdin.flush()
            serving.stdout.readline()
            _show(f"{changes:,} changes", _sync(folder, reach), first)
    serving.communicate()


def _sync(folder: str, reach: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.changes", "sync", folder, reach],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _show(what: str, ran: dict[str, Any], first: dict[str, Any]) -> None:
    print(
        f"{what:44}  {ran['state']}  {ran['read']:>8,} read  {ran['calls']:>4} calls  {ran['seconds']:6.2f} s"
        f"  {ran['cpu']:6.2f} s CPU  peak {ran['peak']:.0f} MB  {ran['seconds'] / first['seconds']:.3f} of the first",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
