"""The dashboard with a thousand sources and a hundred thousand syncs: how long the server takes for each page.

Run: python -m benchmarks.pages [SECONDS] [postgres]    (a second for each page, without anything else)

Over real HTTP, one request after another, signed in as an administrator; the time until the whole page is there. The
baseline is the page for signing in, which reads nothing.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx2

from benchmarks.full_store import Size, fill, source_name, sync_id
from counterfoil.server.serving import settled
from tests.api.service import opened, serving, surroundings
from tests.postgres import running_server
from tests.web.conftest import Browser, sign_up

BASELINE = "/signin"
LEAST = 5
FIRST = quote(source_name(0))
PAGES = (
    "/",
    "/sources",
    "/sources?q=quarry&sort=fresh",
    "/sources?state=failed",
    "/sources?page=20",
    f"/sources/{FIRST}",
    f"/sources/{FIRST}?before={sync_id(0, 49)}",
    f"/sources/{FIRST}/tables",
    f"/sources/{FIRST}/settings",
    f"/sources/{FIRST}/activity",
    f"/syncs/{sync_id(0, 1)}",
    f"/syncs/{sync_id(0, 99)}",
    "/directory",
    "/setup",
    "/destinations",
    "/destinations/warehouse%2000",
    "/credentials",
    "/app",
    "/alerts",
    "/users",
    "/keys",
    "/audit",
    "/settings",
    "/account",
    "/api/v1/sources",
    "/api/v1/syncs",
)


@contextmanager
def filled(folder: Path, store: str) -> Iterator[Browser]:
    """Somebody who is signed in at a service with a full store."""
    with (
        opened(store or f"sqlite:///{folder}/store.db", folder) as db,
        serving(surroundings(db, folder)) as service,
        httpx2.Client(base_url=service.url, follow_redirects=True, trust_env=False, timeout=60) as http,
    ):
        browser = Browser(service, http)
        sign_up(browser)
        fill(db, Size(), datetime.now(UTC))
        with settled():
            yield browser


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What came of asking for a page many times; times in milliseconds."""

    address: str
    status: int
    size: int
    median: float
    slow: float  # 95 of 100 are quicker
    worked: float  # by the processor, for server and client together: the same on a busy machine

    def __str__(self) -> str:
        times = f"{self.median:8.1f} ms {self.slow:8.1f} ms {self.worked:8.1f} ms"
        return f"{self.address:42} {times} {self.size / 1024:6.0f} KB"


def measured(http: httpx2.Client, address: str, seconds: float) -> Measured:
    """Ask for a page again and again for so long."""
    answer = http.get(address)  # the first one of each fills what is kept
    taken: list[float] = []
    end, worked = time.monotonic() + seconds, time.process_time()
    while time.monotonic() < end or len(taken) < LEAST:
        begun = time.perf_counter()
        http.get(address)
        taken.append((time.perf_counter() - begun) * 1000)
    return Measured(
        address=address,
        status=answer.status_code,
        size=len(answer.content),
        median=statistics.median(taken),
        slow=statistics.quantiles(taken, n=20)[-1],
        worked=(time.process_time() - worked) / len(taken) * 1000,
    )


def measure(browser: Browser, seconds: float) -> None:
    """Print a line for each page."""
    with httpx2.Client(base_url=browser.service.url, trust_env=False) as stranger:
        bare = measured(stranger, BASELINE, seconds)
    print(f"{'page':42} {'median':>11} {'95 %':>11} {'processor':>11} {'size':>9}  of the baseline")
    print(bare)
    for address in PAGES:
        found = measured(browser.http, address, seconds)
        told = (
            f"{found.median / bare.median:6.1f} times" if found.status == 200 else f"answered {found.status}"
        )
        print(f"{found}  {told}", flush=True)


def main(arguments: list[str]) -> None:
    seconds = next((float(each) for each in arguments if each != "postgres"), 1.0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "postgres" in arguments:
            with running_server() as server, filled(folder, server.new_database()) as browser:
                measure(browser, seconds)
        else:
            with filled(folder, "") as browser:
                measure(browser, seconds)


if __name__ == "__main__":
    main(sys.argv[1:])
