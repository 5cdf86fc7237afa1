"""The page of settings: whether it works, what is set and by whom, without any secret."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from counterfoil.actions import apps
from counterfoil.cli.opening import surroundings
from counterfoil.model.actor import Role
from counterfoil.model.calls import Calls
from counterfoil.model.credential import Credential, Environment
from counterfoil.model.worker import Worker
from counterfoil.settings import read_settings
from counterfoil.store import calls, credentials, workers
from tests.api.service import Service, serving
from tests.web.conftest import Browser, sign_up, sign_up_as

Browse = Callable[[Service], Browser]
SECRETS = {
    "quickbooks_client_secret": "hush-client-secret",
    "quickbooks_webhook_token": "hush-webhook-token",
    "oidc_client_secret": "hush-openid-secret",
}
VARIABLES = {
    "COUNTERFOIL_QUICKBOOKS_API_URL": "https://proxy:hush-proxy-word@proxy.example",
    "COUNTERFOIL_OIDC_ISSUER": "https://login.example",
    "COUNTERFOIL_OIDC_CLIENT_ID": "books",
    "COUNTERFOIL_KEEP_DAYS": "30",
}


@pytest.fixture
def ada(service: Service, browse: Browse) -> Browser:
    browser = browse(service)
    sign_up(browser)
    return browser


@pytest.fixture
def set_up(tmp_path: Path) -> Iterator[Service]:
    """A service from settings of all origins, secrets among them."""
    text = "\n".join(f'{name} = "{value}"' for name, value in {**SECRETS, "places": "2"}.items())
    (tmp_path / "counterfoil.toml").write_text(text)
    settings = read_settings({"COUNTERFOIL_HOME": str(tmp_path), **VARIABLES})
    with ExitStack() as running:
        around = running.enter_context(surroundings(settings))
        yield running.enter_context(serving(around))


def row(page: str, setting: str) -> str:
    return page.partition(f"<code>{setting}</code>")[2].partition("</tr>")[0]


def test_each_setting_tells_what_it_is_and_who_said_so_but_no_secret(set_up: Service, browse: Browse) -> None:
    ada = browse(set_up)
    sign_up(ada)
    page = ada.open("/settings").text

    assert "hush" not in page
    assert "given, not shown" in row(page, "COUNTERFOIL_QUICKBOOKS_CLIENT_SECRET")
    assert "not given" in row(page, "COUNTERFOIL_SECRET_KEY")
    assert "https://proxy:***@proxy.example" in row(page, "COUNTERFOIL_QUICKBOOKS_API_URL")
    assert [word in row(page, "COUNTERFOIL_KEEP_DAYS") for word in ("30", "the environment")] == [True, True]
    assert "counterfoil.toml" in row(page, "COUNTERFOIL_PLACES")
    assert "the default" in row(page, "COUNTERFOIL_WEBHOOK_SECONDS")


def test_it_tells_how_people_sign_in_elsewhere_and_where_webhooks_go(set_up: Service, browse: Browse) -> None:
    ada = browse(set_up)
    sign_up(ada)
    page = ada.open("/settings").text

    assert "https://login.example" in page
    assert "http://localhost:8080/signin/openid/answer" in page
    assert "http://localhost:8080/webhooks/quickbooks" in page
    assert page.count("Verifier token from the settings") == 2
    assert str(set_up.around.staging.parent / "counterfoil.db") in page


def test_without_a_worker_the_heading_says_that_it_does_not_work(ada: Browser) -> None:
    ada.open("/settings")

    assert "1 thing keeps this Counterfoil from its work" in " ".join(ada.heading.split())
    assert "No worker runs: syncs wait." in ada.page.text


def test_workers_are_listed_with_what_they_do(ada: Browser) -> None:
    now = ada.service.around.now()
    alive = Worker(id="w1", host="box-1 <b>", pid=7, slots=4, running=1, started_at=now, seen_at=now)
    workers.beat(ada.service.db, alive)
    page = ada.open("/settings").text

    assert "This Counterfoil works" in ada.heading
    assert "box-1 &lt;b&gt;" in page
    assert "1 of 4" in page


def test_a_verifier_token_that_is_kept_is_told_but_not_shown(ada: Browser) -> None:
    apps.save(
        ada.service.around,
        Environment.PRODUCTION,
        client_id="id-of-the-app",
        client_secret="hush-secret",
        verifier_token="hush-token",
    )
    page = ada.open("/settings").text

    assert page.count("Verifier token kept with the app&#39;s keys") == 1
    assert page.count("No verifier token yet") == 1
    assert "hush" not in page


def test_the_ten_companies_that_took_the_most_are_named_and_the_others_counted(ada: Browser) -> None:
    db, today = ada.service.db, ada.service.around.now()
    for number in range(12):
        known = Credential(
            id=f"cred_{number}",
            name=f"books {number}",
            realm_id=f"42{number:02}",
            environment=Environment.PRODUCTION,
            created_at=today,
            company_name=f"Company {number:02}" if number != 11 else "",
        )
        credentials.save(db, known)
        calls.add(db, Calls(realm_id=known.realm_id, day=today.date(), metered=100 + number, calls=200))
    page = ada.open("/settings").text

    named = re.findall(r"<dt>(Company \d+|books \d+)</dt><dd>(\d+)</dd>", page)
    assert named == [("books 11", "111"), *((f"Company {n:02}", str(100 + n)) for n in range(10, 1, -1))]
    assert "<dt>Other companies</dt><dd>2</dd>" in page


def test_everybody_may_look(ada: Browser, browse: Browse) -> None:
    vi = browse(ada.service)
    sign_up_as(ada, vi, Role.VIEWER)

    assert vi.open("/settings").status_code == 200
    assert 'href="/keys"' not in vi.page.text


def test_how_long_things_are_kept_is_told(service: Service, browse: Browse) -> None:
    sight = replace(service.around.sight, keep=timedelta(days=33))
    with serving(replace(service.around, sight=sight), keys=service.keys) as other:
        ada = browse(other)
        sign_up(ada)

        assert "33 days" in ada.open("/settings").text
