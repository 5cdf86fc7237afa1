"""What a verification of a large company takes: metered calls and seconds, on the sandbox's bulk series.

Run: python -m benchmarks.verify [INVOICES]    (100,000 without anything else)

The sandbox has a process of its own, as in benchmarks.road. Printed are a first sync, a verification that reads what
the API offers no query for, and one more with nothing left to read.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.road import SERVE, peak, prepare


def main(invoices: int) -> None:
    """Serve, sync, verify twice."""
    serving = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.road", SERVE, str(invoices)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert serving.stdin is not None
    assert serving.stdout is not None
    try:
        reach = json.loads(serving.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            _measure(prepare(Path(folder), reach))
    finally:
        serving.stdin.close()
        serving.wait()


def _measure(around: Any) -> None:
    from counterfoil.actions.sync_now import sync_now
    from counterfoil.actions.verifications import verify_now
    from counterfoil.sync.progress import SILENT, Watch

    start = time.perf_counter()
    ran, _ = sync_now(around, "bench", SILENT)
    print(f"sync: {ran.state}, {ran.totals.calls} calls, {time.perf_counter() - start:.0f} s", flush=True)
    begun = time.perf_counter()
    told = Watch(
        progress=lambda _: None,
        say=lambda words: print(f"  {time.perf_counter() - begun:.0f} s: {words}", flush=True),
    )
    for _ in range(2):
        begun = time.perf_counter()
        (one,) = verify_now(around, "bench", told)
        seconds = time.perf_counter() - begun
        print(
            f"verify: {one.state}, {one.transactions:,} transactions, {one.accounts} accounts, "
            f"difference {one.difference}, {one.calls} calls, {seconds:.0f} s, peak {peak():,.0f} MB, "
            f"{one.what} {one.left_out}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 100_000)
