"""The trail is read, narrowed, paged and taken away by administrators; a spreadsheet runs nothing of it."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.actions.trail import note
from counterfoil.model.actor import Role
from tests.api.service import Service
from tests.web.conftest import Browser, sign_up, sign_up_as

Browse = Callable[[Service], Browser]


@pytest.fixture
def ada(service: Service, browse: Browse) -> Browser:
    browser = browse(service)
    sign_up(browser)
    return browser


def write(service: Service, deed: str, *names: str, ago: int = 0, **detail: object) -> None:
    at = datetime.now(UTC) - timedelta(days=ago)
    with service.db.transaction() as one:
        for name in names:
            note(
                replace(service.around, now=lambda: at), one, deed, ("source", f"src_{name}", name), **detail
            )


def shown(browser: Browser) -> str:
    return browser.page.text.partition("<tbody")[2]


def test_an_entry_tells_who_did_what_from_where_and_what_it_was_before(ada: Browser) -> None:
    write(ada.service, "changed", "acme <b>", prefix=["old_", "new_"], streams=["Invoice", "Bill"])
    ada.open("/audit")

    line = " ".join(shown(ada).partition("</tr>")[0].split())
    assert "the command line" in line
    assert 'changed <span class="quiet">source</span> <b>acme &lt;b&gt;</b>' in line
    assert 'prefix: old_ <span aria-hidden="true">→</span>' in line
    assert ">new_</b>" in line


@pytest.mark.parametrize(
    ("asked", "there", "gone"),
    [
        ("deed=paused", "birch", "cedar"),
        ("thing=cedar", "cedar", "birch"),
        ("actor=ada@example.com", "ada@example.com", "birch"),
        ("noun=source", "birch", "ada@example.com"),
        ("until={old}", "cedar", "birch"),
        ("since={new}&noun=source", "birch", "cedar"),
    ],
)
def test_it_is_narrowed_by_the_address(ada: Browser, asked: str, there: str, gone: str) -> None:
    write(ada.service, "resumed", "cedar", ago=5)
    write(ada.service, "paused", "birch")
    day = datetime.now(UTC).date()
    ada.open("/audit?" + asked.format(old=day - timedelta(days=5), new=day - timedelta(days=1)))

    assert there in shown(ada)
    assert gone not in shown(ada)


def test_older_lines_are_a_page_further_and_keep_what_was_asked(ada: Browser) -> None:
    write(ada.service, "paused", *(f"s{n}" for n in range(52)))
    ada.open("/audit?noun=source")
    assert shown(ada).count("<tr") == 50
    older = ada.page.text.partition('">Older')[0].rpartition('href="')[2].replace("&amp;", "&")
    ada.open(older)

    assert shown(ada).count("<tr") == 2
    assert ">Newest</a>" in ada.page.text


def test_a_day_that_is_none_is_told(ada: Browser) -> None:
    ada.open("/audit?since=yesterday")

    assert ada.page.status_code == 422
    assert "is no day" in ada.page.text


def test_a_file_holds_every_line_and_no_formula(ada: Browser) -> None:
    write(ada.service, "paused", *(f"=cmd|'{n}'!A0" for n in range(510)))
    ada.open("/audit/audit.csv?noun=source")

    rows = list(csv.DictReader(io.StringIO(ada.page.text)))
    assert len(rows) == 510
    assert {row["thing_name"][:2] for row in rows} == {"'="}
    assert ada.page.headers["content-disposition"] == 'attachment; filename="audit.csv"'


def test_lines_of_json_hold_what_was_written(ada: Browser) -> None:
    write(ada.service, "changed", "á\ncme", prefix=["a", "b"])
    ada.open("/audit/audit.jsonl?thing=src_%C3%A1%0Acme")

    (line,) = ada.page.text.splitlines()
    assert json.loads(line)["detail"] == {"prefix": ["a", "b"]}
    assert json.loads(line)["thing_name"] == "á\ncme"


def test_only_administrators_read_it(ada: Browser, browse: Browse) -> None:
    ed = browse(ada.service)
    sign_up_as(ada, ed, Role.EDITOR)

    for address in ("/audit", "/audit/audit.csv", "/audit/audit.jsonl"):
        assert ed.open(address).status_code == 403
        assert "ada@example.com" not in ed.page.text
