"""Who changed what about a source, on its page."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import quote

import pytest

from counterfoil.actions import keys, sources, syncs
from counterfoil.actions.source_changes import Changes
from counterfoil.model.actor import OPERATOR, Role
from counterfoil.model.schedule_text import parse
from tests.web.books import Books, books
from tests.web.conftest import Browser, sign_up_as

HOSTILE = "<b>Acme → x"


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with books(tmp_path_factory.mktemp("books")) as made:
        yield made


def told(browser: Browser, name: str = "Acme") -> list[str]:
    """The lines of the page as they are read, the newest first."""
    browser.open(f"/sources/{name}/activity")
    cells = re.findall(r'<th scope="row" role="rowheader">(.*?)</th>', browser.page.text, re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", cell)).split()) for cell in cells]


def test_a_change_is_told_with_what_it_was_before(acme: Books) -> None:
    sources.change(acme.ada, "Acme", Changes(schedule=parse("every 24 hours")))
    sources.change(acme.ada, "Acme", Changes(schedule=parse("every 15 minutes")))

    assert told(acme.browser)[0] == (
        "Ada changed the schedule: every day at 00:00 UTC → became every 15 minutes, counted from 00:00 UTC"
    )


def test_what_came_to_a_choice_of_data_and_what_went_is_told(acme: Books) -> None:
    sources.change(acme.ada, "Acme", Changes(streams=frozenset({"Customer", "Bill"})))
    line = told(acme.browser)[0]
    sources.change(acme.ada, "Acme", Changes(streams=frozenset({"Customer", "Invoice"})))

    assert line == "Ada changed the choice of data added data: Bill data left out: Invoice"


def test_keys_and_the_command_line_are_told_from_people(acme: Books) -> None:
    word = keys.create(acme.ada, "ci", role=Role.EDITOR).word
    with acme.browser.service.client(None, Authorization=f"Bearer {word}") as http:
        assert http.post("/api/v1/sources/Acme/pause", headers={"If-Match": "*"}).status_code == 200
    sources.resume(replace(acme.ada, actor=OPERATOR), "Acme")

    assert told(acme.browser)[:2] == ["Somebody (command line) resumed it", "The key 'ci' paused it"]


def test_the_whole_story_is_there_from_the_beginning(acme: Books) -> None:
    lines = told(acme.browser)

    assert lines[-1].startswith("Ada set up this source name: Acme credential: acme")
    assert "Ada connected it to lake → quickbooks" in lines
    assert "Ada began a sync" in lines


def test_syncs_that_were_asked_for_and_cancelled_are_among_them(acme: Books) -> None:
    before = told(acme.browser)
    syncs.cancel(acme.ada, syncs.ask(acme.ada, "Acme").id)

    assert told(acme.browser) == ["Ada cancelled a sync", "Ada asked for a sync", *before]


def test_a_viewer_sees_names_and_no_addresses(acme: Books) -> None:
    with acme.browser.service.client(None) as http:
        http.follow_redirects = True
        vi = Browser(acme.browser.service, http)
        sign_up_as(acme.browser, vi, Role.VIEWER)

        assert any(line.startswith("Ada set up this source") for line in told(vi))
        assert "ada@example.com" not in vi.page.text


def test_deeds_of_the_time_before_a_new_name_stay_and_the_name_shows_as_text(acme: Books) -> None:
    before = told(acme.browser)
    sources.change(acme.ada, "Acme", Changes(name=HOSTILE))

    after = told(acme.browser, quote(HOSTILE))
    assert after == [f"Ada changed the name: Acme → became {HOSTILE}", *before]
    assert "<b>Acme" not in acme.browser.page.text
    assert "Nothing was changed before that." in acme.browser.open(f"{acme.browser.path}?before=1").text
    sources.change(acme.ada, HOSTILE, Changes(name="Acme"))
