"""Hands that never leave the keyboard: each thing is reached by Tab, and one sees where one is."""

import re

from playwright.sync_api import Locator, expect

from counterfoil.sandbox.running import Sandbox
from tests.browser.window import Window

FAR = 60
"""So many presses of Tab lead to anything on a page."""

SEEN = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const ring = (each) => each.outlineStyle !== "none" && parseFloat(each.outlineWidth) >= 1;
  const near = at.nextElementSibling ?? at.parentElement;
  return ring(style) || style.boxShadow !== "none" || ring(getComputedStyle(near))
    || getComputedStyle(near).boxShadow !== "none";
}"""


def tab_to(window: Window, wanted: Locator) -> None:
    """Press Tab until it is reached; everything on the way has to show that it has the focus."""
    for _ in range(FAR):
        window.page.keyboard.press("Tab")
        if window.page.evaluate("document.activeElement === document.body"):
            continue
        where = window.page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
        assert window.page.evaluate(SEEN), f"one cannot see the focus on {where}"
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def test_a_source_is_begun_without_a_mouse(ada: Window, sandbox: Sandbox) -> None:
    ada.open("/")
    tab_to(ada, ada.link("Skip to content"))
    tab_to(ada, ada.link("Directory"))
    ada.page.keyboard.press("Enter")
    expect(ada.page).to_have_url(re.compile("/directory"))
    tab_to(ada, ada.link(re.compile("^Set up")).and_(ada.page.locator("main a")).first)
    ada.page.keyboard.press("Enter")
    expect(ada.field("Name")).to_be_focused()
    ada.page.keyboard.type("Acme")
    ada.page.keyboard.press("Enter")
    expect(ada.page).to_have_url(re.compile("/connect"))
    tab_to(ada, ada.button(re.compile("Connect (with|to) QuickBooks")))
    ada.page.keyboard.press("Space")

    expect(ada.page).to_have_url(re.compile(re.escape(sandbox.url)))


def test_the_menu_of_a_narrow_window_opens_and_closes_by_keyboard(ada: Window) -> None:
    ada.page.set_viewport_size({"width": 390, "height": 844})
    ada.open("/")
    tab_to(ada, ada.button("Menu"))
    ada.page.keyboard.press("Enter")
    expect(ada.link("Directory")).to_be_visible()
    ada.page.keyboard.press("Escape")

    expect(ada.link("Directory")).to_be_hidden()
