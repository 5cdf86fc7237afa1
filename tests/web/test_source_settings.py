"""A source's settings: everything can be changed, nothing before what it means was shown, and nothing typed is lost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from counterfoil.actions import credentials, sources, syncs
from counterfoil.actions.credentials import Grant
from counterfoil.actions.destination_changes import NewDestination, create
from counterfoil.actions.draft import Birth
from counterfoil.actions.source_changes import Changes, Feed, NewSource
from counterfoil.model.actor import Role
from counterfoil.model.credential import Environment, Tokens
from counterfoil.model.schedule_text import parse
from counterfoil.model.source import Source
from tests.api.service import Service
from tests.doors.shell import words_of
from tests.doors.terminal import environment, look
from tests.web.conftest import Browser, sign_up, sign_up_as
from tests.web.forms import code, filled

Browse = Callable[[Service], Browser]
LATER = datetime(2036, 1, 1, tzinfo=UTC)
ACME = Grant(
    name="acme",
    realm_id="0123",
    environment=Environment.SANDBOX,
    tokens=Tokens(access_token="a", refresh_token="r", access_expires_at=LATER, refresh_expires_at=LATER),
    company_name="Acme & Söhne",
)


@pytest.fixture
def ada(service: Service, browse: Browse, tmp_path: Path) -> Browser:
    """Someone with a source that feeds a lake, beside a pond that nobody feeds."""
    browser, around = browse(service), service.around
    sign_up(browser)
    credentials.connect(around.db, ACME, Birth(now=around.now(), chance=around.chance))
    for name in ("lake", "pond"):
        options = {"path": str(tmp_path / f"{name}.duckdb")}
        create(around, NewDestination(name=name, kind="duckdb", options=options))
    new = NewSource(
        name="Acme",
        credential="acme",
        streams=frozenset({"Customer"}),
        prefix="a_",
        schedule=parse("every 1 hour"),
        feeds=(Feed(destination="lake"),),
    )
    sources.create(around, new)
    browser.open("/sources/Acme/settings")
    return browser


def save(browser: Browser, **changed: str | list[str]) -> None:
    """Send the form as it stands on the page, with these fields typed anew."""
    fields: dict[str, Any] = filled(browser.page.text, "settings") | changed
    token = fields.pop("csrf")
    browser.page = browser.http.post(browser.path, data={"csrf": token, **fields})


def source(browser: Browser, name: str = "Acme") -> Source:
    return sources.show(browser.service.db, name).source


def test_saving_what_stands_there_changes_nothing(ada: Browser) -> None:
    before = sources.show(ada.service.db, "Acme")

    save(ada)

    assert (ada.page.status_code, ada.path) == (200, "/sources/Acme/settings")
    assert sources.show(ada.service.db, "Acme") == before
    assert source(ada).version == before.source.version


def test_a_change_is_spelled_out_before_it_is_made(ada: Browser) -> None:
    save(ada, prefix="b_", every="24 hours", start="06:00", zone="Europe/Berlin")

    told = unescape(ada.page.text)
    assert "a_customer becomes b_customer" in told
    assert "in at least" in told
    assert "Every day at 06:00 Europe/Berlin" in told
    assert source(ada).prefix == "a_"
    save(ada)
    assert (source(ada).prefix, str(source(ada).schedule)) == (
        "b_",
        "every 24 hours from 06:00 Europe/Berlin",
    )


def test_a_change_that_was_typed_after_the_question_is_asked_about_anew(ada: Browser) -> None:
    save(ada, prefix="b_")

    save(ada, prefix="c_")

    assert "becomes c_customer" in ada.page.text
    assert source(ada).prefix == "a_"


def test_streams_and_destinations_are_chosen_anew(ada: Browser) -> None:
    save(ada, all="no", stream=["Invoice", "Vendor"], feed=["0", "1"], **{"dataset.1": "finance"})
    assert "Customer: read no more" in ada.page.text
    assert "pond.finance gets all tables of Acme for the first time" in ada.page.text
    save(ada)

    view = sources.show(ada.service.db, "Acme")
    assert view.source.streams == frozenset({"Invoice", "Vendor"})
    assert {(feed.destination.name, feed.dataset) for feed in view.connections} == {
        ("lake", "quickbooks"),
        ("pond", "finance"),
    }
    save(ada, all="yes", feed=["1"])
    assert "lake.quickbooks is fed no more; its tables stay" in ada.page.text


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"prefix": "Ä"}, "prefix", "may hold only a to z"),
        ({"kind": "cron", "cron": "0 6 * <i>"}, "schedule", "is no cron expression"),
        ({"all": "no", "stream": []}, "streams", "No stream is chosen"),
        ({"dataset.0": "No Such"}, "feeds", "The dataset of lake may hold only"),
        ({"name": "Birch"}, "name", "There is a source named 'Birch' already."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    ada: Browser, typed: dict[str, str | list[str]], field: str, said: str
) -> None:
    sources.create(ada.service.around, NewSource(name="Birch", credential="acme", prefix="birch_"))

    save(ada, **typed)

    assert ada.page.status_code == 422
    found = re.search(rf'<div id="{field}-err">\s*<p class="err">.*?</p>', ada.page.text, re.S)
    assert found, ada.page.text
    assert said in unescape(found[0])
    after = filled(ada.page.text, "settings")
    assert all(after.get(name) == [text] for name, text in typed.items() if isinstance(text, str))
    assert "<i>" not in ada.page.text


def test_a_prefix_that_another_source_has_is_told_with_its_name(ada: Browser) -> None:
    birch = NewSource(name="Birch", credential="acme", prefix="b_", feeds=(Feed(destination="lake"),))
    sources.create(ada.service.around, birch)

    save(ada, prefix="b_")

    found = re.search(r'<div id="prefix-err">.*?</div>', ada.page.text, re.S)
    assert found
    assert re.search("(Acme and Birch|Birch and Acme) would both write the table", unescape(found[0]))


def test_the_second_of_two_editors_sees_both_and_keeps_what_was_typed(ada: Browser) -> None:
    sources.change(
        ada.service.around, "Acme", Changes(prefix="theirs_", schedule=parse("manual"), streams=None)
    )

    save(ada, prefix="mine_", name="Mine")

    assert ada.page.status_code == 409
    text = unescape(re.sub(r"\s+", " ", ada.page.text))
    assert 'data-l="It was">a_</td>' in text
    assert 'data-l="Theirs, kept now">theirs_</td>' in text
    assert 'data-l="Yours">mine_</td>' in text
    after = filled(ada.page.text, "settings")
    assert (after["prefix"], after["name"]) == (["mine_"], ["Mine"])
    assert (after["kind"], after["all"]) == (["manual"], ["yes"])  # nobody here had touched these
    assert source(ada).prefix == "theirs_"


@pytest.mark.parametrize(("whose", "prefix"), [("yours", "mine_"), ("theirs", "theirs_")])
def test_the_second_of_two_editors_chooses_whose(ada: Browser, whose: str, prefix: str) -> None:
    sources.change(ada.service.around, "Acme", Changes(prefix="theirs_"))
    save(ada, prefix="mine_", name="Mine")

    save(ada, **{"take.prefix": whose})
    save(ada)

    assert (source(ada, "Mine").prefix, ada.path) == (prefix, "/sources/Mine/settings")


def test_who_edits_a_source_that_was_renamed_meanwhile_is_told_and_loses_nothing(ada: Browser) -> None:
    sources.change(ada.service.around, "Acme", Changes(name="Theirs"))
    fields: dict[str, Any] = filled(ada.page.text, "settings") | {"prefix": "mine_"}
    assert "a_customer becomes mine_customer" in ada.http.post(f"{ada.path}/beside", data=fields).text

    save(ada, prefix="mine_")

    assert ada.page.status_code == 409
    after = filled(ada.page.text, "settings")
    assert (after["prefix"], after["name"]) == (["mine_"], ["Theirs"])
    save(ada)
    save(ada)
    assert source(ada, "Theirs").prefix == "mine_"


def test_what_was_made_for_it_just_now_is_chosen_when_one_comes_back(ada: Browser) -> None:
    ada.open("/sources/Acme/settings?added=pond&connected=nobody")

    fields = filled(ada.page.text, "settings")
    assert (fields["feed"], fields["destination.1"], fields["credential"]) == (["0", "1"], ["pond"], ["acme"])
    assert source(ada).version == 1


def test_while_one_types_the_page_tells_what_it_would_mean(ada: Browser) -> None:
    fields: dict[str, Any] = filled(ada.page.text, "settings") | {"prefix": "b_"}
    part = ada.http.post("/sources/Acme/settings/beside", data=fields).text

    assert "a_customer becomes b_customer" in part
    assert code(part, "code-cli") == "counterfoil sources edit Acme --prefix b_"
    assert source(ada).prefix == "a_"


def test_reading_again_shows_its_cost_before_it_is_asked_for(ada: Browser) -> None:
    ada.open("/sources/Acme/resync?what=since&since=2020-01-01&all=no&stream=Customer")
    assert "counterfoil sources backfill Acme --since 2020-01-01T00:00:00 --stream Customer" in re.sub(
        r" \\\n +", " ", code(ada.page.text, "code-cli")
    )
    assert re.search(r'<span class="big">\d+</span>', ada.page.text)
    assert syncs.latest(ada.service.db) == ()

    ada.send("/sources/Acme/resync", what="since", since="2020-01-01", all="no", stream="Customer")

    (asked,) = syncs.latest(ada.service.db)
    assert (asked.since, asked.streams) == (datetime(2020, 1, 1, tzinfo=UTC), frozenset({"Customer"}))
    assert ada.path == f"/syncs/{asked.id}"


@pytest.mark.parametrize("asked", ["what=since", "what=since&since=2999-01-01", "all=no", "all=no&stream=No"])
def test_what_cannot_be_read_again_is_said_and_not_asked_for(ada: Browser, asked: str) -> None:
    ada.open(f"/sources/Acme/resync?{asked}")

    assert 'class="err"' in ada.page.text
    assert 'method="post" action="/sources/Acme/resync"' not in ada.page.text


def test_forgetting_says_what_goes_and_what_stays_and_wants_the_name(ada: Browser) -> None:
    ada.open("/sources/Acme/remove")
    told = unescape(ada.page.text)
    assert "lake.quickbooks, as they are" in told
    assert "no other source reads with it" in told

    ada.send("/sources/Acme/remove", typed="Acm")
    assert (ada.page.status_code, 'value="Acm"' in ada.page.text) == (422, True)
    ada.send("/sources/Acme/remove", typed="Acme")

    assert sources.every(ada.service.db) == ()


def test_a_viewer_sees_the_settings_and_no_form(ada: Browser, browse: Browse) -> None:
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)

    for page in ("settings", "resync", "remove"):
        assert vi.open(f"/sources/Acme/{page}").status_code == 200
        assert f'method="post" action="/sources/Acme/{page}"' not in vi.page.text
    for page in ("settings", "settings/beside", "resync", "remove"):
        vi.open("/sources/Acme/settings")
        vi.send(f"/sources/Acme/{page}", typed="Acme", what="full", version="1")
        assert vi.page.status_code == 403


@pytest.mark.parametrize("form", ["cli", "yaml"])
def test_what_a_page_shows_as_code_makes_the_same_source_in_an_empty_home(
    ada: Browser, tmp_path: Path, form: str
) -> None:
    nasty = "Acme $(touch owned) 'x' \"y\" <script>"
    sources.change(ada.service.around, "Acme", Changes(name=nasty))
    ada.open(f"/sources/{nasty}/settings")
    assert "<script>" not in ada.page.text
    home = environment(tmp_path / "empty")
    file = tmp_path / "acme.yaml"
    acme = source(ada, nasty).credential
    written = (
        f'version: 1\ncredentials: [{{name: acme, realm_id: "{acme.realm_id}", environment: sandbox}}]\n'
    )
    file.write_text(code(ada.page.text, "code-yaml") if form == "yaml" else written, encoding="utf-8")

    assert look("apply", str(file), env=home).code == 0
    folder = tmp_path / "folder"
    folder.mkdir()
    for words in words_of(code(ada.page.text, "code-cli"), folder) if form == "cli" else []:
        assert look(*words, env=home).code == 0

    made = look("sources", "show", nasty, "--json", env=home).document
    lakes = look("destinations", "--json", env=home).document["destinations"]
    assert (made["streams"], made["prefix"], made["credential"]) == (["Customer"], "a_", "acme")
    assert made["schedule"] == "every 1 hour from 00:00 UTC"
    assert made["destinations"] == [{"name": "lake", "kind": "duckdb", "dataset": "quickbooks"}]
    path = str(tmp_path / "lake.duckdb")
    wanted = {"name": "lake", "kind": "duckdb", "options": {"path": path}, "companies": None, "version": 1}
    assert lakes == [wanted]
