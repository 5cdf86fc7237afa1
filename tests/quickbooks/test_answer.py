"""Records come out of an answer as the bytes they came in."""

import json
import os
from pathlib import Path

import pytest

from counterfoil.errors import Defect, PoisonedPage
from counterfoil.quickbooks.answer import Answer, count, open_answer, split
from counterfoil.quickbooks.faults import Fault

SAMPLES = Path(os.environ.get("COUNTERFOIL_SAMPLES", Path(__file__).parents[3] / "shared" / "samples"))


def answer(body: str) -> Answer:
    opened = open_answer(200, {}, body.encode())
    assert isinstance(opened, Answer)
    return opened


def test_each_record_keeps_every_digit_and_blank() -> None:
    body = '{"QueryResponse":{"Invoice":[{"Id":"1","TotalAmt":300.00},{ "Id" : "2" }],"maxResults":2}}'

    assert [bytes(record) for record in split(answer(body), "Invoice")] == [
        b'{"Id":"1","TotalAmt":300.00}',
        b'{ "Id" : "2" }',
    ]


@pytest.mark.parametrize(
    "body",
    [
        '{"QueryResponse":{},"time":"x"}',
        '{"QueryResponse":{"Invoice":[]}}',
        '{"QueryResponse":{"totalCount":0}}',
    ],
)
def test_an_absent_array_means_no_records(body: str) -> None:
    assert split(answer(body), "Invoice") == []


def test_records_under_another_name_are_not_ignored() -> None:
    with pytest.raises(Defect, match="CreditCardPaymentTxn"):
        split(answer('{"QueryResponse":{"CreditCardPaymentTxn":[{}]}}'), "CreditCardPayment")


@pytest.mark.parametrize(
    "body", ["{}", '{"QueryResponse":null}', '{"QueryResponse":7}', '{"QueryResponse":[]}']
)
def test_an_answer_that_is_none_is_not_taken_for_no_records(body: str) -> None:
    with pytest.raises(Defect):
        split(answer(body), "Invoice")


def test_a_fault_inside_the_response_is_raised() -> None:
    body = '{"QueryResponse":{"Fault":{"Error":[{"Message":"m","code":"4002"}],"type":"ValidationFault"}}}'

    with pytest.raises(PoisonedPage):
        split(answer(body), "Invoice")


def test_a_count_is_a_number() -> None:
    assert count(answer('{"QueryResponse":{"totalCount":6}}')) == 6


def test_a_count_that_was_not_answered_is_not_zero() -> None:
    with pytest.raises(Defect):
        count(answer('{"QueryResponse":{}}'))


@pytest.mark.parametrize(
    ("time", "utc"),
    [
        ('"2026-05-05T05:16:22.123-07:00"', "2026-05-05 12:16:22.123000+00:00"),
        ("1633520295688", "2021-10-06 11:38:15.688000+00:00"),
        ('"2026-05-05T05:16:22"', "None"),
        ('"noon"', "None"),
        ("null", "None"),
        ("99999999999999999999999", "None"),
    ],
)
def test_the_servers_clock_is_told_in_utc_or_not_at_all(time: str, utc: str) -> None:
    assert str(answer(f'{{"QueryResponse":{{}},"time":{time}}}').server_time) == utc


@pytest.mark.parametrize("body", ['{"Fault":null,"fault":null,"x":{}}', '{"Invoice":{"Fault":{"Error":[]}}}'])
def test_only_a_fault_at_the_top_is_one(body: str) -> None:
    assert answer(body).body == body.encode()


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"Fault"', b"{", b"\xff\xfe"])
def test_what_is_no_object_is_no_answer(body: bytes) -> None:
    assert isinstance(open_answer(200, {}, body), Fault)


def test_an_answer_does_not_show_the_books_in_its_repr() -> None:
    assert "123-45" not in repr(answer('{"Employee":{"SSN":"123-45-6789"}}'))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not at hand")
@pytest.mark.parametrize("path", sorted((SAMPLES / "recorded").glob("*.json")), ids=lambda path: path.stem)
def test_recorded_answers_are_split(path: Path) -> None:
    key = path.name.split("__")[0]
    for exchange in json.loads(path.read_text()):
        opened = answer(json.dumps(exchange["response"]))

        assert opened.server_time is not None
        assert len(split(opened, key)) == exchange["response"]["QueryResponse"].get("maxResults", 0)
