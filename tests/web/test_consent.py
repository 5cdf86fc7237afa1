"""The way to Intuit and back, for who is signed in."""

from collections.abc import Callable

from counterfoil.actions import credentials
from counterfoil.model.actor import Role
from counterfoil.model.credential import CredentialState
from counterfoil.sandbox.running import Sandbox
from tests.api.service import Service
from tests.web.conftest import Browser, agree, sign_up, sign_up_as

Browse = Callable[[Service], Browser]
CONNECT = {"name": "acme", "environment": "sandbox", "back": "/"}


def begin(browser: Browser) -> str:
    """Press the button, and stop at Intuit's door."""
    browser.open("/")
    browser.http.follow_redirects = False
    browser.send("/credentials/connect", **CONNECT)
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

    assert ada.heading == "Not connected"
    assert "declined" in ada.page.text


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
