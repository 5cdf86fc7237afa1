"""The query end point as section 3 of the API reference describes it."""

import pytest

from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import Caller


def test_it_answers_a_count_alone(read_only: Caller) -> None:
    assert read_only.query("select count(*) from Invoice") == {"totalCount": 5}


def test_it_gives_each_row_with_the_rows_own_count(read_only: Caller) -> None:
    found = read_only.query("select * from Invoice startposition 2 maxresults 3")

    assert (found["startPosition"], found["maxResults"], len(found["Invoice"])) == (2, 3, 3)


def test_an_empty_result_has_no_members(read_only: Caller) -> None:
    assert read_only.query("select * from Transfer") == {}
    assert read_only.query("select * from Invoice startposition 6") == {}


def test_some_entities_tell_a_total_count_and_others_do_not(read_only: Caller) -> None:
    assert "totalCount" in read_only.query("select * from Invoice")
    assert "totalCount" not in read_only.query("select * from Customer")


def test_transactions_come_newest_change_first(read_only: Caller) -> None:
    assert read_only.ids("select * from Invoice") == ["1", "2", "3", "4", "5"]


def test_customers_come_by_full_name_whatever_the_case(read_only: Caller) -> None:
    assert read_only.ids("select * from Customer") == ["1", "2", "3"]


def test_inactive_names_are_hidden_unless_the_statement_speaks_of_active(read_only: Caller) -> None:
    assert "4" not in read_only.ids("select * from Customer")
    assert read_only.ids("select * from Customer where Active = false") == ["4"]
    assert len(read_only.ids("select * from Customer where Active in (true, false)")) == 4
    assert read_only.query("select count(*) from Customer") == {"totalCount": 3}


def test_a_record_without_the_active_flag_is_dropped_by_active_true_alone(read_only: Caller) -> None:
    assert read_only.ids("select * from TaxCode") == ["TAX"]
    assert read_only.ids("select * from TaxCode where Active = true") == []


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("Id = '3'", ["3"]),
        ("Id in ('2', '5', '99')", ["2", "5"]),
        ("TxnDate >= '2026-04-02' and TxnDate < '2026-04-04'", ["2", "3"]),
        ("TotalAmt > 300", ["4", "5"]),
        ("TotalAmt = '200.0'", ["2"]),
        ("DocNumber like '%04'", ["4"]),
        ("CustomerRef = '1'", ["1", "2", "3", "4", "5"]),
        ("CustomerRef = '2'", []),
        ("Metadata.CreateTime >= '2026-03-15T05:00:00-07:00'", ["4", "5"]),
        ("metadata.createtime > '2026-03-15T12:00:00Z'", ["5"]),
        ("MetaData.LastUpdatedTime < '2026-03-18'", ["4", "5"]),
        ("MetaData.CreateTime < '2026-03-16' and MetaData.LastUpdatedTime > '2026-03-18'", ["1", "2", "3"]),
        ("MetaData.LastUpdatedTime = '2026-03-20T05:00:00-07:00'", ["1"]),
    ],
)
def test_it_filters(read_only: Caller, where: str, ids: list[str]) -> None:
    assert sorted(read_only.ids(f"select * from Invoice where {where}")) == ids
    assert read_only.query(f"select count(*) from Invoice where {where}") == {"totalCount": len(ids)}


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("orderby MetaData.CreateTime", ["1", "2", "3", "4", "5"]),
        ("ORDER BY MetaData.CreateTime DESC", ["5", "4", "3", "2", "1"]),
        ("orderby MetaData.LastUpdatedTime asc", ["5", "4", "3", "2", "1"]),
        ("orderby TotalAmt desc, Id", ["5", "4", "3", "2", "1"]),
        ("orderby DocNumber maxresults 2 startposition 2", ["2", "3"]),
        ("orderby MetaData.CreateTime startposition 0 maxresults 1", ["1"]),
    ],
)
def test_it_orders_and_pages(read_only: Caller, order: str, ids: list[str]) -> None:
    assert read_only.ids(f"select * from Invoice {order}") == ids


def test_money_keeps_its_digits(read_only: Caller) -> None:
    answer = read_only.http.get("/query", params={"query": "select * from Invoice where Id = '1'"})

    assert '"TotalAmt":100.00' in answer.text


def test_simple_properties_can_be_chosen(read_only: Caller) -> None:
    row = read_only.query("select Id, DocNumber from Invoice where Id = '2'")["Invoice"][0]

    assert row == {"Id": "2", "DocNumber": "102", "domain": "QBO", "sparse": False}


def test_a_star_beside_a_property_means_all(read_only: Caller) -> None:
    assert "Type" in read_only.query("select *, Sku from Item")["Item"][0]


