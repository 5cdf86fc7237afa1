"""What goes wrong on the way is said where it happens, and the way goes on from there."""

import re
from pathlib import Path

from playwright.sync_api import expect

from counterfoil.sandbox.running import Sandbox
from tests.browser.axe import barriers
from tests.browser.conftest import OpenWindow
from tests.browser.service import Service, add_source
from tests.browser.steps import (
    NEXT,
    answer_intuit,
    choose_data,
    choose_schedule,
    connect,
    go_to,
    landed,
    leave_for_intuit,
    name_a_source,
    start,
    use_duckdb,
)
from tests.browser.window import Window


def test_who_denies_at_intuit_is_told_so_and_may_try_again(ada: Window, sandbox: Sandbox) -> None:
    name_a_source(ada, "Acme")
    leave_for_intuit(ada, sandbox)
    answer_intuit(ada, "No thanks")
    expect(ada.page.get_by_role("alert")).to_contain_text(
        re.compile("not connected|refused|declined|said no", re.I)
    )

    connect(ada, sandbox)

    expect(ada.field(re.compile("Table prefix"))).to_be_visible()


def test_a_permission_that_ended_is_mended_where_it_is_seen(
    ada: Window, service: Service, sandbox: Sandbox
) -> None:
    add_source(service, sandbox, "Acme")
    sandbox.disconnect()
    ada.open("/sources/Acme")
    ada.button("Sync now").click()
    reconnect = ada.page.get_by_role("main").get_by_text(re.compile("^Reconnect")).first
    reconnect.click()
    if not ada.page.url.startswith(sandbox.url):
        ada.button(re.compile("^Reconnect")).first.click()
    ada.page.wait_for_url(f"{sandbox.url}/**")
    answer_intuit(ada)

    ada.open("/sources/Acme")
    ada.button("Sync now").click()
    ada.page.wait_for_url("**/syncs/**")
    landed(ada)

    ada.open("/sources/Acme")
    expect(ada.page.get_by_role("main")).not_to_contain_text(re.compile("needs reconnect", re.I))


def test_names_that_another_source_writes_are_warned_of_while_one_types(
    ada: Window, service: Service, sandbox: Sandbox
) -> None:
    add_source(service, sandbox, "Acme")
    name_a_source(ada, "Birch")
    connect(ada, sandbox, company=1)
    prefix = ada.field(re.compile("Table prefix"))
    prefix.fill("birch_")
    prefix.fill("")
    prefix.press_sequentially("acme_")

    expect(ada.page.get_by_text(re.compile("taken", re.I))).to_be_visible()
    prefix.fill("birch_")
    expect(ada.page.get_by_text(re.compile("taken", re.I))).to_be_hidden()


def test_a_destination_that_fails_its_test_says_at_which_step_and_can_be_mended(
    ada: Window, tmp_path: Path
) -> None:
    (tmp_path / "taken").mkdir()
    ada.open("/destinations/new?kind=duckdb")
    ada.field("Name").fill("lake")
    ada.field("Path").fill(str(tmp_path / "taken"))
    ada.button("Only test").click()
    proof = ada.page.get_by_role("status").filter(has_text="Stopped at step")
    expect(proof).to_contain_text("failed")
    expect(ada.field("Path")).to_have_value(str(tmp_path / "taken"))
    assert barriers(ada.page) == []

    ada.field("Path").fill(str(tmp_path / "lake.duckdb"))
    ada.button("Test and add").click()

    ada.page.wait_for_url("**/destinations/lake*")


