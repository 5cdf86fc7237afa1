"""A destination's forms as code: while they are filled in, without the secret, and only when it would work."""

from collections.abc import Callable
from html import unescape

import pytest

from counterfoil.actions import destinations
from counterfoil.actions.destination_changes import NewDestination, create
from tests.api.service import Service
from tests.web.conftest import Browser, sign_up
from tests.web.forms import code, filled

Browse = Callable[[Service], Browser]
SERVER = {"host": "warehouse.example", "database": "books", "user": "ada", "password": "hunter2 hunter2"}
NONE = "There is none for what is typed now"


@pytest.fixture
def ada(service: Service, browse: Browse) -> Browser:
    browser = browse(service)
    sign_up(browser)
    return browser


def test_a_new_destination_has_its_code_while_the_form_is_filled_in(ada: Browser) -> None:
    assert NONE in ada.open("/destinations/new?kind=postgres").text  # nothing is typed yet
    typed = {f"option.{name}": text for name, text in SERVER.items()}

    ada.send("/destinations/new/code", kind="postgres", name="finance", **typed)

    assert code(ada.page.text, "code-cli").split(" \\\n  ") == [
        "counterfoil destinations create finance",
        "--kind postgres",
        "--option database=books",
        "--option host=warehouse.example",
        "--ask password",
        "--option user=ada",
    ]
    assert "password: ${FINANCE_PASSWORD}" in code(ada.page.text, "code-yaml")
    assert "hunter2" not in ada.page.text
    assert destinations.every(ada.service.db) == ()


def test_what_cannot_be_kept_has_no_code(ada: Browser) -> None:
    ada.open("/destinations/new?kind=postgres")

    ada.send(
        "/destinations/new/code", kind="postgres", name="finance", **{"option.host": "warehouse.example"}
    )

    assert NONE in ada.page.text


def test_a_change_of_a_destination_has_its_code(ada: Browser) -> None:
    create(ada.service.around, NewDestination(name="finance", kind="postgres", options=SERVER))
    ada.open("/destinations/finance/edit")
    assert "counterfoil destinations create finance" in code(ada.page.text, "code-cli")

    ada.send("/destinations/finance/edit/code", **_form(ada) | {"name": "ledger", "option.port": "6000"})

    assert code(ada.page.text, "code-cli") == (
        "counterfoil destinations edit finance --rename ledger --option port=6000"
    )
    assert "cannot rename" in ada.page.text


def test_who_edits_a_destination_that_was_renamed_meanwhile_is_told_and_loses_nothing(ada: Browser) -> None:
    create(ada.service.around, NewDestination(name="finance", kind="postgres", options=SERVER))
    ada.open("/destinations/finance/edit")
    before = _form(ada)
    destinations_page = before | {"name": "ledger"}
    ada.send("/destinations/finance/edit", **destinations_page)
    assert ada.path == "/destinations/ledger"

    ada.open("/destinations/ledger/edit")  # for a token; what is sent is the older form
    ada.send("/destinations/finance/edit", **before | {"option.port": "6000"})

    assert ada.page.status_code == 409
    text = unescape(ada.page.text)
    assert "Name: <code>ledger</code>" in text
    assert 'value="6000"' in text


def _form(browser: Browser) -> dict[str, str]:
    fields = filled(browser.page.text, "destination")
    return {name: values[0] for name, values in fields.items() if name != "csrf"}
