"""Look for barriers in a page with axe-core, in light and dark, wide and narrow."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize

from tests.browser.window import NARROW, WIDE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]

WIDTHS = (WIDE["width"], NARROW["width"], 320)


@cache
def _script() -> str:
    return (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8") + ";0"


Way = tuple[ViewportSize, Literal["dark", "light"]]

WAYS: tuple[Way, ...] = ((NARROW, "dark"), (WIDE, "light"))
"""Each width and each scheme once: looking takes a second, most of it for contrast."""


def barriers(page: Page, ways: Iterable[Way] = WAYS) -> list[str]:
    """What is wrong with the page that is shown, each with where."""
    page.evaluate(_script())
    found = []
    for size, scheme in ways:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        found += [f"{size['width']} px, {scheme}: {told}" for told in _run(page)]
    return found


def _run(page: Page) -> list[str]:
    options = {
        "runOnly": {"type": "tag", "values": RULES},
        "resultTypes": ["violations"],
        "preload": False,
    }
    violations = page.evaluate(
        "options => axe.run(document, options).then(found => found.violations)", options
    )
    return [
        f"{each['id']} ({each['help']}) at {node['target']}: {node['html'][:160]} {node['failureSummary']}"
        for each in violations
        for node in each["nodes"][:3]
    ]


def too_wide(page: Page, widths: Iterable[int] = WIDTHS) -> list[str]:
    """The widths of windows in which the page has to be scrolled sideways, with what sticks out."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate(DRAWN)
        found += [f"{width} px: {what}" for what in page.evaluate(STICKS_OUT)]
    return found


DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""What scripts lay out anew is in its place."""

STICKS_OUT = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const out = [...document.querySelectorAll("body *")].filter(
    (each) => each.getBoundingClientRect().right > root.clientWidth + 1 && getComputedStyle(each).position !== "fixed");
  const last = out.filter((each) => !out.some((other) => other !== each && each.contains(other)));
  return [`${root.scrollWidth} wide`, ...last.slice(0, 4).map((each) => each.outerHTML.slice(0, 160))];
}"""
