"""How far tests come in setting up a source, with the sandbox's first company."""

import re
from dataclasses import replace

from counterfoil.actions.surroundings import Surroundings
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import drafts as stored
from tests.web.conftest import Browser, agree

SCHEDULE = {
    "prefix": "acme_",
    "kind": "basic",
    "every": "24 hours",
    "start": "06:00",
    "zone": "Europe/Berlin",
    "cron": "",
}

ACME = "Acme <b>books"


def draft_of(browser: Browser) -> str:
    found = re.match(r"/setup/(draft_\w+)/", browser.path)
    assert found, browser.path
    return found[1]


def connect(browser: Browser, sandbox: Sandbox) -> str:
    """Name a source and connect its company; the address of the draft."""
    browser.open("/directory")
    browser.open("/setup")
    browser.send("/setup", name=ACME)
    draft = f"/setup/{draft_of(browser)}"
    browser.http.follow_redirects = False
    browser.send("/credentials/connect", name="acme", environment="sandbox", back=f"{draft}/connect")
    browser.http.follow_redirects = True
    browser.open(agree(browser.page.headers["location"], sandbox.realms[0]))
    return draft


def as_far_as_the_data(browser: Browser, sandbox: Sandbox) -> str:
    """Connected, and with a schedule; the address of the draft."""
    draft = connect(browser, sandbox)
    browser.send(f"{draft}/connect", credential="acme")
    browser.send(f"{draft}/schedule", **SCHEDULE)
    return draft


def as_far_as_the_destination(browser: Browser, sandbox: Sandbox) -> str:
    draft = as_far_as_the_data(browser, sandbox)
    browser.send(f"{draft}/data", all="no", stream="Invoice")
    return draft


def as_its_maker(browser: Browser) -> Surroundings:
    """The surroundings, in the name of who made the only draft."""
    (draft,) = stored.every(browser.service.db)
    actor = replace(browser.service.around.actor, id=draft.user_id)
    return replace(browser.service.around, actor=actor)
