"""What is made of Intuit's webhooks, whatever is sent."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import RequestInvalid
from counterfoil.quickbooks.webhooks import is_signed, read_events

ACME, BIRCH = "9130357849000001", "9130357849000002"
TOKEN = "8f2ec5a0-verifier"
OLDER = {
    "eventNotifications": [
        {
            "realmId": ACME,
            "dataChangeEvent": {
                "entities": [
                    {
                        "name": "Customer",
                        "id": "1",
                        "operation": "Create",
                        "lastUpdated": "2026-11-22T09:00:00Z",
                    },
                    {
                        "name": "Vendor",
                        "id": "7",
                        "operation": "Merge",
                        "lastUpdated": "2026-11-22T09:00:00Z",
                        "deletedId": "8",
                    },
                ]
            },
        },
        {
            "realmId": BIRCH,
            "dataChangeEvent": {
                "entities": [
                    {"name": "Invoice", "id": "1", "operation": "Void", "lastUpdated": "2026-11-22T09:00:00Z"}
                ]
            },
        },
    ]
}


def cloud(number: str, realm: str = ACME, **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": number,
        "source": "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=",
        "type": "qbo.account.created.v1",
        "datacontenttype": "application/json",
        "time": "2026-11-22T09:00:00Z",
        "intuitentityid": "1234",
        "intuitaccountid": realm,
        "data": {},
        **more,
    }


def companies(told: Any) -> list[str]:
    return [event.realm_id for event in read_events(json.dumps(told).encode())]


def ids(told: Any) -> list[str]:
    return [event.id for event in read_events(json.dumps(told).encode())]


def signed(body: bytes, token: str = TOKEN) -> str:
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


def test_the_older_format_names_the_company_of_each_change() -> None:
    assert companies(OLDER) == [ACME, ACME, BIRCH]


def test_cloud_events_of_several_companies_are_read_from_one_request() -> None:
    assert companies([cloud("a"), cloud("b", BIRCH)]) == [ACME, BIRCH]


def test_a_repeated_event_has_the_same_id_and_any_other_a_different_one() -> None:
    again = [*ids(OLDER), *ids([cloud("a"), cloud("b"), cloud("a", source="elsewhere")])]

    assert len(set(again)) == 6
    assert [*ids(OLDER), *ids([cloud("a"), cloud("b"), cloud("a", source="elsewhere")])] == again


def test_an_event_of_an_unknown_kind_does_not_hold_back_the_others() -> None:
    assert companies([{"id": "x", "type": "new.kind"}, "what", cloud("a")]) == [ACME]


def test_a_request_that_tells_of_nothing_is_read() -> None:
    assert companies([]) == []
    assert companies({"eventNotifications": []}) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'"text"',
        b"{}",
        b'{"eventNotifications": {}}',
        b"[1, 2]",
        b'[{"id": "a", "intuitaccountid": "../../etc"}]',
        b'[{"id": "", "intuitaccountid": "1"}]',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"eventNotifications": [{"realmId": 5, "dataChangeEvent": {"entities": [{}]}}]}',
    ],
)
def test_what_names_no_company_is_refused(body: bytes) -> None:
    with pytest.raises(RequestInvalid):
        read_events(body)


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["eventNotifications", "realmId", "id", "dataChangeEvent", "entities", "intuitaccountid"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode())
)
def test_anything_at_all_is_read_or_refused(body: bytes) -> None:
    try:
        found = read_events(body)
    except RequestInvalid:
        return
    assert all(event.realm_id.isdigit() and event.id for event in found)


def test_only_who_knows_the_token_can_sign() -> None:
    body = json.dumps(OLDER).encode()

    assert is_signed(body, signed(body), [TOKEN])
    assert is_signed(body, signed(body), ["another", TOKEN])
    for wrong in (
        signed(body + b" "),
        signed(body, "another"),
        "",
        "é" * 44,
        signed(body)[:-1],
        signed(body) + "=",
    ):
        assert not is_signed(body, wrong, [TOKEN])
    assert not is_signed(body, signed(body, ""), [])
