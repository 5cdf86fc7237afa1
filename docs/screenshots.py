"""Pictures of the main pages, for the README and the guides. Run: python docs/screenshots.py

A service shows a store with some companies, what they did in the last days, and one that needs somebody; the sandbox
is QuickBooks. A browser has to be on the machine: CONTRIBUTING.md tells which.
"""

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from counterfoil.actions.browser import cookie  # noqa: E402
from counterfoil.model.standing import Standing  # noqa: E402
from counterfoil.model.sync import SyncState  # noqa: E402
from counterfoil.quickbooks.oauth import OAuthApp  # noqa: E402
from counterfoil.sandbox.company import companies  # noqa: E402
from counterfoil.sandbox.running import Sandbox  # noqa: E402
from tests.api.service import opened  # noqa: E402
from tests.browser.finding import find_or_bring  # noqa: E402
from tests.browser.gallery import Gallery, showing  # noqa: E402
from tests.browser.prepared import Cast  # noqa: E402
from tests.browser.service import aimed_at  # noqa: E402

PICTURES = ROOT / "docs" / "images" / "pages"
COLOURS = 128
"""Enough for pages that are flat; it keeps a picture below 100 kB."""

WIDE = (1440, 900)
TALL = (1440, 1500)
NARROW = (390, 844)

NAMES = {
    Standing.RECONNECT: ("Marlow Dental", "marlow_"),
    Standing.PARTLY: ("Birch & Söhne", "birch_"),
    Standing.SYNCING: ("Cedar Nurseries", "cedar_"),
    Standing.PAUSED: ("Larkspur Landscaping", "larkspur_"),
    Standing.NEW: ("Saltmarsh Boats", "saltmarsh_"),
    Standing.ON_TIME: ("Hollow Lane Cycles", "hollow_"),
}
CAST = Cast(
    sources={standing: name for standing, (name, _) in NAMES.items()},
    companies={standing: name for standing, (name, _) in NAMES.items()},
    prefixes={standing: prefix for standing, (_, prefix) in NAMES.items()},
    also={
        "Finch & Vale Architects": "finch_",
        "Juniper Catering": "juniper_",
        "Orchard Veterinary": "orchard_",
        "Quarry Stone": "quarry_",
    },
    lake="books",
    finance="finance",
    ended=("Intuit ended the permission to read Marlow Dental.", "Reconnect it, then sync again."),
)


@dataclass(frozen=True)
class Picture:
    """What is shown, how, and the name of its file."""

    name: str
    address: str
    size: tuple[int, int] = WIDE
    dark: bool = False


def main() -> None:
    """Make all pictures anew."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with shown() as gallery, sync_playwright() as playwright:
        program = find_or_bring(playwright.chromium.executable_path, print)
        browser = playwright.chromium.launch(executable_path=program)
        for picture in pictures(gallery):
            file = PICTURES / f"{picture.name}.png"
            file.write_bytes(small(taken(browser, gallery, picture)))
            print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} kB")
        browser.close()


@contextmanager
def shown() -> Iterator[Gallery]:
    """A service in a folder of its own; paths on its pages are short, and Intuit seems to be Intuit."""
    before = Path.cwd()
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(companies(2, seed=5, invoices=1_500, now=datetime.now(UTC))) as sandbox,
        opened(f"sqlite:///{folder}/counterfoil.db", Path(folder)) as db,
    ):
        os.chdir(folder)
        try:
            around = aimed_at(sandbox, db, Path())
            app = replace(around.app, authorize_url=OAuthApp(client_id="", client_secret="").authorize_url)
            with showing(replace(around, app=app), sandbox, CAST) as gallery:
                yield gallery
        finally:
            os.chdir(before)


def pictures(gallery: Gallery) -> Iterator[Picture]:
    """The main pages, as somebody meets them who begins; then a few dark and narrow."""
    draft, _ = gallery.choices["/setup/{draft_id}"]
    (source,) = gallery.choices["/sources/{name}"]
    other = quote(next(iter(CAST.also)), safe="")
    running, landed, failed = (
        f"/syncs/{gallery.prepared.syncs[state]}"
        for state in (SyncState.RUNNING, SyncState.SUCCEEDED, SyncState.FAILED)
    )
    yield Picture("overview", "/")
    yield Picture("directory", "/directory")
    for step in ("connect", "schedule", "data", "destination", "first-sync"):
        yield Picture(f"setup-{step}", f"/setup/{draft}/{step}")
    yield Picture("first-sync-live", f"{running}?first=1")
    yield Picture("first-sync-landed", f"{landed}?first=1")
    yield Picture("source", f"/sources/{source}")
    yield Picture("sync", landed)
    yield Picture("sync-failed", failed)
    yield Picture("tables", f"/sources/{source}/tables")
    yield Picture("table", f"/sources/{source}/tables/hollow_invoice")
    yield Picture("source-settings", f"/sources/{source}/settings")
    for statement in ("profit-and-loss", "balance-sheet"):
        yield Picture(statement, f"/sources/{source}/books/{statement}?shown=yes", size=TALL)
    yield Picture("proof", f"/sources/{other}/proof")
    yield Picture("proof-found", f"/sources/{source}/proof")
    yield Picture("destination", f"/destinations/{CAST.lake}", size=TALL)
    yield Picture("alerts", "/alerts")
    yield Picture("overview-dark", "/", dark=True)
    yield Picture("source-dark", f"/sources/{source}", dark=True)
    yield Picture("overview-narrow", "/", size=NARROW)
    yield Picture("first-sync-live-narrow", f"{running}?first=1", size=NARROW)
    yield Picture(
        "receivables-narrow", f"/sources/{source}/books/receivables?shown=yes", size=NARROW, dark=True
    )
    yield Picture("setup-schedule-narrow", f"/setup/{draft}/schedule", size=NARROW, dark=True)


def taken(browser: Browser, gallery: Gallery, picture: Picture) -> bytes:
    """A picture as the browser takes it."""
    context = browser.new_context(
        viewport=ViewportSize(width=picture.size[0], height=picture.size[1]),
        color_scheme="dark" if picture.dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    name = cookie(gallery.url).name
    context.add_cookies([{"name": name, "value": gallery.session, "url": gallery.url}])
    page = context.new_page()
    answer = page.goto(f"{gallery.url}{picture.address}", wait_until="networkidle")
    if answer is None or not answer.ok or page.url != f"{gallery.url}{picture.address}":
        raise SystemExit(f"{picture.address} led to {page.url}, which was not answered well.")
    image = page.screenshot()
    context.close()
    return image


def small(image: bytes) -> bytes:
    """The same with few colours."""
    written = io.BytesIO()
    reduced = Image.open(io.BytesIO(image)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    reduced.save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    main()
