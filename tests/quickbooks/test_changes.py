"""Change data capture: nothing that it tells is lost."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counterfoil.errors import ChangesTooOld, Defect, QuickBooksDown
from counterfoil.quickbooks.answer import Answer
from counterfoil.quickbooks.catalog import stream
from counterfoil.quickbooks.changes import Changes, Tombstone, changes, read_changes
from counterfoil.quickbooks.client import Client
from tests.quickbooks.wire import Reply, Wire

SAMPLES = Path(os.environ.get("COUNTERFOIL_SAMPLES", Path(__file__).parents[3] / "shared" / "samples"))
SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def read(body: str, *names: str) -> Changes:
    return read_changes(Answer(body.encode(), None), [stream(name) for name in names])


def blocks(*inside: str) -> str:
    return '{"CDCResponse":[{"QueryResponse":[' + ",".join(inside) + "]}]}"


def test_one_call_asks_for_every_entity(acme: Client, wire: Wire) -> None:
    wire.script = [Reply(body=blocks('{"Customer":[{"Id":"5"}]}', "{}").encode())]

    found = changes(acme, [stream("Invoice"), stream("Customer")], SINCE)

    assert wire.asked[0].path.endswith("/cdc")
    assert wire.asked[0].params["entities"] == "Invoice,Customer"
    assert wire.asked[0].params["changedSince"] == "2026-11-01T00:00:00+00:00"
    assert found.by_entity["Invoice"].records == []
    assert [bytes(record) for record in found.by_entity["Customer"].records] == [b'{"Id":"5"}']
    assert acme.counters.metered == 1


def test_records_and_tombstones_are_told_apart() -> None:
    found = read(
        blocks(
            '{"invoice":[{"Id":"1","DocNumber":"status"},'
            '{"domain":"QBO","status":"Deleted","Id":"9","MetaData":{"LastUpdatedTime":"2026-02-01T10:00:00-08:00"}},'
            '{"status":"deleted","Id":"10","MetaData":null}],"maxResults":3}'
        ),
        "Invoice",
    )

    assert [bytes(record) for record in found.by_entity["Invoice"].records] == [
        b'{"Id":"1","DocNumber":"status"}'
    ]
    assert found.by_entity["Invoice"].deleted == [
        Tombstone("9", datetime(2026, 2, 1, 18, tzinfo=UTC)),
        Tombstone("10", None),
    ]
    assert found.total == 3


def test_an_entity_in_two_blocks_is_put_together() -> None:
    found = read(blocks('{"Bill":[{"Id":"1"}]}', '{"Bill":[{"Id":"2"}]}'), "Bill")

    assert len(found.by_entity["Bill"].records) == 2


def test_an_array_under_another_name_than_the_entitys_is_known() -> None:
    found = read(blocks('{"CreditCardPaymentTxn":[{"Id":"1"}]}'), "CreditCardPayment")

    assert len(found.by_entity["CreditCardPayment"].records) == 1


def test_a_wrapped_tombstone_is_seen() -> None:
    found = read(
        blocks('{"RecurringTransaction":[{"Invoice":{"status":"Deleted","Id":"3"}},{"Bill":{"Id":"4"}}]}'),
        "RecurringTransaction",
    )

    assert found.by_entity["RecurringTransaction"].deleted == [Tombstone("3", None)]
    assert len(found.by_entity["RecurringTransaction"].records) == 1


@pytest.mark.parametrize(("objects", "cut"), [(999, False), (1000, True)])
def test_an_answer_that_may_be_cut_is_known_by_its_total(objects: int, cut: bool) -> None:
    half = ",".join(['{"Id":"1"}'] * (objects // 2))
    rest = ",".join(['{"Id":"1"}'] * (objects - objects // 2))

    found = read(blocks(f'{{"Bill":[{half}]}}', f'{{"Invoice":[{rest}]}}'), "Bill", "Invoice")

    assert found.total == objects
    assert found.may_be_cut is cut


def test_a_moment_too_long_ago_is_known(acme: Client, wire: Wire) -> None:
    detail = "Operation cdc with changedSince date 2020 which is older than fixed days is not supported."
    wire.script = [Reply(400, f'{{"Fault":{{"Error":[{{"Detail":"{detail}","code":"4001"}}]}}}}'.encode())]

    with pytest.raises(ChangesTooOld):
        changes(acme, [stream("Invoice")], SINCE)


@pytest.mark.parametrize(
    "place", ['{{"CDCResponse":[{{{0}}}]}}', '{{"CDCResponse":[{{"QueryResponse":[{{{0}}}]}}]}}']
)
def test_a_fault_inside_is_not_taken_for_no_changes(place: str) -> None:
    fault = '"Fault":{"Error":[{"Message":"m"}],"type":"SystemFault"}'

    with pytest.raises(QuickBooksDown):
        read(place.format(fault), "Invoice")


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"CDCResponse":null}',
        '{"CDCResponse":{}}',
        '{"CDCResponse":[{"QueryResponse":7}]}',
        blocks("7"),
        blocks('{"Employee":[{"Id":"1"}]}'),
        blocks('{"Invoice":[{"status":"Deleted"}]}'),
        blocks('{"Invoice":[7]}'),
    ],
)
def test_a_shape_that_might_hide_changes_is_loud(body: str) -> None:
    with pytest.raises(Defect):
        read(body, "Invoice")


@pytest.mark.parametrize("body", [blocks(), blocks("{}"), '{"CDCResponse":[{}]}', '{"CDCResponse":[]}'])
def test_nothing_changed_is_an_answer_too(body: str) -> None:
    assert read(body, "Invoice").total == 0


def test_a_moment_without_an_offset_is_our_mistake(acme: Client) -> None:
    with pytest.raises(Defect):
        changes(acme, [stream("Invoice")], SINCE.replace(tzinfo=None))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not at hand")
def test_sampled_changes_are_sorted() -> None:
    body = (SAMPLES / "cdc" / "CDC_live_shape_multi_entity__laravel-test.json").read_text()

    found = read(body, "Customer", "Invoice", "Account", "Bill")

    assert found.by_entity["Invoice"].deleted == [Tombstone("9", None)]
    assert found.by_entity["Customer"].deleted == [Tombstone("7", None)]
    assert len(found.by_entity["Account"].records) == 2
    assert found.total == 4
