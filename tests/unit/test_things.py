"""The nouns know what they may be called and how to add up."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from counterfoil.model.connection import dataset_fault
from counterfoil.model.credential import realm_fault
from counterfoil.model.cursor import Cursor
from counterfoil.model.identity import name_fault, new_id
from counterfoil.model.outcome import Mode, StreamOutcome, StreamState, TableOutcome, Totals, total
from counterfoil.model.source import prefix_fault

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("prefix", ["", "acme_", "a1", "_x", "a" * 40])
def test_a_prefix_that_every_warehouse_takes_is_fine(prefix: str) -> None:
    assert prefix_fault(prefix) == ""


@pytest.mark.parametrize(
    "prefix", ["Acme_", "acme-", "1acme", "a" * 41, "ä", "a b", "a;drop", "a\n", "_counterfoil_x", "٣"]
)
def test_a_prefix_that_some_warehouse_refuses_is_told(prefix: str) -> None:
    assert prefix_fault(prefix)


@pytest.mark.parametrize("dataset", ["", "Finance", "1a", "a.b", "a" * 64, 'a"', "a\n"])
def test_a_dataset_that_some_warehouse_refuses_is_told(dataset: str) -> None:
    assert dataset_fault(dataset)
    assert dataset_fault("finance_2026") == ""


@pytest.mark.parametrize("realm_id", ["", "12a", "1/../2", "1" * 21, "١٢", "1\n"])
def test_a_company_id_is_digits_only(realm_id: str) -> None:
    assert realm_fault(realm_id)
    assert realm_fault("9130357849000001") == ""


@pytest.mark.parametrize("name", ["", " acme", "a\nb", "a\u202eb", "x" * 101, "\x1b[1m", "a/b", "..", "."])
def test_a_name_is_one_visible_line_that_addresses_can_hold(name: str) -> None:
    assert name_fault(name)
    assert name_fault("Acme & Söhne GmbH") == ""


def test_a_cursor_is_covered_for_29_days() -> None:
    cursor = Cursor(stream="Invoice", changed_since=NOW)

    assert cursor.still_covered(NOW + timedelta(days=28, hours=23))
    assert not cursor.still_covered(NOW + timedelta(days=29))


def test_ids_are_told_apart_and_follow_from_the_chance_given() -> None:
    ids = [new_id("sync", random.Random(seed)) for seed in (1, 2, 1)]

    assert ids[0] == ids[2] != ids[1]
    assert ids[0].startswith("sync_")


def test_what_two_connections_share_is_counted_once_and_their_rows_twice() -> None:
    first, second = (
        StreamOutcome(
            connection_id=connection,
            stream="Invoice",
            mode=Mode.FULL,
            state=StreamState.LANDED,
            read=5,
            calls=2,
            tables=(
                TableOutcome(table="invoice", inserted=5),
                TableOutcome(table="invoice_line", inserted=9),
            ),
        )
        for connection in ("conn_a", "conn_b")
    )

    assert total([first, second]) == Totals(read=5, inserted=28, calls=2)
