"""From an empty home to tables in a warehouse, by clicking only."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from counterfoil.sandbox.running import Sandbox
from tests.browser.compared import differences
from tests.browser.conftest import OpenWindow
from tests.browser.service import Service
from tests.browser.steps import (
    FEW,
    NEXT,
    become_administrator,
    choose_data,
    choose_schedule,
    connect,
    landed,
    name_a_source,
    start,
    use_duckdb,
)
from tests.browser.window import NARROW, WIDE
from tests.doors import terminal
from tests.doors.test_serve import free_port, told_by


@dataclass(frozen=True)
class Process:
    """`counterfoil serve` in an empty home, as people start it."""

    url: str
    link: str


@contextmanager
def started(home: Path, sandbox: Sandbox) -> Iterator[Process]:
    port = free_port()
    url = f"http://localhost:{port}"
    env = {**terminal.environment(home, sandbox), "COUNTERFOIL_PUBLIC_URL": url}
    process = terminal.start("serve", "--json", "--port", str(port), env=env)
    try:
        link = told_by(process)["set_up"]
        assert link is not None
        yield Process(url=url, link=link)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()


def test_a_stranger_has_tables_in_a_warehouse_by_clicking_only(
    open_window: OpenWindow, sandbox: Sandbox, tmp_path: Path
) -> None:
    with started(tmp_path, sandbox) as service:
        window = open_window(service, size=WIDE)
        become_administrator(window, service.link)
        name_a_source(window, "Acme")
        connect(window, sandbox)
        choose_schedule(window, prefix="acme_")
        window.button(NEXT).click()
        use_duckdb(window)
        start(window)
        landed(window)

    (file,) = tmp_path.glob("*.duckdb")
    assert differences(sandbox, file, "acme_") == {}


def test_so_it_goes_with_some_of_the_data_on_a_telephone(
    service: Service, open_window: OpenWindow, sandbox: Sandbox, tmp_path: Path
) -> None:
    window = open_window(service, size=NARROW, has_touch=True, is_mobile=True)
    become_administrator(window, service.first_link())
    name_a_source(window, "Acme")
    connect(window, sandbox)
    choose_schedule(window, prefix="acme_")
    choose_data(window)
    use_duckdb(window)
    start(window)
    landed(window)

    assert window.fits()
    assert differences(sandbox, tmp_path / "books.duckdb", "acme_", FEW) == {}
