"""Reports in the pages: ticked with their options beside the other data, with what they cost."""

from collections.abc import Callable

import pytest

from counterfoil.sandbox.running import Sandbox
from counterfoil.store import drafts
from tests.api.service import Service
from tests.web.conftest import Browser, sign_up
from tests.web.setting_up import as_far_as_the_data

TICKED = {
    "report": "ProfitAndLoss",
    "report.method.ProfitAndLoss": "both",
    "report.by.ProfitAndLoss": "month",
    "report.since.ProfitAndLoss": "2026-01-01",
    "report.columns.ProfitAndLoss": "",
    "report.method.BalanceSheet": "cash",
}


@pytest.fixture
def ada(connected: Service, browse: Callable[[Service], Browser]) -> Browser:
    browser = browse(connected)
    sign_up(browser)
    return browser


def test_reports_are_ticked_beside_everything_and_kept_with_their_options(
    ada: Browser, sandbox: Sandbox
) -> None:
    draft = as_far_as_the_data(ada, sandbox)
    assert 'value="ProfitAndLoss"' in ada.page.text
    before = ada.page.text
    ada.send(f"{draft}/data", all="yes", **TICKED)

    (kept,) = drafts.every(ada.service.db)
    assert kept.choices.streams is None
    assert kept.choices.reports == ("ProfitAndLoss method=both since=2026-01-01",)
    ada.open(f"{draft}/data")
    assert 'value="ProfitAndLoss" checked' in ada.page.text
    assert 'value="2026-01-01"' in ada.page.text
    assert 'value="ProfitAndLoss" checked' not in before


def test_reports_alone_will_do_and_what_cannot_be_asked_is_said(ada: Browser, sandbox: Sandbox) -> None:
    draft = as_far_as_the_data(ada, sandbox)
    ada.send(f"{draft}/data", all="no", **(TICKED | {"report.since.ProfitAndLoss": "<b>soon"}))
    assert ada.page.status_code == 422
    assert "since is the first day" in ada.page.text
    assert "<b>soon" not in ada.page.text

    ada.send(f"{draft}/data", all="no", **TICKED)

    assert ada.path == f"{draft}/destination"
