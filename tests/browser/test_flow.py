"""From an empty home to tables in a warehouse, by clicking only."""

import re
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize, expect

from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.running import Sandbox
from tests.browser.conftest import OpenWindow
from tests.browser.service import ADA, PASSWORD
from tests.browser.window import NARROW, WIDE, Window
from tests.doors.terminal import environment, start
from tests.doors.test_serve import free_port, told_by
from tests.road.conftest import World
from tests.road.oracle import Oracle, values_of, values_stood
from tests.road.test_generated import ENTITIES, by_id, flat, id_of

LANDED = 120_000
"""Milliseconds that a first sync may take on a loaded machine."""


@dataclass(frozen=True)
class Process:
    """`counterfoil serve` in an empty home, as people start it."""

    url: str
    link: str


@contextmanager
def started(home: Path, sandbox: Sandbox) -> Iterator[Process]:
    port = free_port()
    url = f"http://localhost:{port}"
    env = {**environment(home, sandbox), "COUNTERFOIL_PUBLIC_URL": url}
    process = start("serve", "--json", "--port", str(port), env=env)
    try:
        link = told_by(process)["set_up"]
        assert link is not None
        yield Process(url=url, link=link)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_stranger_has_tables_in_a_warehouse_by_clicking_only(
    size: ViewportSize, open_window: OpenWindow, sandbox: Sandbox, tmp_path: Path
) -> None:
    with started(tmp_path, sandbox) as service:
        window = open_window(service, size=size)
        become_administrator(window, service.link)
        name_a_source(window, "Acme")
        connect(window, sandbox)
        choose_schedule(window, prefix="acme_")
        window.button(re.compile("^Next")).click()
        window.button(re.compile("DuckDB file")).click()
        window.button(re.compile("Create source|Start")).click()
        expect(window.page.get_by_role("heading", name=re.compile("Landed"), level=1)).to_be_visible(
            timeout=LANDED
        )

    (file,) = tmp_path.glob("*.duckdb")
    assert differences(sandbox, file, "acme_") == {}


def become_administrator(window: Window, link: str) -> None:
    """Follow the link of the console."""
    window.open(link)
    window.field("Your e-mail").fill(ADA)
    window.field("Choose a password").fill(PASSWORD)
    window.button("Begin").click()
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Nothing is copied yet")


def name_a_source(window: Window, name: str) -> None:
    """From the first page through the Directory."""
    menu = window.button("Menu")
    if menu.is_visible():
        menu.click()
    window.link("Directory").click()
    window.link("Set up", window.page.get_by_role("main")).click()
    window.field("Name").fill(name)
    window.button(re.compile("^Next")).click()


def connect(window: Window, sandbox: Sandbox, *, decision: str = "Connect") -> None:
    """Go to Intuit, choose the first company there, and come back."""
    window.button(re.compile("Connect (with|to) QuickBooks")).click()
    window.page.wait_for_url(f"{sandbox.url}/**")
    window.button(decision).click()
    if decision == "Connect":
        window.page.wait_for_url(f"{window.url}/setup/**")
        window.button(re.compile("^Next")).click()


def choose_schedule(window: Window, *, prefix: str) -> None:
    window.field(re.compile("Table prefix")).fill(prefix)
    window.button(re.compile("^Next")).click()


def differences(
    sandbox: Sandbox, file: Path, prefix: str, entities: Iterable[str] = ENTITIES
) -> dict[str, object]:
    """What the warehouse holds otherwise than QuickBooks, by entity."""
    roots = {entity: catalog()[entity].table for entity in entities}
    world = World(sandbox=sandbox, around=None, warehouse=file)  # type: ignore[arg-type]
    stood = world.everything(prefix + table.name for root in roots.values() for table in root.family())
    oracle = Oracle(sandbox, sandbox.realms[0])
    found: dict[str, object] = {}
    for entity, root in roots.items():
        rows = by_id({table.name: stood[prefix + table.name] for table in root.family()}, root)
        records = [flat(record, entity) for record in oracle.records(entity)]
        came = {id_of(record, entity): record for record in records}
        if rows.keys() != came.keys():
            found[entity] = sorted(rows.keys() ^ came.keys())
        elif missing := [id_ for id_, record in came.items() if values_of(record) - values_stood(rows[id_])]:
            found[entity] = missing
    return found
