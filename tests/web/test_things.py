"""Destinations, credentials and the app at Intuit, on their pages."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.actions import apps, credentials, destinations, sources
from counterfoil.actions.draft import Birth
from counterfoil.actions.source_changes import Feed, NewSource
from counterfoil.destinations import KINDS
from counterfoil.model.actor import Role
from counterfoil.model.credential import CredentialState, Environment, Tokens
from counterfoil.sandbox.running import Sandbox
from tests.api.service import Service, opened, serving, surroundings
from tests.web.conftest import Browser, agree, sign_up, sign_up_as

Browse = Callable[[Service], Browser]
NEXT_YEAR = datetime.now(UTC) + timedelta(days=365)
TOKENS = Tokens(
    access_token="a", refresh_token="r", access_expires_at=NEXT_YEAR, refresh_expires_at=NEXT_YEAR
)


@pytest.fixture
def ada(connected: Service, browse: Browse) -> Browser:
    browser = browse(connected)
    sign_up(browser)
    return browser


def add(browser: Browser, path: Path, **more: str) -> None:
    browser.open("/destinations/new?kind=duckdb")
    fields = {"kind": "duckdb", "name": "lake", "option.path": str(path), "back": "", "do": "keep", **more}
    browser.send("/destinations/new", **fields)


def connect(browser: Browser, sandbox: Sandbox, **more: str) -> None:
    browser.open("/directory" if not more else "/credentials")
    browser.open("/setup")
    browser.http.follow_redirects = False
    fields = {"name": "acme", "environment": "sandbox", "back": "/credentials", **more}
    browser.send("/credentials/connect", **fields)
    browser.http.follow_redirects = True
    browser.open(agree(browser.page.headers["location"], sandbox.realms[0]))


def test_a_destination_is_tried_before_it_is_kept_and_the_form_stays(ada: Browser, tmp_path: Path) -> None:
    (tmp_path / "wrong.duckdb").write_text("no warehouse")

    add(ada, tmp_path / "wrong.duckdb", do="test")

    assert "Open the file" in ada.page.text
    assert "failed" in ada.page.text
    assert f'value="{tmp_path}/wrong.duckdb"' in ada.page.text
    assert destinations.every(ada.service.db) == ()


def test_a_destination_is_added_changed_proved_and_forgotten(ada: Browser, tmp_path: Path) -> None:
    add(ada, tmp_path / "lake.duckdb")
    assert ada.heading == "lake"
    version = str(destinations.show(ada.service.db, "lake").version)
    other = {"name": "pond", "option.path": str(tmp_path / "pond.duckdb")}

    ada.open("/destinations/lake/edit")
    ada.send("/destinations/lake/edit", **other, version=version)
    assert destinations.show(ada.service.db, "pond").options["path"].endswith("pond.duckdb")
    ada.send("/destinations/pond/prove")
    assert f"All {len(KINDS['duckdb'].steps)} steps worked" in ada.page.text
    assert "by ada@example.com" in ada.open("/destinations").text  # who tried it last, and what came of it
    assert "stay in the warehouse" in ada.open("/destinations/pond/remove").text
    ada.send("/destinations/pond/remove")

    assert destinations.every(ada.service.db) == ()
    assert "No destination yet" in ada.page.text


def test_the_second_of_two_who_change_a_destination_is_told_and_keeps_what_was_typed(
    ada: Browser, tmp_path: Path
) -> None:
    add(ada, tmp_path / "lake.duckdb")
    seen = str(destinations.show(ada.service.db, "lake").version)
    for name in ("pond", "sea"):
        ada.open("/destinations/lake/edit" if name == "pond" else "/destinations/pond/edit")
        path = ada.path
        ada.send(path, name=name, **{"option.path": str(tmp_path / name), "version": seen})

    assert ada.page.status_code == 409
    assert 'value="sea"' in ada.page.text
    assert "Name: <code>pond</code>" in ada.page.text
    assert destinations.show(ada.service.db, "pond").options["path"] == str(tmp_path / "pond")


def test_a_hostile_name_shows_as_text(ada: Browser, tmp_path: Path) -> None:
    add(ada, tmp_path / "lake.duckdb", name='"><script>alert(1)')

    assert ada.heading == "&#34;&gt;&lt;script&gt;alert(1)"  # its own page, by an address that holds
    assert "<script>alert" not in ada.open("/destinations").text
    assert "&lt;script&gt;alert(1)" in ada.page.text
    here = re.search(r'href="(/destinations/%[^"]+)">', ada.page.text)
    assert here
    assert ada.open(f"{here[1]}/edit").status_code == 200


def test_a_destination_that_does_not_work_is_added_only_when_asked_again(
    ada: Browser, tmp_path: Path
) -> None:
    (tmp_path / "wrong.duckdb").write_text("no warehouse")
    add(ada, tmp_path / "wrong.duckdb")
    assert "Stopped at step 2 of" in ada.page.text
    assert "add it all the same" in ada.page.text
    assert destinations.every(ada.service.db) == ()

    add(ada, tmp_path / "wrong.duckdb", do="untested")

    assert [each.name for each in destinations.every(ada.service.db)] == ["lake"]


def test_a_destination_that_failed_its_last_test_is_told_in_the_title(ada: Browser, tmp_path: Path) -> None:
    (tmp_path / "wrong.duckdb").write_text("no warehouse")
    add(ada, tmp_path / "wrong.duckdb", do="untested")
    ada.send("/destinations/lake/prove")
    assert "Close it in other programs" in ada.page.text

    ada.open("/destinations")

    assert ada.heading == "1 destination did not work when last tested"
    assert "Open the file" in ada.page.text


def test_a_secret_that_was_typed_is_never_shown_and_asked_for_again(ada: Browser) -> None:
    ada.open("/destinations/new?kind=postgres")
    server = {
        "host": "127.0.0.1",
        "port": "1",
        "database": "books",
        "user": "ada",
        "password": "hunter2 hunter2",
    }
    fields = {f"option.{name}": text for name, text in server.items()}
    ada.send("/destinations/new", kind="postgres", name="finance", back="", do="keep", **fields)
    assert "Stopped at step 1 of" in ada.page.text
    assert "hunter2" not in ada.page.text
    assert "Type it again" in ada.page.text
    ada.send("/destinations/new", kind="postgres", name="finance", back="", do="untested", **fields)

    for page in ("/destinations", "/destinations/finance", "/destinations/finance/edit"):
        assert ada.open(page).status_code == 200
        assert "hunter2" not in ada.page.text
    assert "leave this empty to keep it" in ada.page.text


def test_a_kind_whose_driver_is_missing_says_how_to_get_it(
    ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "postgres", replace(KINDS["postgres"], driver=("no_such_driver", "postgres")))

    assert "pip install &#39;counterfoil[postgres]&#39;" in ada.open("/directory").text.replace("'", "&#39;")


def test_a_test_by_script_answers_with_the_steps_alone_so_that_secrets_stay_typed(
    ada: Browser, tmp_path: Path
) -> None:
    ada.open("/destinations/new?kind=duckdb")
    ada.http.headers["HX-Request"] = "true"
    lake = {"kind": "duckdb", "name": "lake", "option.path": str(tmp_path / "lake.duckdb"), "back": ""}
    token = ada.page
    ada.send("/destinations/new", **lake, do="test")
    assert ada.page.text.lstrip().startswith('<div class="stack" id="proof"')
    ada.page = token
    ada.send("/destinations/new", **lake, do="keep")

    assert ada.page.headers["HX-Redirect"] == "/destinations/lake"
    assert [each.name for each in destinations.every(ada.service.db)] == ["lake"]


def test_a_destination_that_is_fed_says_by_whom_before_it_is_forgotten(ada: Browser, tmp_path: Path) -> None:
    add(ada, tmp_path / "lake.duckdb")
    around = ada.service.around
    grant = credentials.Grant(name="acme", realm_id="1", environment=Environment.SANDBOX, tokens=TOKENS)
    credentials.connect(around.db, grant, Birth(now=around.now(), chance=around.chance))
    sources.create(around, NewSource(name="Acme", credential="acme", feeds=(Feed(destination="lake"),)))

    ada.open("/destinations/lake/remove")

    assert "1 source feeds it still" in ada.page.text
    assert 'href="/sources/Acme/settings"' in ada.page.text
    assert ">Forget it<" not in ada.page.text


def test_a_company_is_checked_disconnected_reconnected_and_forgotten(ada: Browser, sandbox: Sandbox) -> None:
    connect(ada, sandbox)
    assert "1 company connected" in ada.heading
    ada.send("/credentials/acme/check")
    assert "can be read." in ada.page.text
    assert "goes back to Intuit" in ada.open("/credentials/acme/disconnect").text
    ada.send("/credentials/acme/disconnect")
    assert "needs a reconnect" in ada.heading
    assert "since <time" in ada.page.text
    ada.open("/credentials")
    assert ada.heading == "1 company needs a reconnect"
    (ended,) = credentials.every(ada.service.db)
    assert ended.state is CredentialState.ENDED

    connect(ada, sandbox, credential="acme")
    assert "1 company connected" in ada.heading
    assert [each.id for each in credentials.every(ada.service.db)] == [ended.id]
    ada.open("/credentials/acme")
    assert "Every sync renews it" in ada.page.text
    assert "used today" in ada.page.text
    ada.send("/credentials/acme/disconnect")
    ada.send("/credentials/acme/remove")

    assert credentials.every(ada.service.db) == ()


def test_the_page_of_the_app_leads_through_making_one_and_checks_it(ada: Browser) -> None:
    ada.open("/app")

    assert "http://localhost:8080/oauth/callback" in ada.page.text
    ada.send("/app", environment="sandbox", version="0")

    assert "Intuit knows this app." in ada.page.text


def test_the_page_of_the_app_takes_the_token_of_its_webhooks_and_never_shows_it(
    template: Path, tmp_path: Path, browse: Browse
) -> None:
    path = Path(shutil.copy(template, tmp_path / "counterfoil.db"))
    keys = {"environment": "production", "client_id": "mine", "client_secret": "mine", "version": "0"}
    token = "d2e1-verifies"
    with opened(f"sqlite:///{path}", tmp_path) as db:
        around = surroundings(db, tmp_path)
        keyless = replace(around, app=replace(around.app, client_id=""))
        with serving(keyless) as bare:
            ada = browse(bare)
            sign_up(ada)
            ada.open("/app?environment=production")
            assert "http://localhost:8080/webhooks/quickbooks" in ada.page.text

            ada.send("/app", **keys, verifier_token=token)

            assert apps.show(keyless, Environment.PRODUCTION).webhooks
            assert token not in ada.open("/app?environment=production").text
            assert "One is kept; leave this empty to keep it." in ada.page.text


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("/directory", "/setup"),
        ("/destinations", "/destinations/new"),
        ("/credentials", "/credentials/acme/disconnect"),
        ("/credentials", "/credentials/acme/check"),
        ("/app", "/app"),
    ],
)
def test_a_viewer_looks_and_changes_nothing(
    ada: Browser, browse: Browse, sandbox: Sandbox, page: str, form: str
) -> None:
    connect(ada, sandbox)
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)
    assert vi.open(page).status_code == 200

    fields = {"name": "x", "kind": "duckdb", "option.path": "x", "client_id": "x", "client_secret": "x"}
    vi.send(form, **fields)

    assert vi.page.status_code == 403
    assert [each.state for each in credentials.every(ada.service.db)] == [CredentialState.CONNECTED]
    assert destinations.every(ada.service.db) == ()


def test_the_navigation_leads_to_every_page_that_there_is(ada: Browser) -> None:
    for address in ("/sources", "/directory", "/destinations", "/credentials"):
        assert f'href="{address}"' in ada.open("/").text
        assert ada.open(address).status_code == 200
        assert f'href="{address}" aria-current="page"' in ada.page.text


def test_an_editor_gives_no_keys_of_the_app_at_intuit(service: Service, browse: Browse) -> None:
    ada, ed = browse(service), browse(service)
    sign_up(ada)
    sign_up_as(ada, ed, Role.EDITOR)
    assert "Only an administrator" in ed.open("/app?environment=sandbox").text

    ed.send("/app", environment="sandbox", client_id="mine", client_secret="mine", version="0")

    assert ed.page.status_code == 403
    assert apps.show(service.around, Environment.SANDBOX).version == 0