def test_the_code_of_a_destination_follows_what_is_typed(ada: Window, tmp_path: Path) -> None:
    ada.open("/destinations/new?kind=duckdb")
    ada.page.get_by_text("Copy as CLI or YAML").click()
    commands = ada.page.get_by_role("group", name="Commands")
    expect(commands).to_have_count(0)

    ada.field("Path").press_sequentially(str(tmp_path / "lake.duckdb"))
    expect(commands).to_contain_text(f"path={tmp_path}/lake.duckdb")
    ada.field("Name").fill("my lake")
    expect(commands).to_contain_text("destinations create 'my lake'")
    assert barriers(ada.page) == []
    ada.button("Test and add").click()
    ada.page.wait_for_url("**/destinations/my%20lake")

    ada.link("Change").click()
    ada.page.get_by_text("Copy as CLI or YAML").click()
    ada.field("Name").fill("lake")
    expect(commands).to_have_text("counterfoil destinations edit 'my lake' --rename lake")


def test_a_running_sync_can_be_cancelled(ada: Window, sandbox: Sandbox) -> None:
    name_a_source(ada, "Acme")
    connect(ada, sandbox)
    choose_schedule(ada, prefix="acme_")
    choose_data(ada)
    use_duckdb(ada)
    sandbox.fault(kind="slow", seconds=2.0, times=1_000, path="query")
    start(ada)
    ada.button("Cancel").click()

    expect(ada.page.get_by_role("heading", level=1)).to_have_text(re.compile("Cancelled"))
    sandbox.heal()


def test_the_second_of_two_editors_is_told_and_loses_nothing_of_what_was_typed(
    ada: Window, service: Service, sandbox: Sandbox, open_window: OpenWindow
) -> None:
    add_source(service, sandbox, "Acme")
    grace = open_window(service, session=service.come_in("grace@example.com", "Grace"))
    for window in (ada, grace):
        window.open("/sources/Acme/settings")
    save_prefix(ada, "sons_")
    ada.button("Change it").first.click()
    expect(ada.page.get_by_role("status").filter(has_text="Kept.")).to_be_visible()

    save_prefix(grace, "alder_")

    expect(grace.page.get_by_role("alert").first).to_contain_text("Somebody else changed this source")
    expect(grace.page.get_by_role("row", name="sons_")).to_contain_text("alder_")
    expect(grace.page.get_by_role("textbox", name="Table prefix")).to_have_value("alder_")
    assert barriers(grace.page) == []


def save_prefix(window: Window, prefix: str) -> None:
    window.field(re.compile("Table prefix")).fill(prefix)
    window.button("Save").click()


def test_the_back_button_leads_to_the_step_before(ada: Window, sandbox: Sandbox) -> None:
    name_a_source(ada, "Acme")
    connect(ada, sandbox)
    choose_schedule(ada, prefix="acme_")
    expect(ada.page.get_by_role("heading", level=1)).to_contain_text("Everything")

    ada.page.go_back()
    expect(ada.field(re.compile("Table prefix"))).to_have_value("acme_")
    ada.page.go_forward()

    expect(ada.page.get_by_role("heading", level=1)).to_contain_text("Everything")


def test_a_source_that_was_half_made_is_found_again_where_it_was_left(ada: Window, sandbox: Sandbox) -> None:
    name_a_source(ada, "Acme")
    connect(ada, sandbox)
    choose_schedule(ada, prefix="acme_")
    ada.open("/")
    go_to(ada, "Directory")
    ada.link(re.compile("^Go on")).click()
    expect(ada.page.get_by_role("heading", level=1)).to_contain_text("Everything")

    ada.link(re.compile("^Schedule")).click()

    expect(ada.field(re.compile("Table prefix"))).to_have_value("acme_")


def test_a_first_sync_that_fails_says_what_to_do_and_is_tried_again(ada: Window, sandbox: Sandbox) -> None:
    name_a_source(ada, "Acme")
    connect(ada, sandbox)
    choose_schedule(ada, prefix="acme_")
    choose_data(ada)
    ada.button(re.compile("DuckDB file")).click()
    ada.button(NEXT).click()
    sandbox.fault(kind="fault", status=403, code="3100", times=1_000)
    start(ada)
    expect(ada.page.get_by_text("What to do:")).to_be_visible()

    sandbox.heal()
    ada.button(re.compile("Try again")).click()

    landed(ada)
