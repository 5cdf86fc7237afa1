"""A company with very many invoices: served from their places, changed one by one."""

from datetime import timedelta

from counterfoil.sandbox.opening import open_world
from counterfoil.sandbox.query import run
from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import START, Caller, ManyInvoices, TinyCompany, at


def read_by_creation(caller: Caller, page: int) -> list[str]:
    """Every id, read page by page from the last CreateTime on."""
    seen, since, skip = [], "1970-01-01T00:00:00Z", 1
    while True:
        rows = caller.query(
            f"select * from Invoice where MetaData.CreateTime >= '{since}' "
            f"orderby MetaData.CreateTime startposition {skip} maxresults {page}"
        ).get("Invoice", [])
        seen += [row["Id"] for row in rows]
        if len(rows) < page:
            return seen
        last = rows[-1]["MetaData"]["CreateTime"]
        same = sum(1 for row in rows if row["MetaData"]["CreateTime"] == last)
        skip = skip + page if last == since else same + 1
        since = last


def test_keyset_pages_give_every_record_once(many: Sandbox) -> None:
    ids = read_by_creation(Caller(many), 700)

    assert len(ids) == len(set(ids)) == 3000


def test_offset_pages_give_every_record_once(many: Sandbox) -> None:
    caller = Caller(many)

    pages = [f"select * from Invoice startposition {start} maxresults 1000" for start in range(1, 3001, 1000)]
    ids = [id_ for page in pages for id_ in caller.ids(page)]

    assert len(ids) == len(set(ids)) == 3000


def test_counts_follow_bounds_on_both_times(many: Sandbox) -> None:
    caller, middle = Caller(many), at(START - timedelta(days=50) + timedelta(seconds=150))

    assert caller.query(f"select count(*) from Invoice where MetaData.CreateTime < '{middle}'") == {
        "totalCount": 1500
    }
    both = f"MetaData.CreateTime < '{middle}' and MetaData.LastUpdatedTime >= '{middle}'"
    assert caller.query(f"select count(*) from Invoice where {both}") == {"totalCount": 500}


def test_a_changed_record_of_a_series_is_served_changed_and_once(many: Sandbox) -> None:
    caller, clerk = Caller(many), many.books()
    many.advance(timedelta(minutes=1))
    clerk.change("Invoice", "1500", {"PrivateNote": "changed"})
    clerk.pay("1501", 3)
    clerk.delete("Invoice", "1502")

    assert caller.ids("select * from Invoice maxresults 2") == ["1501", "1500"]
    assert caller.http.get("/invoice/1500").json()["Invoice"]["PrivateNote"] == "changed"
    assert caller.query("select count(*) from Invoice") == {"totalCount": 2999}
    ids = read_by_creation(caller, 1000)
    assert len(ids) == len(set(ids)) == 2999
    assert ids[500] == "1500"
    assert "1502" not in ids
    since = many.now() - timedelta(seconds=30)
    assert {row["Id"] for row in caller.changes("Invoice", since)["Invoice"]} == {"1500", "1501", "1502"}


def test_new_ids_come_after_those_of_the_series(many: Sandbox) -> None:
    assert int(many.books().create("Invoice", {"CustomerRef": {"value": "1"}, "Line": []})["Id"]) > 3999


def test_pages_deep_inside_two_hundred_thousand_are_found() -> None:
    (books,) = open_world([TinyCompany(series_=(ManyInvoices(200_000, size=1),))], start=START).books.values()
    run(books, "select count(*) from Invoice")

    for start in (1, 100_000, 199_000):
        page = run(books, f"select * from Invoice startposition {start} maxresults 10")
        assert len(page.bodies) == 10
