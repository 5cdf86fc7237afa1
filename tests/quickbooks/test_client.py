"""What a reader of one company gets, whatever the wire does."""

import gzip
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from counterfoil.errors import (
    CompanyForbidden,
    FeatureNotInPlan,
    PoisonedPage,
    QuickBooksDown,
    RateLimited,
    ReconnectNeeded,
    RequestRefused,
)
from counterfoil.quickbooks.access import Access
from counterfoil.quickbooks.client import Client
from tests.quickbooks.clock import Clock
from tests.quickbooks.wire import GOOD, Asked, Reply, Wire

EXPIRED = Reply(
    401, b'{"fault":{"error":[{"message":"errorCode=003200","code":"3200"}],"type":"AUTHENTICATION"}}'
)
THROTTLED = Reply(
    429, b'<IntuitResponse><Fault type="SERVICE"><Error code="3001"></Error></Fault></IntuitResponse>'
)


def fault(code: str, *, status: int = 400, kind: str = "ValidationFault", detail: str = "") -> Reply:
    text = f'{{"Fault":{{"Error":[{{"Message":"m","Detail":"{detail}","code":"{code}"}}],"type":"{kind}"}}}}'
    return Reply(status, text.encode())


def test_it_asks_as_intuit_wants_to_be_asked(acme: Client, wire: Wire) -> None:
    acme.query("SELECT * FROM Invoice WHERE DocNumber = 'a+b & 100%'")

    asked = wire.asked[0]
    assert asked.path == "/v3/company/4620816365/query"
    assert asked.params["query"] == "SELECT * FROM Invoice WHERE DocNumber = 'a+b & 100%'"
    assert asked.params["minorversion"] == "75"
    assert asked.headers["authorization"] == "Bearer access-0"
    assert asked.headers["accept"] == "application/json"
    assert asked.headers["accept-encoding"] == "gzip"


def test_it_gives_the_body_as_it_came_and_the_servers_clock(acme: Client) -> None:
    answer = acme.query("SELECT * FROM Invoice")

    assert answer.body == GOOD
    assert str(answer.server_time) == "2026-05-05 12:16:22.123000+00:00"


def test_it_posts_a_statement_that_is_too_long_for_an_address(acme: Client, wire: Wire) -> None:
    statement = "SELECT * FROM Invoice WHERE Id IN ('" + "7" * 2000 + "')"

    acme.query(statement)

    assert wire.asked[0].method == "POST"
    assert wire.asked[0].body.decode() == statement
    assert wire.asked[0].headers["content-type"] == "application/text"
    assert wire.asked[0].params["minorversion"] == "75"
    assert "query" not in wire.asked[0].params


def test_it_asks_for_all_custom_fields_until_it_is_told_that_there_is_no_such_parameter(
    acme: Client, wire: Wire
) -> None:
    wire.script = [fault("2010", detail="Unknown parameter: include")]

    acme.query("SELECT * FROM Invoice")
    acme.query("SELECT * FROM Invoice")

    asked = [asked.params.get("include", "") for asked in wire.asked]
    assert asked == ["enhancedAllCustomFields", "", ""]


def test_a_refusal_that_only_mentions_including_still_stands(acme: Client, wire: Wire) -> None:
    wire.script = [fault("5020", detail="Your plan does not include this feature")]

    with pytest.raises(FeatureNotInPlan):
        acme.query("SELECT * FROM PurchaseOrder")


