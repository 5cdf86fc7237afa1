"""Records to rows on one core: 5 KB invoices a second, beside msgspec merely decoding the same bytes.

Run: python -m benchmarks.shape
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pyarrow as pa

from counterfoil.quickbooks.answer import Answer, split
from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox import company
from counterfoil.sync.shape import Stamp, shape

PAGE = 1000
REPEATS = 9


def page() -> bytes:
    """One answer with a full page of invoices."""
    made = company.companies(1, seed=1, invoices=PAGE, now=datetime(2026, 11, 22, tzinfo=UTC))[0]
    series = next(series for series in made.series() if series.entity == "Invoice")
    invoices = b",".join(series.body(place) for place in range(PAGE))
    return b'{"QueryResponse":{"Invoice":[' + invoices + b"]}}"


def best(work: Callable[[], object]) -> float:
    """Seconds of the quickest of several runs: what else the machine does only ever slows it."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    pa.set_cpu_count(1)
    body = page()
    invoice = catalog()["Invoice"]
    stamp = Stamp(realm_id="1", sync_id="benchmark", synced_at=datetime(2026, 11, 22, tzinfo=UTC))
    observed = shape(
        split(Answer(body, None), "Invoice"), invoice, observed=frozenset(), stamp=stamp, first_seq=0
    ).observed

    def ours() -> object:
        records = split(Answer(body, None), "Invoice")
        return shape(records, invoice, observed=observed, stamp=stamp, first_seq=0)

    shaped, decoded = PAGE / best(ours), PAGE / best(lambda: msgspec.json.decode(body))
    print(f"{len(body) / PAGE / 1000:.1f} KB an invoice, {REPEATS} runs, the quickest of each")
    print(f"shape (typed rows in all tables)  {shaped:8.0f} invoices/s")
    print(f"msgspec decode (baseline)         {decoded:8.0f} invoices/s")
    print(f"ratio                             {shaped / decoded:8.2f}")


if __name__ == "__main__":
    main()
