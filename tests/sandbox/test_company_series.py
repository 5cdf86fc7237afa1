"""The bulk invoices and payments, computed from their place."""

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from counterfoil.sandbox.company import Company, Series, companies

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def company() -> Company:
    return companies(1, seed=11, invoices=6_000, now=NOW)[0]


@pytest.fixture(scope="module", params=["Invoice", "Payment"])
def series(request: pytest.FixtureRequest, company: Company) -> Series:
    return next(s for s in company.series() if s.entity == request.param)


def epoch(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp())


def test_ids_lead_back_to_their_place(series: Series) -> None:
    assert [series.index_of(series.id(place)) for place in range(len(series))] == list(range(len(series)))


def test_ids_of_others_have_no_place(company: Company) -> None:
    invoices, payments = company.series()
    written = {r["Id"] for e, r in company.records() if "Id" in r and e != "Attachable"}

    assert not any(invoices.index_of(payments.id(place)) is not None for place in range(len(payments)))
    assert not any(payments.index_of(invoices.id(place)) is not None for place in range(len(invoices)))
    for strange in ("", "0", "-1", "1e5", "٣", "9" * 40, "100001 ", "0100001", invoices.id(6_000), *written):
        assert invoices.index_of(strange) is None
        assert payments.index_of(strange) is None


def test_a_body_says_the_same_as_the_series(series: Series) -> None:
    for place in range(0, len(series), 13):
        record = json.loads(series.body(place))
        assert record["Id"] == series.id(place)
        assert epoch(record["MetaData"]["CreateTime"]) == series.created(place)
        assert epoch(record["MetaData"]["LastUpdatedTime"]) == series.updated(place)


def test_creation_never_goes_back_and_ends_before_now(series: Series) -> None:
    created = [series.created(place) for place in range(len(series))]

    assert created == sorted(created)
    assert NOW.timestamp() - created[0] <= 3 * 365 * 86_400
    assert all(series.updated(place) < NOW.timestamp() for place in range(len(series)))


def test_hundreds_share_one_second_in_a_burst(company: Company) -> None:
    invoices = company.series()[0]
    seconds = Counter(invoices.created(place) for place in range(len(invoices)))

    assert [number for number in seconds.values() if number > 1] == [400, 400, 400]


def test_lines_vary_from_one_to_nine_and_are_five_on_average(company: Company) -> None:
    invoices = company.series()[0]
    lengths = [len(json.loads(invoices.body(place))["Line"]) - 1 for place in range(2_000)]

    assert set(lengths) == set(range(1, 10))
    assert 4.5 < sum(lengths) / len(lengths) < 5.5


def test_a_paid_invoice_and_its_payment_link_each_other(company: Company) -> None:
    invoices, payments = company.series()
    for place in range(300):
        invoice = json.loads(invoices.body(place))
        if place % 3:
            assert (invoice["SyncToken"], invoice["LinkedTxn"]) == ("0", [])
            assert invoice["Balance"] == invoice["TotalAmt"]
            continue
        group = payments.index_of(invoice["LinkedTxn"][0]["TxnId"])
        assert group is not None
        payment = json.loads(payments.body(group))
        assert (invoice["SyncToken"], invoice["Balance"]) == ("1", 0)
        assert invoice["MetaData"]["LastUpdatedTime"] == payment["MetaData"]["CreateTime"]
        assert payment["Line"][0]["LinkedTxn"] == [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
        assert payment["CustomerRef"] == invoice["CustomerRef"]
        assert payment["TotalAmt"] == payment["Line"][0]["Amount"] == invoice["TotalAmt"]
        assert payment["Line"][0]["LineEx"]["any"][2]["value"]["Value"] == invoice["DocNumber"]


def test_the_newest_invoices_are_still_open(company: Company) -> None:
    invoices = company.series()[0]

    assert json.loads(invoices.body(5_998 - 5_998 % 3))["LinkedTxn"] == []


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_a_run_may_be_short_or_empty(count: int) -> None:
    company = companies(1, seed=1, invoices=count, now=NOW)[0]
    invoices, payments = company.series()

    assert (len(invoices), len(payments)) == (count, -(-count // 3))
    assert [invoices.index_of(invoices.id(place)) for place in range(count)] == list(range(count))
    assert sum(1 for _ in company.records()) > 300


def test_a_body_takes_far_less_than_sixty_microseconds(company: Company) -> None:
    invoices = company.series()[0]
    best = min(timed(lambda: [invoices.body(place) for place in range(1_000)]) for _ in range(5))

    assert best / 1_000 < 60e-6


def timed(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def test_a_body_weighs_about_five_kilobytes(company: Company) -> None:
    invoices = company.series()[0]
    weight = sum(len(invoices.body(place)) for place in range(2_000)) / 2_000

    assert 4_500 < weight < 5_500