def test_it_reads_a_packed_answer(acme: Client, wire: Wire) -> None:
    wire.script = [Reply(body=gzip.compress(GOOD), headers={"Content-Encoding": "gzip"})]

    assert acme.query("SELECT * FROM Invoice").body == GOOD


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, b""),
        Reply(503, b"<html><body>Service Unavailable</body></html>"),
        Reply(504, b'<Fault type="SERVICE"><Error code="6002"><Message>m</Message></Error></Fault>'),
        Reply(missing=20),
        Reply(missing=len(GOOD)),
        Reply(body=GOOD[:-20]),
        Reply(body=b""),
        Reply(body=gzip.compress(GOOD)[:-12], headers={"Content-Encoding": "gzip"}),
        Reply(body=gzip.compress(GOOD)[:-8] + b"\0" * 8, headers={"Content-Encoding": "gzip"}),
        Reply(body=b"not packed", headers={"Content-Encoding": "gzip"}),
        Reply(body=b"<html>please sign in to the guest network</html>"),
        fault("", status=200, kind="SystemFault"),
        fault("10000", status=200, kind="SystemFault"),
        fault("10000", status=500, kind="SystemFault"),
    ],
    ids=[
        "500-empty", "503-html", "504-xml", "cut", "cut-to-nothing", "cut-but-complete-http", "empty",
        "cut-gzip", "corrupt-gzip", "no-gzip", "guest-network", "200-system-fault", "200-10000", "500-10000",
    ],
)  # fmt: skip
def test_it_asks_again_when_a_failure_may_pass(acme: Client, wire: Wire, clock: Clock, reply: Reply) -> None:
    wire.script = [reply]

    assert acme.query("SELECT * FROM Invoice").body == GOOD

    assert len(wire.asked) == 2
    assert acme.counters.retries == 1
    assert acme.counters.waited == sum(clock.slept) > 0


def test_it_gives_up_on_a_failure_that_does_not_pass(acme: Client, wire: Wire, clock: Clock) -> None:
    wire.otherwise = Reply(503, b"", {"intuit_tid": "1-abc"})

    with pytest.raises(QuickBooksDown, match="HTTP 503, intuit_tid 1-abc"):
        acme.query("SELECT * FROM Invoice")

    assert len(wire.asked) == 6
    assert clock.slept == sorted(clock.slept), "the waits grow"


def test_it_reports_a_server_that_is_not_there(access: Access, clock: Clock, acme: Client) -> None:
    with Client("http://127.0.0.1:1", "1", access, patience=acme._patience) as nowhere:
        with pytest.raises(QuickBooksDown, match="ConnectError"):
            nowhere.query("SELECT * FROM Invoice")

        assert nowhere.counters.metered == 0


def test_it_does_not_repeat_the_books_in_an_error(acme: Client, wire: Wire) -> None:
    wire.otherwise = Reply(body=b'{"QueryResponse":{"Employee":[{"SSN":"123-45-6789"')

    with pytest.raises(QuickBooksDown) as caught:
        acme.query("SELECT * FROM Employee")

    assert "6789" not in str(caught.value)


def test_it_does_not_ask_again_when_that_cannot_help(acme: Client, wire: Wire) -> None:
    wire.otherwise = fault("4001", detail="property 'X' is not queryable")

    with pytest.raises(RequestRefused) as caught:
        acme.query("SELECT * FROM Invoice WHERE X = '1'")

    assert caught.value.fault_code == "4001"
    assert caught.value.detail == "property 'X' is not queryable"
    assert len(wire.asked) == 1


def test_it_names_a_poisoned_page_at_once(acme: Client, wire: Wire) -> None:
    wire.otherwise = fault("4002", status=500)

    with pytest.raises(PoisonedPage):
        acme.query("SELECT * FROM Invoice")

    assert len(wire.asked) == 1


def test_it_asks_twice_before_it_blames_a_record_for_a_system_fault(acme: Client, wire: Wire) -> None:
    wire.otherwise = fault("10000", status=500, kind="SystemFault")

    with pytest.raises(PoisonedPage):
        acme.query("SELECT * FROM Invoice")

    assert len(wire.asked) == 2


def test_it_refreshes_once_and_goes_on_when_access_expires_midway(
    acme: Client, wire: Wire, token_body: Callable[..., bytes]
) -> None:
    acme.query("SELECT * FROM Invoice")
    wire.script = [EXPIRED, Reply(body=token_body(1))]

    acme.query("SELECT * FROM Invoice")
    acme.query("SELECT * FROM Invoice")

    bearers = [asked.headers["authorization"] for asked in wire.asked if asked.path.endswith("query")]
    assert bearers == ["Bearer access-0", "Bearer access-0", "Bearer access-1", "Bearer access-1"]
    assert sum(asked.path == "/token" for asked in wire.asked) == 1


