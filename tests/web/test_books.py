"""A source's books on its pages: the statements of a whole company, each number down to its transactions."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import duckdb
import pytest

from counterfoil.actions import books as statements
from counterfoil.actions import sources
from counterfoil.actions.books import NAMES
from counterfoil.actions.destinations import warehouse_of
from counterfoil.actions.source_changes import Feed, NewSource
from counterfoil.books.views import views
from counterfoil.model.actor import Role
from counterfoil.model.destination import Destination
from counterfoil.quickbooks.catalog import catalog, tables
from counterfoil.store import destinations
from tests.api.service import Service
from tests.road.broken import holding
from tests.road.conftest import NOW
from tests.web.books import Books, books
from tests.web.conftest import Browser, sign_up_as

BOOKS = "/sources/Acme/books"


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    with books(tmp_path_factory.mktemp("books"), streams=None) as made:
        define(made)
        yield made


def define(made: Books) -> None:
    warehouse = warehouse_of(made.ada, destinations.named(made.ada.db, "lake"))
    ground = warehouse.capabilities.ground("quickbooks", "a_", tables(catalog().values()))
    warehouse.define("quickbooks", views(ground))


@pytest.fixture
def ada(acme: Books) -> Browser:
    return acme.browser


def asked(acme: Books, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(acme.lake, read_only=True) as lake:
        lake.execute("SET schema = 'quickbooks'")
        return lake.execute(sql).fetchall()


def numbers(ada: Browser, label: str) -> list[str]:
    """The numbers of the line with a label."""
    found = re.search(rf"<bdi>{re.escape(label)}</bdi></th>(.*?)</tr>", ada.page.text, re.S)
    assert found, f"no line {label} in {ada.page.text}"
    return [
        unescape(re.sub("<[^>]+>", "", cell)).strip()
        for cell in re.findall(r"<td.*?>(.*?)</td>", found[1], re.S)
    ]


def written(number: object) -> str:
    return f"{number:,.2f}".replace("-", "−")


def links(ada: Browser, path: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="([^"]+)"', ada.page.text) if path in each]


def test_the_page_comes_at_once_and_asks_for_its_numbers(ada: Browser) -> None:
    ada.open(BOOKS)

    assert 'aria-current="page">Books</a>' in ada.page.text
    assert f'hx-get="{BOOKS}/profit-and-loss/numbers"' in ada.page.text
    assert "Net income" not in ada.page.text
    assert f'href="{BOOKS}/profit-and-loss?shown=yes"' in ada.page.text  # for who has no scripts


def test_profit_and_loss_is_what_the_view_says(acme: Books, ada: Browser) -> None:
    ada.open(f"{BOOKS}/profit-and-loss/numbers?period=own&first=2026-01&last=2026-10")

    ((net,),) = asked(
        acme,
        "SELECT sum(net_income) FROM a_profit_and_loss WHERE month_end BETWEEN '2026-01-31' AND '2026-10-31'",
    )
    assert numbers(ada, "Net income")[-1] == written(net)
    assert len(numbers(ada, "Net income")) == 11
    assert "In USD, accrual" in ada.page.text


def test_a_balance_sheet_balances(ada: Browser) -> None:
    ada.open(f"{BOOKS}/balance-sheet?shown=yes")

    assert numbers(ada, "Total assets") == numbers(ada, "Liabilities and equity")
    assert len(numbers(ada, "Total assets")) == 12


def test_cash_ends_as_the_bank_accounts_stand(acme: Books, ada: Browser) -> None:
    ada.open(f"{BOOKS}/cash/numbers")

    ((cash,),) = asked(
        acme,
        "SELECT sum(amount) FROM a_general_ledger WHERE account_type = 'Bank' "
        "OR account_sub_type = 'UndepositedFunds'",
    )
    assert numbers(ada, "Cash at end")[-2] == written(cash)


def test_each_number_leads_to_its_postings_and_these_to_their_transactions(acme: Books, ada: Browser) -> None:
    ada.open(f"{BOOKS}/profit-and-loss/numbers")
    address = links(ada, "/postings?")[0]
    shown = re.search(rf'href="{re.escape(address).replace("&", "&amp;")}">([^<]+)<', ada.page.text)
    assert shown

    ada.open(address)
    assert f"<dd>{shown[1]}</dd>" in ada.page.text
    transaction = links(ada, "/transactions/")[0]
    ada.open(transaction)
    type_, id_ = transaction.split("/")[-2:]
    ((debit,),) = asked(
        acme,
        f"SELECT sum(debit) FROM a_general_ledger WHERE transaction_id = '{id_}'"
        f" AND transaction_type = '{type_}'",
    )
    assert ada.heading.startswith(type_)
    assert ada.page.text.count(f">{written(debit)}<") >= 2
    assert f"<dd><bdi>{id_}</bdi></dd>" in ada.page.text


def test_receivables_lead_to_open_documents_as_of_a_day(acme: Books, ada: Browser) -> None:
    ada.open(f"{BOOKS}/receivables/numbers?on=2026-09-30")
    ((total,),) = asked(
        acme,
        "SELECT sum(open) FROM (SELECT round(sum(amount) * exchange_rate, 2) AS open "
        "FROM a_accounts_receivable_movement WHERE moved_on <= '2026-09-30' "
        "GROUP BY transaction_type, transaction_id, name_id, exchange_rate)",
    )
    assert numbers(ada, "Total receivables")[-1] == written(total)

    ada.open(links(ada, "/open?")[0])
    assert "as of 30 Sep 2026" in ada.page.text
    assert links(ada, "/transactions/")


@pytest.mark.parametrize("statement", NAMES)
def test_every_statement_is_seen_in_each_currency_alone(ada: Browser, statement: str) -> None:
    ada.open(f"{BOOKS}/{statement}?shown=yes")
    currencies = sorted(set(re.findall(r"currency=([A-Z]{3})", ada.page.text)))
    assert currencies or statement == "cash"

    for currency in currencies:
        page = ada.open(f"{BOOKS}/{statement}?shown=yes&currency={currency}")
        assert page.status_code == 200
        assert f"In {currency}" in page.text
        assert "None" not in page.text


def test_what_has_no_amount_in_a_foreign_currency_is_shown_without_one(acme: Books, ada: Browser) -> None:
    sql = """SELECT transaction_type, transaction_id FROM a_general_ledger
    WHERE foreign_amount IS NULL AND currency <> 'USD' LIMIT 1"""
    ((type_, id_),) = asked(acme, sql)

    page = ada.open(f"{BOOKS}/transactions/{type_}/{id_}")

    assert page.status_code == 200
    assert "Exchange" in page.text or "Cost" in page.text


def test_viewers_see_books_and_strangers_do_not(ada: Browser, browse: Callable[[Service], Browser]) -> None:
    viewer = browse(ada.service)
    sign_up_as(ada, viewer, Role.VIEWER)

    assert "Net income" in viewer.open(f"{BOOKS}/profit-and-loss/numbers").text
    stranger = browse(ada.service)
    assert stranger.open(f"{BOOKS}/profit-and-loss/numbers").url.path == "/signin"


def test_while_a_load_holds_the_file_the_page_says_so(
    acme: Books, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "LONGEST_QUESTION", 0.5)

    with holding(acme.lake):
        ada.open(f"{BOOKS}/profit-and-loss/numbers")

    assert "The numbers cannot be seen just now" in ada.page.text
    assert "Ask again" in ada.page.text


def test_text_from_quickbooks_and_addresses_stays_text(acme: Books, ada: Browser) -> None:
    for address in (
        "/receivables?shown=yes",
        "/postings?account=%3Cscript%3E&since=2026-01-01",
        "/receivables/open?name=%3Cscript%3E",
        "/profit-and-loss?period=own&first=%3Cscript%3E&shown=yes",
        "/profit-and-loss?currency=%3Cscript%3E&shown=yes",
        "/transactions/Invoice/%3Cscript%3E",
        "/%3Cscript%3E",
    ):
        ada.open(BOOKS + address)
        assert ada.page.status_code < 500, address
        assert "<script>alert" not in ada.page.text
        assert "<script>&" not in ada.page.text


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/receivables/open",
        "/postings?since=yesterday",
        "/cash/open?name=1",
        "/transactions/Nothing/1",
    ],
)
def test_what_is_not_there_is_said_plainly(ada: Browser, address: str) -> None:
    ada.open(BOOKS + address)

    assert ada.page.status_code in (404, 422)


def test_months_that_are_none_are_said_to_be(ada: Browser) -> None:
    ada.open(f"{BOOKS}/profit-and-loss?period=own&first=2026-13&last=2026-01&shown=yes")

    assert "Write months like 2026-11" in ada.page.text


def test_a_source_that_feeds_only_files_says_what_is_needed(
    acme: Books, ada: Browser, tmp_path: Path
) -> None:
    files = Destination(
        id="dest_files", name="files", kind="s3", created_at=NOW, options={"path": str(tmp_path)}
    )
    destinations.save(acme.ada.db, files)
    new = NewSource(
        name="Birch",
        credential="acme",
        prefix="b_",
        streams=frozenset({"Customer"}),
        feeds=(Feed(destination="files"),),
    )
    sources.create(acme.ada, new)

    ada.open("/sources/Birch/books")

    assert "Books need a warehouse that answers in SQL" in ada.page.text
    ada.open("/sources/Birch/books/postings?account=1")
    assert ada.page.status_code == 422
    assert "feeds no warehouse that answers questions in SQL" in ada.page.text
