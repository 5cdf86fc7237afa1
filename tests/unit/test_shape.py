"""Records to rows: exact, complete, never guessed."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.quickbooks.catalog import catalog
from counterfoil.sync.shape import Shaped, Stamp, shape

STAMP = Stamp(realm_id="42", sync_id="sync_1", synced_at=datetime(2026, 11, 22, tzinfo=UTC))


def shaped(*records: str, stream: str = "Invoice") -> Shaped:
    raws = [msgspec.Raw(record.encode()) for record in records]
    return shape(raws, catalog()[stream], observed=frozenset(), stamp=STAMP, first_seq=0)


def rows(*records: str, stream: str = "Invoice", table: str = "invoice") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shaped(*records, stream=stream).tables[table].to_pylist()
    return found


def extra(row: dict[str, Any]) -> Any:
    return json.loads(row["_extra"], parse_float=Decimal) if row.get("_extra") else None


@pytest.mark.parametrize(
    "digits", ["0.1", "300.00", "-0.005", "99999999999.99", "12345678901234567890.123456789", "1e3", "86.4"]
)
def test_it_keeps_every_digit_of_an_amount(digits: str) -> None:
    (row,) = rows(f'{{"Id":"1","TotalAmt":{digits}}}')

    assert row["total_amount"] == Decimal(digits)


def test_it_keeps_a_number_with_more_than_nine_decimals_beside_its_rounding() -> None:
    record = '{"Id":"1","Line":[{"SalesItemLineDetail":{"UnitPrice":33.33333333333333}}]}'

    (row,) = rows(record, table="invoice_line")

    assert row["sales_item_unit_price"] == Decimal("33.333333333")
    assert extra(row) == {"SalesItemLineDetail": {"@UnitPrice": Decimal("33.33333333333333")}}


def test_it_keeps_a_number_too_long_for_its_column_as_it_came() -> None:
    digits = "1234567890123456789012345678901234567890.5"

    (row,) = rows(f'{{"Id":"1","TotalAmt":{digits}}}')

    assert row["total_amount"] is None
    assert extra(row) == {"@TotalAmt": Decimal(digits)}


def test_an_unknown_field_lands_in_extra_at_the_level_where_it_stood() -> None:
    shape_ = shaped(
        '{"Id":"1","Novelty":{"a":[1.50,"x"]},"BillAddr":{"Moon":true,"City":"Ayr"},'
        '"Line":[{"Amount":1,"Sparkle":2.10},{"Amount":2}]}'
    )
    (parent,) = shape_.tables["invoice"].to_pylist()
    lines = shape_.tables["invoice_line"].to_pylist()

    assert extra(parent) == {"Novelty": {"a": [Decimal("1.50"), "x"]}, "BillAddr": {"Moon": True}}
    assert [extra(line) for line in lines] == [{"Sparkle": Decimal("2.10")}, None]
    assert parent["billing_address_city"] == "Ayr"


def test_an_unknown_field_may_have_any_name() -> None:
    (row,) = rows(r'{"Id":"1","a\"b":1,"c\\d":2,"\u001f":3,"":4,"é\n":5}')

    assert extra(row) == {'a"b': 1, "c\\d": 2, "\x1f": 3, "": 4, "é\n": 5}


@pytest.mark.parametrize("fitting", [True, False])
def test_extra_is_the_same_on_the_fast_and_on_the_exact_path(fitting: bool) -> None:
    amount = "1.5" if fitting else '"not a number"'
    (row,) = rows(f'{{"Id":"1","TotalAmt":{amount},"New":{{"digits":0.10,"none":null}}}}')

    assert extra(row)["New"] == {"digits": Decimal("0.10"), "none": None}


@pytest.mark.parametrize(
    ("field", "column", "value", "taken", "kept"),
    [
        ("TotalAmt", "total_amount", '"12.50"', Decimal("12.5"), None),
        ("TotalAmt", "total_amount", '""', None, ""),
        ("TotalAmt", "total_amount", "true", None, True),
        ("DocNumber", "doc_number", "00", None, None),
        ("DocNumber", "doc_number", "1042", "1042", None),
        ("DocNumber", "doc_number", "12.50", "12.50", None),
        ("TxnDate", "transaction_date", '"2026-02-31"', None, "2026-02-31"),
        ("TxnDate", "transaction_date", '"2026-02-28"', date(2026, 2, 28), None),
        ("ApplyTaxAfterDiscount", "apply_tax_after_discount", '"true"', True, None),
        ("CustomerRef", "customer_id", '"12"', None, "12"),
        ("DocNumber", "doc_number", '{"a":1}', None, {"a": 1}),
    ],
)
def test_a_value_of_another_type_is_taken_whole_or_kept_as_it_came(
    field: str, column: str, value: str, taken: Any, kept: Any
) -> None:
    if value == "00":
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(value)
        return
    (row,) = rows(f'{{"Id":"1","{field}":{value}}}')

    assert row.get(column) == taken
    assert extra(row) == (None if kept is None else {f"@{field}": kept})


@pytest.mark.parametrize(
    ("text", "moment", "whole"),
    [
        ("2026-03-08T01:59:59-08:00", datetime(2026, 3, 8, 9, 59, 59, tzinfo=UTC), True),
        ("2026-03-08T03:00:00-07:00", datetime(2026, 3, 8, 10, 0, 0, tzinfo=UTC), True),
        ("2026-03-08T03:00:00.123456Z", datetime(2026, 3, 8, 3, 0, 0, 123456, tzinfo=UTC), True),
        ("2026-03-08", datetime(2026, 3, 8, tzinfo=UTC), False),
        ("2026-03-08T03:00:00", None, False),
        ("soon", None, False),
    ],
)
def test_times_become_utc_and_one_without_an_offset_is_not_guessed(
    text: str, moment: datetime | None, whole: bool
) -> None:
    (row,) = rows(f'{{"Id":"1","MetaData":{{"LastUpdatedTime":"{text}"}}}}')

    assert row.get("updated_at") == moment
    assert (extra(row) is None) is whole


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ('"a\\u0000b"', "a\x00b"),
        ('"\\ud83d\\ude00"', "😀"),
        ('"half \\ud83d"', "half \ufffd"),
        ('"\'; DROP TABLE invoice; --"', "'; DROP TABLE invoice; --"),
        ('"שלום\\n\\t\\\\"', "שלום\n\t\\"),
    ],
)
def test_strange_text_arrives(text: str, stands: str) -> None:
    (row,) = rows(f'{{"Id":"1","PrivateNote":{text}}}')

    assert row["private_note"] == stands


def test_a_field_named_twice_counts_with_its_last_value() -> None:
    (row,) = rows('{"Id":"1","DocNumber":"first","DocNumber":"last"}')

    assert row["doc_number"] == "last"


def test_an_empty_array_where_a_scalar_belongs_is_nothing() -> None:
    (row,) = rows('{"Id":"1","TxnDate":[],"TotalAmt":{},"DocNumber":null}')

    assert row.get("transaction_date") is None
    assert extra(row) is None


def test_lines_carry_their_parents_id_and_their_place() -> None:
    lines = rows(
        '{"Id":"7","Line":[{"Amount":1},{"Amount":2}]}',
        '{"Id":"8"}',
        '{"Id":"9","Line":[]}',
        '{"Id":"10","Line":[{"Amount":3}]}',
        table="invoice_line",
    )

    assert [(line["invoice_id"], line["index"], line["amount"]) for line in lines] == [
        ("7", 0, 1),
        ("7", 1, 2),
        ("10", 0, 3),
    ]


def test_lines_of_a_bundle_know_the_line_they_hang_on() -> None:
    record = (
        '{"Id":"7","Line":[{"Amount":1},{"GroupLineDetail":{"Line":'
        '[{"Amount":5,"LinkedTxn":[{"TxnId":"3","TxnType":"Estimate"}]},{"Amount":6}]}}]}'
    )
    bundled = rows(record, table="invoice_line_bundle")

    assert [(b["invoice_id"], b["invoice_line_index"], b["index"], b["amount"]) for b in bundled] == [
        ("7", 1, 0, 5),
        ("7", 1, 1, 6),
    ]


def test_a_link_stands_under_the_name_of_its_type_as_in_fivetrans_schema() -> None:
    links = rows(
        '{"Id":"7","LinkedTxn":[{"TxnId":"3","TxnType":"Payment"},{"TxnId":"4","TxnType":"Estimate"}]}',
        table="invoice_linked_txn",
    )

    assert [(link["payment_id"], link["estimate_id"]) for link in links] == [("3", None), (None, "4")]


def test_a_later_page_may_use_fields_that_the_first_did_not() -> None:
    first = shaped('{"Id":"1","DocNumber":"1"}')
    again = shape(
        [msgspec.Raw(b'{"Id":"2","ShipMethodRef":{"value":"UPS"},"TotalAmt":1.10}')],
        catalog()["Invoice"],
        observed=first.observed,
        stamp=STAMP,
        first_seq=1,
    )
    (row,) = again.tables["invoice"].to_pylist()

    assert row["total_amount"] == Decimal("1.1")
    assert "UPS" in row.values()
    assert again.observed > first.observed


def test_a_record_without_an_id_is_kept_under_a_made_up_one() -> None:
    found = rows('{"DocNumber":"1"}', '{"Id":"5"}')

    assert [row["id"] for row in found] == ["?0", "5"]


def test_an_exchange_rate_is_named_by_its_currencies_and_day() -> None:
    record = (
        '{"SourceCurrencyCode":"EUR","TargetCurrencyCode":"USD","AsOfDate":"2026-01-02","Rate":1.0923456}'
    )

    (row,) = rows(record, stream="ExchangeRate", table="exchange_rate")

    assert row["id"] == "EUR|USD|2026-01-02"
    assert row["rate"] == Decimal("1.0923456")


def is_nothing(value: Any) -> bool:
    """An array of nothing says nothing either."""
    return value in (None, {}) or (isinstance(value, list) and all(is_nothing(inner) for inner in value))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    ["TotalAmt", "DocNumber", "TxnDate", "CustomerRef", "Line", "MetaData", "Unheard", "LinkedTxn"]
)


@given(st.lists(st.dictionaries(names, anything, max_size=5), min_size=1, max_size=4))
def test_whatever_comes_each_record_becomes_one_row_and_no_value_disappears(
    records: list[dict[str, Any]],
) -> None:
    encoder = msgspec.json.Encoder(decimal_format="number")
    texts = [encoder.encode({**record, "Id": str(place)}).decode() for place, record in enumerate(records)]

    found = shaped(*texts).tables

    assert [row["id"] for row in found["invoice"].to_pylist()] == [
        str(place) for place in range(len(records))
    ]
    for place, record in enumerate(records):
        unheard = record.get("Unheard")
        if not is_nothing(unheard):
            kept = extra(found["invoice"].to_pylist()[place])
            assert "Unheard" in kept
