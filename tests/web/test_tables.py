"""A source's tables on its pages: which there are, how much they hold, what stands in each."""

import re
from collections.abc import Iterator
from html import unescape

import duckdb
import pytest

from counterfoil.actions import sources, tables
from counterfoil.actions.destination_changes import NewDestination, create
from counterfoil.actions.source_changes import Feed
from counterfoil.model.actor import Role
from counterfoil.quickbooks.catalog import catalog
from tests.road.broken import holding
from tests.web.books import HOSTILE, Books, books
from tests.web.conftest import Browser, sign_up_as

TABLES = "/sources/Acme/tables"


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with books(tmp_path_factory.mktemp("books")) as made:
        yield made


@pytest.fixture
def ada(acme: Books) -> Browser:
    return acme.browser


def listed(ada: Browser) -> list[str]:
    return re.findall(r'class="name" href="[^"]+"><code>(\w+)</code>', ada.page.text)


def first_column(ada: Browser) -> list[str]:
    """The ids in the page of rows."""
    return [
        unescape(text) for text in re.findall(r'<th scope="row">\s*<bdi>(.*?)</bdi>', ada.page.text, re.S)
    ]


def counted(acme: Books, sql: str) -> int:
    with duckdb.connect(acme.lake, read_only=True) as lake:
        found = lake.execute(f"SELECT count(*) FROM quickbooks.{sql}").fetchone()
    assert found is not None
    return int(found[0])


def test_tables_with_rows_come_first_in_groups_and_the_others_are_one_link_away(
    ada: Browser, acme: Books
) -> None:
    ada.open(TABLES)

    read = [table.name for name in ("Customer", "Invoice") for table in catalog()[name].table.family()]
    assert set(listed(ada)) == {f"a_{name}" for name in read if counted(acme, f"a_{name} WHERE NOT _deleted")}
    assert [ada.page.text.find(f'"{title}"') > 0 for title in ("Lists", "Transactions")] == [True, True]
    customers = counted(acme, "a_customer WHERE NOT _deleted")
    assert f'<td role="cell" class="num">{customers:,}</td>' in ada.page.text
    ada.open(f"{TABLES}?show=all")
    assert len(listed(ada)) == 173


def test_a_search_narrows_the_list_and_says_so_when_nothing_fits(ada: Browser) -> None:
    ada.open(f"{TABLES}?q=invoice_l&show=all")
    assert set(listed(ada)) == {"a_invoice_line", "a_invoice_line_linked_txn", "a_invoice_line_bundle"} | {
        "a_invoice_linked_txn"
    }

    ada.open(f"{TABLES}?q=%3Cscript%3E")
    assert "No table fits “&lt;script&gt;”." in ada.page.text


def test_what_the_source_does_not_read_is_left_out(ada: Browser) -> None:
    ada.open(f"{TABLES}?show=left")

    assert "a_vendor" in listed(ada)
    assert "a_customer" not in listed(ada)
    assert "Left out" in ada.page.text


def test_a_table_shows_its_columns_with_types_and_fields(ada: Browser) -> None:
    ada.open(f"{TABLES}/a_invoice_line?columns=all")

    assert "<code>DECIMAL(38,9)</code>" in ada.page.text
    assert '<span class="quiet">Line[].</span>SalesItemLineDetail.Qty' in ada.page.text
    assert "the id of the record that it belongs to" in ada.page.text
    assert "One row for each item of <code>Line</code> of each Invoice" in ada.page.text


def test_columns_that_the_company_never_used_are_shown_when_asked_for(ada: Browser) -> None:
    full = tables.show(ada.service.db, "Acme", "a_customer")
    unused = next(each.column.name for each in full.columns if not each.used)
    ada.open(f"{TABLES}/a_customer?q={unused}")
    assert f"No column fits “{unused}”" in ada.page.text

    ada.open(f"{TABLES}/a_customer?q={unused}&columns=all")
    assert "not used by this company so far" in ada.page.text


