"""The way to Intuit and back, for who is signed in."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from counterfoil.actions import credentials
from counterfoil.model.actor import Role
from counterfoil.model.credential import CredentialState
from counterfoil.sandbox.running import Sandbox
from counterfoil.store.service_schema import consents
from tests.api.service import Service, opened, serving, surroundings
from tests.web.conftest import Browser, agree, sign_up, sign_up_as

Browse = Callable[[Service], Browser]
CONNECT = {"name": "acme", "environment": "sandbox", "back": "/"}


def begin(browser: Browser, **more: str) -> str:
    """Press the button, and stop at Intuit's door."""
    browser.open("/")
    browser.http.follow_redirects = False
    browser.send("/credentials/connect", **{**CONNECT, **more})
    browser.http.follow_redirects = True
    return str(browser.page.headers.get("location", ""))


def test_a_company_is_connected_in_the_browser_and_one_comes_back_to_where_one_was(
    connected: Service, browse: Browse, sandbox: Sandbox
) -> None:
    ada = browse(connected)
    sign_up(ada)

    back = agree(begin(ada), sandbox.realms[0])
    ada.open(back)

    (credential,) = credentials.every(connected.around.db)
    assert credential.state is CredentialState.CONNECTED
    assert ada.path == "/"
    assert "Connected " in ada.page.text
    assert sandbox.url in ada.page.headers["content-security-policy"]  # else the browser would not go there


def test_an_answer_that_another_browser_brings_is_refused(
    connected: Service, browse: Browse, sandbox: Sandbox
) -> None:
    ada, eve = browse(connected), browse(connected)
    sign_up(ada)
    sign_up_as(ada, eve, Role.EDITOR)
    back = agree(begin(ada), sandbox.realms[0])

    eve.open(back)

    assert eve.heading == "Not connected"
    assert credentials.every(connected.around.db) == ()


def test_declining_is_told_with_what_to_do(connected: Service, browse: Browse, sandbox: Sandbox) -> None:
    ada = browse(connected)
    sign_up(ada)

    ada.open(agree(begin(ada), sandbox.realms[0], decision="deny"))

    assert ada.path == "/credentials"
    assert "Consent was declined at Intuit; nothing was connected." in ada.page.text


def test_declining_while_a_source_is_set_up_leads_back_to_that_step(
    connected: Service, browse: Browse, sandbox: Sandbox
) -> None:
    ada = browse(connected)
    sign_up(ada)
    ada.open("/setup")
    ada.send("/setup", name="Acme")
    step = ada.path

    ada.open(agree(begin(ada, back=step), sandbox.realms[0], decision="deny"))

    assert ada.path == step
    assert "Consent was declined at Intuit" in ada.page.text
    assert "Connect to QuickBooks" in ada.page.text


def test_an_answer_that_is_loaded_again_leads_on_as_the_first_time(
    connected: Service, browse: Browse, sandbox: Sandbox
) -> None:
    ada = browse(connected)
    sign_up(ada)
    back = agree(begin(ada, back="/credentials"), sandbox.realms[0])
    ada.open(back)

    ada.open(back)

    assert ada.path == "/credentials"
    assert ada.heading == "1 company connected"


def test_an_answer_that_comes_too_late_says_so_where_one_was(
    connected: Service, browse: Browse, sandbox: Sandbox
) -> None:
    ada = browse(connected)
    sign_up(ada)
    back = agree(begin(ada, back="/credentials"), sandbox.realms[0])
    with connected.db.writing() as store:
        store.execute(sa.update(consents).values(ends_at=datetime.now(UTC) - timedelta(minutes=1)))

    ada.open(back)

    assert ada.path == "/credentials"
    assert "came after more than 30 minutes" in ada.page.text
    assert credentials.every(connected.around.db) == ()


def test_reconnecting_another_company_is_refused_with_both_names(
    connected: Service, browse: Browse, sandbox: Sandbox
) -> None:
    ada = browse(connected)
    sign_up(ada)
    ada.open(agree(begin(ada, back="/credentials"), sandbox.realms[0]))

    ada.open(agree(begin(ada, credential="acme", back="/credentials/acme"), sandbox.realms[1]))

    assert ada.path == "/credentials/acme"
    assert sandbox.realms[1] in ada.page.text
    assert "Reconnect and choose that company" in ada.page.text


def test_wrong_keys_of_the_app_lead_to_its_page(connected: Service, browse: Browse, sandbox: Sandbox) -> None:
    ada = browse(connected)
    sign_up(ada)
    back = agree(begin(ada, back="/credentials"), sandbox.realms[0])
    sandbox.world.apps["sandbox-client"] = replace(sandbox.world.apps["sandbox-client"], secret="another")

    ada.open(back)

    assert "Intuit refused the app" in ada.page.text
    assert 'href="/app?environment=sandbox' in ada.page.text


def test_a_name_that_another_company_has_is_no_hindrance(
    connected: Service, browse: Browse, sandbox: Sandbox
) -> None:
    ada = browse(connected)
    sign_up(ada)
    for realm in sandbox.realms:
        ada.open(agree(begin(ada), realm))

    assert [each.name for each in credentials.every(connected.around.db)] == ["acme", "acme 2"]


def test_without_an_app_at_intuit_connecting_leads_to_making_one(
    template: Path, tmp_path: Path, browse: Browse
) -> None:
    path = Path(shutil.copy(template, tmp_path / "counterfoil.db"))
    with opened(f"sqlite:///{path}", tmp_path) as db:
        around = surroundings(db, tmp_path)
        with serving(replace(around, app=replace(around.app, client_id=""))) as service:
            ada = browse(service)
            sign_up(ada)

            assert begin(ada, back="/credentials") == "/app?environment=sandbox&back=%2Fcredentials"


def test_a_viewer_cannot_begin(connected: Service, browse: Browse, sandbox: Sandbox) -> None:
    ada, vi = browse(connected), browse(connected)
    sign_up(ada)
    sign_up_as(ada, vi, Role.VIEWER)

    begin(vi)

    assert vi.page.status_code == 403
    assert "viewer" in vi.heading


def test_nobody_comes_back_without_the_session_that_began(
    connected: Service, browse: Browse, sandbox: Sandbox
) -> None:
    ada, nobody = browse(connected), browse(connected)
    sign_up(ada)
    back = agree(begin(ada), sandbox.realms[0])

    nobody.open(back)

    assert nobody.heading == "Not connected"
    assert credentials.every(connected.around.db) == ()


def test_what_a_key_began_ends_in_any_browser(connected: Service, browse: Browse, sandbox: Sandbox) -> None:
    with connected.client(Role.EDITOR) as api:
        asked = api.post(
            "/api/v1/credentials/connect", json={"name": "acme", "environment": "sandbox"}
        ).json()
        nobody = browse(connected)
        nobody.open(agree(asked["url"], sandbox.realms[0]))
        became = api.get(f"/api/v1/credentials/connect/{asked['id']}").json()

    (credential,) = credentials.every(connected.around.db)
    assert nobody.heading == f"Connected {credential.company_name}"
    assert became["credential_id"] == credential.id