def test_ten_readers_whose_access_expires_at_once_refresh_it_once(
    acme: Client, wire: Wire, token_body: Callable[..., bytes]
) -> None:
    everyone = threading.Barrier(10)

    def reply(asked: Asked) -> Reply:
        if asked.path == "/token":
            return Reply(body=token_body(1))
        if asked.headers["authorization"] == "Bearer access-0":
            everyone.wait(5)
            return EXPIRED
        return Reply()

    wire.otherwise = reply
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(acme.query, ["SELECT * FROM Invoice"] * 10))

    assert all(answer.body == GOOD for answer in answers)
    assert sum(asked.path == "/token" for asked in wire.asked) == 1


def test_it_asks_for_a_reconnect_when_a_fresh_token_is_not_accepted_either(
    acme: Client, wire: Wire, token_body: Callable[..., bytes]
) -> None:
    wire.script = [EXPIRED, Reply(body=token_body(1)), EXPIRED, Reply(body=token_body(2)), EXPIRED]

    with pytest.raises(ReconnectNeeded):
        acme.query("SELECT * FROM Invoice")

    assert len(wire.asked) == 5


def test_it_obeys_retry_after(acme: Client, wire: Wire, clock: Clock) -> None:
    wire.script = [Reply(429, THROTTLED.body, {"Retry-After": "17"})]

    acme.query("SELECT * FROM Invoice")

    assert clock.slept == [17.0]
    assert acme.counters.waited == 17.0


def test_it_waits_ever_longer_where_retry_after_is_not_told(acme: Client, wire: Wire, clock: Clock) -> None:
    wire.script = [THROTTLED] * 6

    acme.query("SELECT * FROM Invoice")

    assert clock.slept == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0]


def test_it_gives_up_when_the_limit_stays_reached(acme: Client, wire: Wire) -> None:
    wire.otherwise = THROTTLED

    with pytest.raises(RateLimited, match="allowance"):
        acme.query("SELECT * FROM Invoice")


def test_it_does_not_sit_out_an_hour(acme: Client, wire: Wire, clock: Clock) -> None:
    wire.otherwise = Reply(429, THROTTLED.body, {"Retry-After": "3600"})

    with pytest.raises(RateLimited) as caught:
        acme.query("SELECT * FROM Invoice")

    assert caught.value.retry_after == 3600
    assert clock.slept == []


def test_it_counts_what_intuit_charges_for(acme: Client, wire: Wire) -> None:
    wire.script = [Reply(), Reply(500, b""), Reply(missing=5), Reply(), fault("4001")]

    acme.query("SELECT * FROM Invoice")
    acme.get("reports/TrialBalance")
    with pytest.raises(RequestRefused):
        acme.query("SELECT X FROM Invoice")

    assert (acme.counters.calls, acme.counters.metered, acme.counters.retries) == (5, 3, 2)


def test_it_never_follows_a_redirect_with_its_token(acme: Client, wire: Wire) -> None:
    wire.otherwise = Reply(302, b"", {"Location": "http://127.0.0.1:1/elsewhere"})

    with pytest.raises(RequestRefused, match="proxy"):
        acme.query("SELECT * FROM Invoice")

    assert len(wire.asked) == 1


def test_it_tells_a_forbidden_company_from_a_refused_request(acme: Client, wire: Wire) -> None:
    wire.otherwise = Reply(403, b'{"fault":{"error":[{"message":"errorCode=003100","code":"3100"}]}}')

    with pytest.raises(CompanyForbidden, match="4620816365"):
        acme.get("companyinfo/4620816365")


@pytest.mark.parametrize("realm_id", ["", "../other", "1?x=", "1/2", "१२"])
def test_it_refuses_a_company_id_that_would_bend_the_address(access: Access, realm_id: str) -> None:
    with pytest.raises(RequestRefused):
        Client("http://127.0.0.1:1", realm_id, access)