def test_rows_go_forth_and_back_a_page_at_a_time(ada: Browser) -> None:
    ada.open(f"{TABLES}/a_customer")
    first = first_column(ada)
    assert len(first) == 25
    assert first == sorted(first, key=int)

    ada.open(following(ada, "next"))
    assert int(first_column(ada)[0]) > int(first[-1])
    ada.open(following(ada, "prev"))
    assert first_column(ada) == first


def following(ada: Browser, which: str) -> str:
    found = re.search(rf'href="(\?[^"]+)#rows" rel="{which}"', ada.page.text)
    assert found, ada.page.text
    return ada.path + unescape(found[1])


def test_a_place_that_is_none_is_told_and_the_rest_of_the_page_stands(ada: Browser) -> None:
    for place in ("x", "[1]", '["1", ["2"]]', '["1"]'):
        ada.open(f"{TABLES}/a_customer?after={place}")

        assert ada.page.status_code == 200
        assert "This is no place in the table." in ada.page.text
        assert "display_name" in ada.page.text


def test_values_show_as_text_whatever_stands_in_them(ada: Browser) -> None:
    ada.open(f"{TABLES}/a_customer")

    assert HOSTILE not in ada.page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in ada.page.text
    assert f'title="&lt;i&gt;{"x" * 400}">&lt;i&gt;{"x" * 57}…<' in ada.page.text
    assert '<span class="nil">null</span>' in ada.page.text


def test_rows_of_a_file_that_somebody_holds_are_missed_and_nothing_else(ada: Browser, acme: Books) -> None:
    with holding(acme.lake):
        ada.open(f"{TABLES}/a_customer")

    assert ada.page.status_code == 200
    assert "The rows cannot be seen just now" in ada.page.text
    assert "look again in a moment" in ada.page.text
    assert "DisplayName" in ada.page.text


def test_a_table_tells_what_syncs_did_to_it_and_when_it_was_made(ada: Browser, acme: Books) -> None:
    ada.open(f"{TABLES}/a_customer")

    assert re.search(r"Last \d+ loads? that changed it", ada.page.text)
    assert "that changed it" in ada.page.text
    assert "with all columns that it had then" in ada.page.text


def test_sql_to_copy_works_as_it_stands(ada: Browser, acme: Books) -> None:
    for table in ("a_customer", "a_invoice_line"):
        ada.open(f"{TABLES}/{table}")
        found = re.search(r'<pre id="table-sql"[^>]*>(.*?)</pre>', ada.page.text, re.S)
        assert found
        with duckdb.connect(acme.lake, read_only=True) as lake:
            rows = lake.sql(unescape(found[1])).to_arrow_table().num_rows

        assert 0 < rows <= 100


def test_a_table_of_another_prefix_is_not_found(ada: Browser) -> None:
    ada.open(f"{TABLES}/customer")

    assert ada.page.status_code == 404
    assert "has no table" in ada.page.text


def test_a_viewer_sees_tables_and_rows(ada: Browser, acme: Books) -> None:
    with ada.service.client(None) as http:
        http.follow_redirects = True
        vi = Browser(ada.service, http)
        sign_up_as(ada, vi, Role.VIEWER)

        assert vi.open(TABLES).status_code == 200
        assert first_column_of(vi)


def first_column_of(browser: Browser) -> list[str]:
    browser.open(f"{TABLES}/a_customer")
    return first_column(browser)


def test_destinations_that_hold_different_rows_are_told_apart(ada: Browser, acme: Books) -> None:
    path = acme.lake.with_name("copy.duckdb")
    create(acme.ada, NewDestination(name="copy", kind="duckdb", options={"path": str(path)}))
    sources.connect(acme.ada, "Acme", Feed(destination="copy"))

    ada.open(TABLES)
    assert '<span class="quiet">copy</span> –' in ada.page.text
    copy = next(
        feed.id for feed in sources.show(acme.ada.db, "Acme").connections if feed.destination.name == "copy"
    )
    ada.open(f"{TABLES}/a_customer?connection={copy}")
    assert "There is no file" in ada.page.text
    acme.sync()

    ada.open(f"{TABLES}/a_customer?connection={copy}")
    assert len(first_column(ada)) == 25
    assert "in copy → <code>quickbooks</code>" in ada.page.text
    sources.disconnect(acme.ada, "Acme", "copy")
