"""Every no of QuickBooks that is known, read and understood."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import (
    ChangesTooOld,
    CompanyForbidden,
    CounterfoilError,
    FeatureNotInPlan,
    NeedsPerson,
    PoisonedPage,
    QuickBooksDown,
    RateLimited,
    ReconnectNeeded,
    RecordGone,
    RequestRefused,
)
from counterfoil.quickbooks.faults import Fault, clean, read_fault
from counterfoil.quickbooks.verdict import Remedy, error_of, meaning

SAMPLES = Path(
    os.environ.get("COUNTERFOIL_SAMPLES", Path(__file__).parents[3] / "shared" / "samples")
)  # fmt: skip


def service(code: str, detail: str = "", kind: str = "ValidationFault") -> bytes:
    error = {"Message": "m", "Detail": detail, "code": code, "element": ""}
    return json.dumps({"Fault": {"Error": [error], "type": kind}, "time": "2026-01-01T00:00:00Z"}).encode()


def gateway(code: str, kind: str = "SERVICE") -> bytes:
    error = {
        "message": f"message=X; errorCode=00{code}; statusCode=1",
        "detail": None,
        "code": code,
        "element": None,
    }
    return json.dumps(
        {"warnings": None, "fault": {"error": [error], "type": kind}, "time": 1633520295688}
    ).encode()


def xml(code: str, kind: str = "SERVICE") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><IntuitResponse xmlns="http://schema.intuit.com/finance/v3" '
        f'time="2017-07-30T22:45:22.933-07:00"><Fault type="{kind}"><Error code="{code}">'
        "<Message>m &amp; n</Message><Detail>d</Detail></Error></Fault></IntuitResponse>"
    ).encode()


KNOWN = [
    (401, gateway("3200", "AUTHENTICATION"), ReconnectNeeded, Remedy.REFRESH),
    (401, service("3200", kind="AuthenticationFault"), ReconnectNeeded, Remedy.REFRESH),
    (401, gateway("3201", "AUTHENTICATION"), ReconnectNeeded, Remedy.REFRESH),
    (401, b"", ReconnectNeeded, Remedy.REFRESH),
    (401, service("120", "Authorization Failure-11014", "AuthorizatonFault"), CompanyForbidden, Remedy.NONE),
    (400, service("120", "-11014"), CompanyForbidden, Remedy.NONE),
    (403, gateway("3100"), CompanyForbidden, Remedy.NONE),
    (403, b"", CompanyForbidden, Remedy.NONE),
    (403, service("5020"), FeatureNotInPlan, Remedy.NONE),
    (429, gateway("3001"), RateLimited, Remedy.SLOW_DOWN),
    (429, xml("3001"), RateLimited, Remedy.SLOW_DOWN),
    (429, b"", RateLimited, Remedy.SLOW_DOWN),
    (400, service("500", "Unsupported Operation"), RequestRefused, Remedy.NONE),
    (400, service("600"), RequestRefused, Remedy.NONE),
    (400, service("610", "Object Not Found : Something"), RecordGone, Remedy.NONE),
    (200, service("610", "Object Not Found : Something"), RecordGone, Remedy.NONE),
    *((400, service(code), RequestRefused, Remedy.NONE) for code in ("2010", "2020", "2030", "2170", "2500")),
    (400, service("4000"), RequestRefused, Remedy.NONE),
    (200, service("4000"), RequestRefused, Remedy.NONE),
    (400, service("4001"), RequestRefused, Remedy.NONE),
    (400, service("4002"), PoisonedPage, Remedy.NONE),
    (500, service("4002"), PoisonedPage, Remedy.NONE),
    *((400, service(code), RequestRefused, Remedy.NONE) for code in ("5010", "6000", "6140", "6240", "6540")),
    (400, service("6190", "subscription period ended"), CompanyForbidden, Remedy.NONE),
    (400, service("1040"), RequestRefused, Remedy.NONE),
    (200, xml("10000", "SystemFault"), PoisonedPage, Remedy.RETRY_ONCE),
    (500, service("10000", kind="SystemFault"), PoisonedPage, Remedy.RETRY_ONCE),
    (504, xml("6002"), QuickBooksDown, Remedy.RETRY),
    (504, xml("006002"), QuickBooksDown, Remedy.RETRY),
    (504, b"", QuickBooksDown, Remedy.RETRY),
    (500, b"", QuickBooksDown, Remedy.RETRY),
    (502, b"<html><body><h1>Bad Gateway</h1></body></html>", QuickBooksDown, Remedy.RETRY),
    (200, service("", kind="SystemFault"), QuickBooksDown, Remedy.RETRY),
    (200, service("9999", kind="Service"), QuickBooksDown, Remedy.RETRY),
    (408, b"", QuickBooksDown, Remedy.RETRY),
    (400, b"", RequestRefused, Remedy.NONE),
    (404, b"<html>no such page</html>", RequestRefused, Remedy.NONE),
    (407, b"", RequestRefused, Remedy.NONE),
    (302, b"", RequestRefused, Remedy.NONE),
]


@pytest.mark.parametrize(("status", "body", "error", "remedy"), KNOWN)
def test_each_fault_has_its_error_and_its_remedy(
    status: int, body: bytes, error: type[CounterfoilError], remedy: Remedy
) -> None:
    fault = read_fault(status, {}, body)

    assert type(error_of(fault, "1")) is error
    assert meaning(fault).remedy is remedy


@pytest.mark.parametrize(("status", "body", "error", "remedy"), KNOWN)
def test_what_a_person_must_end_says_what_to_do_or_what_was_wrong(
    status: int, body: bytes, error: type[CounterfoilError], remedy: Remedy
) -> None:
    raised = error_of(read_fault(status, {}, body), "4620816365")

    assert "4620816365" in raised.what
    assert raised.do or not isinstance(raised, NeedsPerson) or type(raised) in (RequestRefused, RecordGone)


RECORDED = {
    "10000_systemfault.xml": (200, PoisonedPage, "10000"),
    "4002_poison_record.json": (400, PoisonedPage, "4002"),
    "400_4000_empty_query.json": (400, RequestRefused, "4000"),
    "400_4000_lexical.json": (400, RequestRefused, "4000"),
    "400_4000_unexpected_token.json": (400, RequestRefused, "4000"),
    "400_4001_metadata_not_found.json": (400, RequestRefused, "4001"),
    "400_4001_not_queryable.json": (400, RequestRefused, "4001"),
    "400_4001_unknown_entity.json": (400, RequestRefused, "4001"),
    "400_6000_bad_realm.json": (400, RequestRefused, "6000"),
    "400_6140_style_6190_company_status.json": (400, CompanyForbidden, "6190"),
    "401_3200_gateway_lowercase.json": (401, ReconnectNeeded, "3200"),
    "403_3100_gateway_lowercase.json": (403, CompanyForbidden, "3100"),
    "429_3001_xml.json": (429, RateLimited, "3001"),
}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not at hand")
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_faults_are_understood(name: str) -> None:
    status, error, code = RECORDED[name]

    fault = read_fault(status, {}, _body(SAMPLES / "faults" / name))

    assert fault.code == code
    assert type(error_of(fault, "1")) is error
    assert fault.message


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not at hand")
def test_every_recorded_fault_is_in_the_table() -> None:
    on_disk = {path.name for path in (SAMPLES / "faults").iterdir()}

    assert on_disk - set(RECORDED) == {"oauth_400_invalid_grant.json"}


def _body(path: Path) -> bytes:
    if path.suffix == ".xml":
        return path.read_bytes()
    sample = json.loads(path.read_text())
    body = sample["body"] if "http_status" in sample else sample
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def test_it_knows_the_answer_to_a_moment_too_long_ago_by_its_text() -> None:
    detail = (
        "Operation cdc with changedSince date 2020-01-01 which is older than fixed days is not supported."
    )

    error = error_of(read_fault(400, {}, service("4001", detail)), "1")

    assert isinstance(error, ChangesTooOld)
    assert error.detail == detail


def test_it_keeps_message_detail_and_trace_for_support() -> None:
    fault = read_fault(400, {"intuit_tid": "1-5f2e"}, service("2020", "Required parameter Line is missing"))

    assert str(fault) == "m: Required parameter Line is missing (HTTP 400, code 2020, intuit_tid 1-5f2e)"


def test_it_reads_the_gateways_lower_case() -> None:
    fault = read_fault(401, {}, gateway("3200", "AUTHENTICATION"))

    assert fault.message == "message=X; errorCode=003200; statusCode=1"
    assert fault.type == "AUTHENTICATION"


def test_it_reads_the_texts_of_xml() -> None:
    assert read_fault(504, {}, xml("6002")).message == "m & n"


def test_it_takes_the_code_from_the_message_when_it_stands_only_there() -> None:
    body = b'{"fault":{"error":[{"message":"message=ThrottleExceeded; errorCode=003001; statusCode=429"}]}}'

    assert read_fault(200, {}, body).code == "3001"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("30", 30.0),
        ("1.5", 1.5),
        ("", None),
        ("-1", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("9" * 99, None),
    ],
)
def test_it_trusts_retry_after_only_in_seconds(told: str, seconds: float | None) -> None:
    assert read_fault(429, {"retry-after": told}, b"").retry_after == seconds


def test_foreign_text_cannot_bring_a_token_new_lines_or_a_flood() -> None:
    token = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2" * 5

    text = clean(f"Malformed bearer token:\r\n{token}\x1b[31m" + " x" * 10_000)

    assert token not in text
    assert text.startswith("Malformed bearer token: …")
    assert text.isprintable()
    assert len(text) <= 400


@given(st.integers(min_value=0, max_value=599), st.binary(max_size=300))
def test_no_body_whatever_breaks_it(status: int, body: bytes) -> None:
    assert isinstance(error_of(read_fault(status, {}, body), "1"), CounterfoilError)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Fault", "fault", "Error", "error", "code", "type", "x"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_json_whatever_breaks_it(answer: object) -> None:
    assert isinstance(read_fault(400, {}, json.dumps(answer).encode()), Fault)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"Fault":' * 50_000, b"<" * 20_000, b"<Error " * 10_000])
def test_deep_and_endless_bodies_do_not_hold_it_up(body: bytes) -> None:
    assert read_fault(500, {}, body).status == 500
