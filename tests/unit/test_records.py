"""Looking into records."""

import msgspec
import pytest

from counterfoil.sync.records import digest_of


def digest(text: str) -> str:
    return digest_of(msgspec.Raw(text.encode()))


def test_a_digest_does_not_hang_on_the_order_of_fields() -> None:
    assert digest('{"Id":"1","A":{"x":1,"y":[1,2]}}') == digest('{"A":{"y":[1,2],"x":1},"Id":"1"}')


@pytest.mark.parametrize(
    "other",
    [
        '{"Id":"1","Amt":12345678901234567890.123456788}',
        '{"Id":"1","Amt":12345678901234567890.123456789,"New":null}',
        '{"Id":"2","Amt":12345678901234567890.123456789}',
    ],
)
def test_a_digest_tells_the_last_digit(other: str) -> None:
    assert digest('{"Id":"1","Amt":12345678901234567890.123456789}') != digest(other)


def test_a_record_with_half_a_surrogate_pair_has_a_digest() -> None:
    assert digest(r'{"Id":"1","Note":"\ud83d"}') != digest(r'{"Id":"1","Note":"\ud83e"}')
