"""Keys are made, shown once, and revoked."""

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.actions import keys
from counterfoil.model.actor import Role
from tests.api.service import Service
from tests.web.conftest import Browser, sign_up, sign_up_as

Browse = Callable[[Service], Browser]


@pytest.fixture
def ada(service: Service, browse: Browse) -> Browser:
    browser = browse(service)
    sign_up(browser)
    return browser


def make(browser: Browser, **more: str) -> str:
    browser.open("/keys/new")
    browser.send("/keys/new", **{"name": "nightly", "role": "viewer", "ends": "90", "day": "", **more})
    found = re.search(r"cfk_[A-Za-z0-9_-]+", browser.page.text)
    return found[0] if found else ""


def test_a_new_key_is_shown_once_and_works(ada: Browser) -> None:
    word = make(ada)

    answer = ada.http.get("/api/v1/me", headers={"Authorization": f"Bearer {word}"})
    assert answer.json()["role"] == "viewer"
    assert word not in ada.open("/keys").text
    assert word not in ada.open(f"/keys/{keys.show(ada.service.around, 'nightly').id}").text


def test_the_commands_beside_a_new_key_work_and_do_not_hold_it(ada: Browser) -> None:
    word = make(ada)
    shown = re.search(r'<pre id="curl"[^>]*>(.*?)</pre>', ada.page.text, re.S)
    assert shown
    script = shown[1].replace("&#34;", '"').replace("&lt;", "<").replace("&amp;", "&")
    assert word not in script
    here = script.replace("http://localhost:8080", ada.service.url).replace("curl", "curl -s --noproxy '*'")

    done = subprocess.run(["bash", "-c", here], input=word + "\n", capture_output=True, text=True, check=True)

    assert '"role":"viewer"' in done.stdout.replace(" ", "")


def test_a_key_ends_with_the_day_that_was_chosen(ada: Browser) -> None:
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    make(ada, ends="day", day=day.isoformat())

    ends_at = keys.show(ada.service.around, "nightly").ends_at
    assert ends_at is not None
    assert (ends_at.date(), ends_at.hour) == (day, 23)


@pytest.mark.parametrize(
    "wrong", [{"ends": "day"}, {"ends": "day", "day": "2020-01-01"}, {"role": "owner"}, {"name": ""}]
)
def test_a_key_that_cannot_be_is_refused_and_what_was_typed_stays(
    ada: Browser, wrong: dict[str, str]
) -> None:
    assert make(ada, **{"name": "<i>n", **wrong}) == ""

    assert ada.page.status_code == 422
    if "name" not in wrong:
        assert 'value="&lt;i&gt;n"' in ada.page.text


def test_a_revoked_key_opens_nothing(ada: Browser) -> None:
    word = make(ada)
    key = keys.show(ada.service.around, "nightly")
    assert "Nobody ever used it." in ada.open(f"/keys/{key.id}").text
    ada.send(f"/keys/{key.id}/revoke", version=str(key.version))

    assert "opens nothing any more" in ada.page.text
    assert ada.http.get("/api/v1/me", headers={"Authorization": f"Bearer {word}"}).status_code == 401


def test_an_editor_makes_and_sees_no_keys(ada: Browser, browse: Browse) -> None:
    ed = browse(ada.service)
    sign_up_as(ada, ed, Role.EDITOR)
    ed.open("/account")
    ed.send("/keys/new", name="mine", role="admin", ends="")
    assert ed.page.status_code == 403

    assert [ed.open(address).status_code for address in ("/keys", "/keys/new")] == [403, 403]
    assert "mine" not in [key.name for key in keys.every(ada.service.around)]
