"""Look for barriers in a page with axe-core, in light and dark, wide and narrow."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, ViewportSize

from tests.browser.window import NARROW, WIDE

ALL = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What another colour scheme can change."""

NARROWEST = 320


@cache
def _script() -> str:
    return (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8") + ";0"


Way = tuple[ViewportSize, Literal["dark", "light"], Any]

WAYS: tuple[Way, ...] = (
    (NARROW, "dark", ALL),
    (WIDE, "light", ALL),
    (WIDE, "dark", COLOURS),
    (NARROW, "light", COLOURS),
)
"""Each width and each scheme with all rules, and the others with what colours can change."""


def barriers(page: Page, ways: Iterable[Way] = WAYS) -> list[str]:
    """What is wrong with the page that is shown, each with where."""
    page.evaluate(_script())
    found = []
    for size, scheme, rules in ways:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        found += [f"{size['width']} px, {scheme}: {told}" for told in _run(page, rules)]
    return found


def _run(page: Page, only: dict[str, Any]) -> list[str]:
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False}
    violations = page.evaluate(
        "options => axe.run(document, options).then(found => found.violations)", options
    )
    return [
        f"{each['id']} ({each['help']}) at {node['target']}: {node['html'][:200]}"
        for each in violations
        for node in each["nodes"][:3]
    ]


def too_wide(page: Page) -> list[str]:
    """The widths of windows in which the page has to be scrolled sideways, with what sticks out."""
    found = []
    for width in (WIDE["width"], NARROW["width"], NARROWEST):
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width} px: {what}" for what in page.evaluate(STICKS_OUT)]
    return found


STICKS_OUT = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const out = [...document.querySelectorAll("body *")].filter(
    (each) => each.getBoundingClientRect().right > root.clientWidth + 1 && getComputedStyle(each).position !== "fixed");
  const last = out.filter((each) => !out.some((other) => other !== each && each.contains(other)));
  return [`${root.scrollWidth} wide`, ...last.slice(0, 4).map((each) => each.outerHTML.slice(0, 160))];
}"""
