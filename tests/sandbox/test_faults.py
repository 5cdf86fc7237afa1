"""Limits, and the faults that one can choose."""

import threading
import time

import httpx2
import pytest

from counterfoil.sandbox.limits import Rates
from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import START, Caller, TinyCompany, at

COUNT = {"query": "select count(*) from Invoice"}


def statuses(caller: Caller, calls: int) -> list[int]:
    return [caller.http.get("/query", params=COUNT).status_code for _ in range(calls)]


def at_once(caller: Caller, calls: int) -> list[int]:
    """Statuses of calls that run at the same time."""
    found = []
    threads = [threading.Thread(target=lambda: found.extend(statuses(caller, 1))) for _ in range(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def limited(**rates: int) -> Sandbox:
    return Sandbox([TinyCompany()], start=START, rates=Rates(**rates))


def test_more_than_so_many_in_a_second_meet_429() -> None:
    with limited(per_second=3) as sandbox:
        caller = Caller(sandbox)
        assert statuses(caller, 4) == [200, 200, 200, 429]
        time.sleep(1.05)
        assert statuses(caller, 1) == [200]


def test_more_than_so_many_in_a_minute_meet_429() -> None:
    with limited(per_second=100, per_minute=5) as sandbox:
        assert statuses(Caller(sandbox), 6) == [200] * 5 + [429]


def test_more_than_so_many_at_once_meet_429() -> None:
    with limited(per_second=100, at_once=2) as sandbox:
        sandbox.fault(kind="slow", seconds=0.3, times=9)

        assert sorted(at_once(Caller(sandbox), 3)) == [200, 200, 429]

        assert sandbox.counters()["most_at_once"] == 3


def test_throttling_speaks_xml_and_lower_case_json_in_turn() -> None:
    with limited(per_second=1) as sandbox:
        caller = Caller(sandbox)
        statuses(caller, 1)
        answers = [caller.http.get("/query", params=COUNT) for _ in range(12)]

    media = {answer.headers["content-type"].split(";")[0] for answer in answers if answer.status_code == 429}
    assert media == {"application/xml", "application/json"}
    assert all(
        "ThrottleExceeded; errorCode=003001" in answer.text for answer in answers if answer.status_code == 429
    )


def test_a_fault_meets_the_next_calls_that_fit_and_no_more(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(entity="Customer", status=500, times=2, after=1)

    asked = [
        caller.http.get("/query", params={"query": "select * from Customer"}).status_code for _ in range(4)
    ]

    assert asked == [200, 500, 500, 200]
    sandbox.fault(entity="Customer")
    assert statuses(caller, 1) == [200]
    assert (
        caller.http.get("/cdc", params={"entities": "Item,customer", "changedSince": at(START)}).status_code
        == 500
    )


def test_a_success_can_carry_a_fault(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(status=200, code="10000")

    answer = caller.http.get("/query", params=COUNT)

    assert answer.status_code == 200
    assert answer.json()["Fault"]["Error"][0]["code"] == "10000"


def test_a_fault_can_come_as_xml_or_from_the_gateway(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(kind="xml", status=504, code="006002", message="GatewayTimeout")
    sandbox.fault(kind="gateway", status=503, code="3001", message="Down")

    first, second = (caller.http.get("/query", params=COUNT) for _ in range(2))

    assert first.text.startswith("<?xml")
    assert first.status_code == 504
    assert second.json()["fault"]["error"][0]["message"] == "message=Down; errorCode=003001; statusCode=503"


def test_a_throttle_may_say_how_long_to_wait(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(kind="throttle", retry_after=7)
    sandbox.fault(kind="throttle")

    told, silent = (caller.http.get("/query", params=COUNT) for _ in range(2))

    assert (told.status_code, told.headers["retry-after"]) == (429, "7")
    assert "retry-after" not in silent.headers


def test_a_slow_call_is_answered_rightly_in_the_end(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(kind="slow", seconds=0.2)

    began = time.perf_counter()
    assert statuses(caller, 1) == [200]
    assert time.perf_counter() - began >= 0.2


@pytest.mark.parametrize("kind", ["reset", "lose", "truncate"])
def test_a_connection_can_break(sandbox: Sandbox, caller: Caller, kind: str) -> None:
    sandbox.fault(kind=kind)

    with pytest.raises(httpx2.TransportError):
        caller.http.get("/query", params={"query": "select * from Invoice"})

    assert statuses(caller, 1) == [200]


def test_a_lost_answer_is_of_a_call_that_was_done_and_a_reset_one_was_not(
    sandbox: Sandbox, caller: Caller
) -> None:
    for kind, name in (("reset", "Gum"), ("lose", "Fir")):
        sandbox.fault(kind=kind)
        with pytest.raises(httpx2.TransportError):
            caller.post("/customer", {"DisplayName": name})

    assert caller.ids("select * from Customer where DisplayName = 'Fir'")
    assert not caller.ids("select * from Customer where DisplayName = 'Gum'")


def test_a_poisoned_record_fails_pages_that_hold_it_and_no_others(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.poison("Invoice", "3")

    by_creation = "select * from Invoice orderby MetaData.CreateTime startposition {} maxresults 2"
    assert caller.ids(by_creation.format(1)) == ["1", "2"]
    assert caller.error(by_creation.format(3))["code"] == "4002"
    assert caller.ids(by_creation.format(4)) == ["4", "5"]
    sandbox.heal()
    assert caller.ids(by_creation.format(3)) == ["3", "4"]


def test_faults_are_xml_unless_json_is_asked_for(caller: Caller) -> None:
    answer = caller.http.get("/query", params={"query": "nonsense"}, headers={"accept": "*/*"})

    assert answer.headers["content-type"].startswith("application/xml")
    assert '<Error code="4000">' in answer.text


def test_counters_tell_metered_calls_from_writes_and_refusals(sandbox: Sandbox, caller: Caller) -> None:
    statuses(caller, 2)
    caller.post("/customer", {"DisplayName": "Fir"})
    caller.http.get("/invoice/99")
    caller.http.get("/cdc", params={"entities": "Invoice", "changedSince": at(START)})

    counted = sandbox.counters()

    assert (counted["calls"], counted["metered"]) == (5, 3)
    assert counted["paths"]["GET query"] == 2
    assert counted["paths"]["GET invoice/{id}"] == 1
    sandbox.reset_counters()
    assert sandbox.counters()["calls"] == 0
