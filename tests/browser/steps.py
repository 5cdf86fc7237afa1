"""What people do at the pages, step by step, by the names that they read there."""

import re
from collections.abc import Collection

from playwright.sync_api import expect

from counterfoil.sandbox.running import Sandbox
from tests.browser.service import ADA, PASSWORD
from tests.browser.window import Window

LANDED = 120_000
"""Milliseconds that a sync may take on a loaded machine."""

NEXT = re.compile("^Next")
FEW = ("Customer", "Invoice", "Item")


def become_administrator(window: Window, link: str) -> None:
    """Follow the link of the console."""
    window.open(link)
    window.field("Your e-mail").fill(ADA)
    window.field("Choose a password").fill(PASSWORD)
    window.button("Begin").click()
    window.page.wait_for_url(f"{window.url}/")


def go_to(window: Window, name: str) -> None:
    """By the main navigation, which is behind a button in a narrow window."""
    menu = window.button("Menu")
    if menu.is_visible():
        menu.click()
    window.link(name, window.page.get_by_role("navigation", name="Main")).click()


def name_a_source(window: Window, name: str) -> None:
    """From any page through the Directory."""
    go_to(window, "Directory")
    window.link(re.compile("^Set up")).and_(window.page.locator("main a")).first.click()
    window.field("Name").fill(name)
    window.button(NEXT).click()


def leave_for_intuit(window: Window, sandbox: Sandbox) -> None:
    window.button(re.compile("Connect (with|to) QuickBooks")).click()
    window.page.wait_for_url(f"{sandbox.url}/**")


def answer_intuit(window: Window, decision: str = "Connect", *, company: int = 0) -> None:
    """Answer on the page of consent, and be led back."""
    window.page.get_by_role("radio").nth(company).check()
    window.button(decision).click()
    window.page.wait_for_url(f"{window.url}/**")


def connect(window: Window, sandbox: Sandbox, *, company: int = 0) -> None:
    """Go to Intuit, agree, come back, and go on."""
    leave_for_intuit(window, sandbox)
    answer_intuit(window, company=company)
    window.button(NEXT).click()


def choose_schedule(window: Window, *, prefix: str) -> None:
    window.field(re.compile("Table prefix")).fill(prefix)
    window.button(NEXT).click()


def choose_data(window: Window, streams: Collection[str] = FEW) -> None:
    """Only these; whatever is ticked besides is unticked, one by one."""
    window.page.get_by_role("radio", name=re.compile("^Some")).check()
    tree = window.page.locator("#streams")
    for group in tree.locator("details").all():
        if group.get_attribute("open") is None:
            group.locator("summary").click()
    for box in tree.locator('input[name="stream"]:checked').all()[::-1]:
        if box.get_attribute("value") not in streams:
            box.uncheck()
    window.button(NEXT).click()


def use_duckdb(window: Window) -> None:
    window.button(re.compile("DuckDB file")).click()
    window.button(NEXT).click()


def start(window: Window) -> None:
    window.button("Start first sync").click()
    window.page.wait_for_url("**/syncs/**")


def landed(window: Window) -> None:
    """Wait until the page says, by itself, that the sync has landed."""
    expect(window.page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"landed|is in\b", re.IGNORECASE), timeout=LANDED
    )
