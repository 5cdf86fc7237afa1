"""The pages in a real browser: the service with its engine, the sandbox in Intuit's place, real DuckDB files."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from counterfoil.actions.browser import cookie
from counterfoil.sandbox.company import Company, companies
from counterfoil.sandbox.running import Sandbox
from tests.api.service import opened
from tests.browser.finding import STRICTNESS, NoBrowser, find_or_bring
from tests.browser.gallery import PLAIN, Gallery, showing_of
from tests.browser.service import Service, aimed_at, serving
from tests.browser.window import WIDE, Window, watched
from tests.road.conftest import NOW

PATIENCE = 30_000
"""Milliseconds: a loaded machine is slow, and that is no fault."""

ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",  # pages need no other host
    "--disable-gpu",
    "--disable-quic",
)

OpenWindow = Callable[..., Window]


class Addressed(Protocol):
    """Something that browsers can be sent to."""

    @property
    def url(self) -> str: ...


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """One browser for all tests of a process; each test has contexts of its own in it."""
    with sync_playwright() as playwright:
        try:
            program = find_or_bring(playwright.chromium.executable_path, _say(request.config))
        except NoBrowser as without:
            if os.environ.get(STRICTNESS) == "required":
                pytest.fail(str(without))
            pytest.skip(str(without))
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def new_window(
    chromium: Browser, service: Addressed, *, size: ViewportSize = WIDE, session: str = "", **more: Any
) -> Window:
    """A window of its own at a service, for who has the session."""
    context = chromium.new_context(
        viewport=size, locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce", **more
    )
    context.set_default_timeout(PATIENCE)
    if session:
        name = cookie(service.url).name
        context.add_cookies([{"name": name, "value": session, "url": service.url}])
    return watched(context, service.url)


@pytest.fixture
def open_window(chromium: Browser) -> Iterator[OpenWindow]:
    """Open a window of its own at a service; at the end no page may have done what it must not do."""
    windows: list[Window] = []

    def opened_one(service: Addressed, **how: Any) -> Window:
        windows.append(new_window(chromium, service, **how))
        return windows[-1]

    yield opened_one
    for window in windows:
        window.context.close()
    assert [complaint for window in windows for complaint in window.complaints] == []


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with our tables; copying it is faster than migrating each time."""
    path = tmp_path_factory.mktemp("template") / "counterfoil.db"
    with opened(f"sqlite:///{path}", path.parent):
        return path


@pytest.fixture(scope="session")
def made_up() -> list[Company]:
    """Two companies; their books are written once, and each sandbox begins with them as they were."""
    return companies(2, seed=5, invoices=3, now=NOW)


@pytest.fixture
def sandbox(made_up: list[Company]) -> Iterator[Sandbox]:
    with Sandbox(made_up) as running:
        yield running


@pytest.fixture(scope="session")
def gallery(
    migrated_file: Path, made_up: list[Company], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gallery]:
    """A store with one of everything, shown and never changed."""
    store = Path(shutil.copy(migrated_file, tmp_path_factory.mktemp("gallery") / "counterfoil.db"))
    with Sandbox(made_up) as running, showing_of(store, running, PLAIN) as shown:
        yield shown


@pytest.fixture(scope="session")
def _visitors(chromium: Browser, gallery: Gallery) -> Iterator[dict[str, Window]]:
    """Windows that nothing is done in but looking: who is signed in, and who is not."""
    windows = {session: new_window(chromium, gallery, session=session) for session in ("", gallery.session)}
    yield windows
    for window in windows.values():
        window.context.close()


@pytest.fixture
def look(_visitors: dict[str, Window]) -> Iterator[Callable[[str], Window]]:
    """The window of a session in the gallery, for tests that only look."""
    yield _visitors.__getitem__
    complaints = [complaint for window in _visitors.values() for complaint in window.complaints]
    for window in _visitors.values():
        window.complaints.clear()
    assert complaints == []


@pytest.fixture
def service(migrated_file: Path, tmp_path: Path, sandbox: Sandbox) -> Iterator[Service]:
    path = Path(shutil.copy(migrated_file, tmp_path / "counterfoil.db"))
    with (
        opened(f"sqlite:///{path}", tmp_path) as db,
        serving(aimed_at(sandbox, db, tmp_path)) as running,
    ):
        yield running


@pytest.fixture
def ada(service: Service, open_window: OpenWindow) -> Window:
    """The first administrator, signed in, at the first page."""
    window = open_window(service, session=service.come_in())
    window.open("/")
    return window


def _say(config: pytest.Config) -> Callable[[str], None]:
    """Say something to whoever watches the tests, past what captures their output."""
    capture = config.pluginmanager.getplugin("capturemanager")

    def say(text: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{text}", file=sys.stderr, flush=True)

    return say
