"""Somebody's window onto the pages, which remembers whatever a page did that it must not do."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Locator,
    Page,
    Response,
    ViewportSize,
)

WIDE = ViewportSize(width=1440, height=900)
NARROW = ViewportSize(width=390, height=844)

Name = str | re.Pattern[str]


@dataclass
class Window:
    """A browser of its own (cookies, scripts or none) with one page; named things are found as people find them."""

    context: BrowserContext
    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Response | None:
        return self.page.goto(path if path.startswith("http") else f"{self.url}{path}")

    def is_page(self, path: str) -> bool:
        """Open an address, and tell whether a whole page is there: no file to keep, no piece, no way to another."""
        with suppress(Error):  # Playwright's for a file: the window stays where it was
            shown = self.open(path)
            assert shown is not None
            assert shown.status < 500, path
            whole: bool = self.page.evaluate("document.doctype !== null")
            return whole and self.path == urlsplit(path).path
        return False

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    def button(self, name: Name, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name)

    def link(self, name: Name, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("link", name=name)

    def field(self, label: Name) -> Locator:
        return self.page.get_by_label(label)

    def fits(self) -> bool:
        """Whether nothing makes the page wider than the window."""
        fits: bool = self.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
        return fits


def watched(context: BrowserContext, url: str) -> Window:
    """A window whose complaints are kept: errors on the console (refusals of the content policy are among them),
    errors of scripts, and dialogs, which no page of ours opens."""
    window = Window(context=context, page=context.new_page(), url=url)
    page = window.page
    page.on("console", _on_console(window))
    page.on("pageerror", lambda error: window.complaints.append(f"{page.url}: {error}"))
    page.on("dialog", _on_dialog(window))
    return window


def _on_console(window: Window) -> Callable[[ConsoleMessage], None]:
    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _is_status(message.text, message.location, window):
            window.complaints.append(f"{window.page.url}: {message.text}")

    return heard


def _is_status(text: str, location: Any, window: Window) -> bool:
    """Whether it only tells that the page itself was answered with 4xx: a form that could not be used is."""
    about = urlsplit(location.get("url", ""))
    ours = urlsplit(window.url).netloc == about.netloc
    return ours and not about.path.startswith("/static/") and "responded with a status of 4" in text


def _on_dialog(window: Window) -> Callable[[Dialog], None]:
    def opened(dialog: Dialog) -> None:
        window.complaints.append(f"{window.page.url} opened a dialog: {dialog.message}")
        dialog.dismiss()

    return opened