@pytest.mark.parametrize(
    ("text", "code", "detail"),
    [
        ("", "4000", "The query provided was empty"),
        (
            "select * from Invoice where Id % 3",
            "4000",
            'Lexical error at line 1, column 32.  Encountered: "%" (37)',
        ),
        ("select * from Invoice where Id = '3", "4000", "Lexical error"),
        (
            "select * from Invoice where Id = '3' R",
            "4000",
            'Encountered " <IDENTIFIER> "R "" at line 1, column 38',
        ),
        ("select * from Invoice where Id = '3' or Id = '4'", "4000", 'Encountered " <IDENTIFIER> "or "'),
        ("select * from Invoice where Id != '3'", "4000", "Lexical error"),
        ("select * from Custmoer", "4001", "invalid context declaration: Custmoer"),
        ("select * from TaxService", "4001", "Metadata not found for Entity: TaxService"),
        ("select * from InventoryAdjustment", "4001", "Metadata not found for Entity: InventoryAdjustment"),
        ("select * from Invoice where EntityRef = '3'", "4001", "not found for Entity Invoice"),
        (
            "select * from PurchaseOrder where POStatus = 'Open'",
            "4001",
            "property 'POStatus' is not queryable",
        ),
        ("select * from Invoice where Line.Amount > 3", "4001", "property 'Line.Amount' is not queryable"),
        ("select * from Transfer where DocNumber = '3'", "4001", "property 'DocNumber' is not queryable"),
        (
            "select * from Vendor where PrimaryEmailAddr = 'a'",
            "4001",
            "property 'PrimaryEmailAddr' is not queryable",
        ),
        ("select Nonsense from Invoice", "4001", "Property Nonsense not found for Entity Invoice"),
        ("select Line from Invoice", "4001", "property 'Line' is not queryable"),
        ("select * from ExchangeRate", "4001", "sourcecurrencycode"),
        (
            "select * from Invoice where MetaData.CreateTime > '2026-05-01T00:00:00 07:00'",
            "4001",
            "not a valid date",
        ),
    ],
)
def test_it_refuses_in_the_servers_own_words(read_only: Caller, text: str, code: str, detail: str) -> None:
    error = read_only.error(text)

    assert error["code"] == code
    assert detail in error["Detail"]


def test_a_posted_statement_is_answered_like_an_asked_one(read_only: Caller) -> None:
    text = "select * from Customer where DisplayName = 'Birch'"

    posted = read_only.http.post("/query", content=text, headers={"content-type": "application/text"})

    assert [row["Id"] for row in posted.json()["QueryResponse"]["Customer"]] == ["2"]


def test_an_unescaped_quote_ends_the_text_and_an_escaped_one_does_not(read_only: Caller) -> None:
    assert read_only.ids(r"select * from Customer where DisplayName = 'O\'Dowd'") == []
    assert read_only.error("select * from Customer where DisplayName = 'O'Dowd'")["code"] == "4000"


def test_entity_names_may_be_lower_case(read_only: Caller) -> None:
    assert len(read_only.query("select * from invoice")["Invoice"]) == 5


def test_a_page_holds_a_hundred_unless_told_and_never_more_than_a_thousand(many: Sandbox) -> None:
    from_many = Caller(many)

    assert len(from_many.ids("select * from Invoice")) == 100
    assert len(from_many.ids("select * from Invoice maxresults 5000")) == 1000


def test_a_single_record_is_read_by_id_even_when_inactive(read_only: Caller) -> None:
    assert read_only.http.get("/customer/4").json()["Customer"]["Active"] is False


def test_an_id_that_never_was_is_refused_with_610(read_only: Caller) -> None:
    answer = read_only.http.get("/invoice/999")

    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"][0]["code"] == "610"


def test_an_unknown_path_is_an_unsupported_operation(read_only: Caller) -> None:
    assert read_only.http.get("/nonsense/1").json()["Fault"]["Error"][0]["code"] == "500"


def test_the_company_is_read_by_its_realm_and_preferences_without_an_id(read_only: Caller) -> None:
    realm = read_only.connected.realm_id

    assert read_only.http.get(f"/companyinfo/{realm}").json()["CompanyInfo"]["Id"] == "1"
    assert "Preferences" in read_only.http.get("/preferences").json()


def test_company_info_ignores_the_start_position(read_only: Caller) -> None:
    assert len(read_only.query("select * from CompanyInfo startposition 101")["CompanyInfo"]) == 1


def test_every_answer_carries_a_trace_and_may_be_packed(read_only: Caller) -> None:
    answer = read_only.http.get("/query", params={"query": "select * from Invoice"})

    assert answer.headers["intuit_tid"]
    assert answer.headers["qbo-version"]
    assert answer.headers["content-encoding"] == "gzip"
    plain = read_only.http.get("/preferences", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_answers_tell_the_time_in_pacific(read_only: Caller) -> None:
    assert read_only.http.get("/preferences").json()["time"].endswith("-07:00")
