"""Rows as PostgreSQL's binary COPY takes them: whatever columns stand beside each other, with nulls or without."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from counterfoil.destinations.postgres.copy import END, HEAD, INSTEAD_OF_NUL, encode
from tests.postgres import Server

LAYOUTS = 60
ROWS = 23

Making = Callable[[random.Random], Any]
KINDS: dict[str, tuple[pa.DataType, Making]] = {
    "text": (pa.string(), lambda chance: chance.choice(["", "x", "naïve ☕", "a\0b", "two\nlines"])),
    "numeric": (pa.decimal128(38, 9), lambda chance: Decimal(chance.randint(-(10**17), 10**17)).scaleb(-9)),
    "numeric(38,9)": (
        pa.decimal128(38, 9),
        lambda chance: Decimal(chance.randint(-(10**28), 10**28)).scaleb(-9),
    ),
    "bigint": (pa.int64(), lambda chance: chance.randint(-(2**63), 2**63 - 1)),
    "boolean": (pa.bool_(), lambda chance: chance.random() < 0.5),
    "date": (pa.date32(), lambda chance: date(1, 1, 1) + timedelta(chance.randint(0, 3_000_000))),
    "timestamptz": (
        pa.timestamp("us", "UTC"),
        lambda chance: datetime(1, 1, 2, tzinfo=UTC) + timedelta(microseconds=chance.randint(0, 10**17)),
    ),
}


@pytest.fixture
def connection(postgres: Server) -> Any:
    with psycopg.connect(
        postgres.new_database().replace("+psycopg", ""), options="-c timezone=UTC"
    ) as opened:
        yield opened


def test_any_columns_side_by_side_arrive_as_they_were_sent(connection: Any) -> None:
    for seed in range(LAYOUTS):
        chance = random.Random(seed)
        kinds = [chance.choice(list(KINDS)) for _ in range(chance.randint(1, 9))]
        rows = pa.record_batch(
            [_column(kind, chance) for kind in kinds], names=[f"c{place}" for place in range(len(kinds))]
        )
        sent = rows.slice(seed % 3)  # of a part of it the buffers begin before the rows do

        declared = ", ".join(f"c{place} {kind}" for place, kind in enumerate(kinds))
        connection.execute(f"CREATE TEMPORARY TABLE arrived_{seed} ({declared})")
        with connection.cursor().copy(f"COPY arrived_{seed} FROM STDIN (FORMAT binary)") as copy:
            for piece in (HEAD, encode(sent), END):
                copy.write(piece)
        arrived = connection.execute(f"SELECT * FROM arrived_{seed}").fetchall()

        assert arrived == [tuple(map(_kept, row.values())) for row in sent.to_pylist()], kinds


def _column(kind: str, chance: random.Random) -> pa.Array:
    type_, make = KINDS[kind]
    nulls = chance.choice([0, 0, 0.3, 1])
    return pa.array([None if chance.random() < nulls else make(chance) for _ in range(ROWS)], type_)


def _kept(value: Any) -> Any:
    return value.replace("\0", INSTEAD_OF_NUL) if isinstance(value, str) else value
