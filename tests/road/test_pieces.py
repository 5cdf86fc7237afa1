"""Full reads by pieces: each record is met, whatever the server's habits, and reading ends."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from counterfoil.model.credential import Tokens
from counterfoil.model.outcome import Mode
from counterfoil.model.stream import InCdc
from counterfoil.model.task import Task
from counterfoil.quickbooks.access import Access, Safe
from counterfoil.quickbooks.catalog import catalog
from counterfoil.quickbooks.client import Client
from counterfoil.quickbooks.oauth import OAuthApp
from counterfoil.quickbooks.retry import Patience
from counterfoil.sandbox.running import Sandbox
from counterfoil.sync.extract import extract
from counterfoil.sync.progress import SILENT
from counterfoil.sync.reading import StreamRead
from counterfoil.sync.records import id_of, unwrap
from tests.road.conftest import hurried
from tests.road.odd_quickbooks import OddQuickBooks

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
START = datetime(2024, 1, 1, tzinfo=UTC)


def client_of(server: OddQuickBooks | Sandbox, bearer: str = "a", realm: str = "123") -> Client:
    tokens = Tokens(
        access_token=bearer,
        refresh_token="r",
        access_expires_at=NOW + timedelta(hours=1),
        refresh_expires_at=NOW + timedelta(days=100),
    )
    safe = Safe(load=lambda: tokens, save=lambda _: None, lock=nullcontext)
    access = Access(OAuthApp(client_id="c", client_secret="s"), safe, now=lambda: NOW)
    return Client(server.url, realm, access, pace=hurried(), patience=Patience(sleep=lambda _: None))


def read(server: OddQuickBooks, stream: str = "Invoice") -> tuple[list[str], StreamRead]:
    ids: list[str] = []
    chosen = catalog()[stream]
    with server, client_of(server) as client:
        found = extract(
            [StreamRead(Task(stream=chosen, mode=Mode.FULL, covered=chosen.in_cdc is InCdc.YES))],
            client,
            lambda _, records: ids.extend(map(id_of, records)),
            now=lambda: NOW,
            watch=SILENT,
        )
    return ids, found.reads[stream]


def stamps(moments: Iterable[datetime]) -> list[str]:
    return [moment.isoformat() for moment in moments]


SPREAD = stamps(START + timedelta(minutes=17 * place) for place in range(5300))
BURST = stamps(START + timedelta(seconds=place // 2600) for place in range(5300))
TWO_SECONDS = stamps(START + timedelta(seconds=place % 2) for place in range(2500))


@pytest.mark.parametrize("created", [SPREAD, BURST, TWO_SECONDS, SPREAD[:1000], SPREAD[:999], SPREAD[:1]])
def test_every_record_is_read_however_they_crowd(created: list[str]) -> None:
    ids, outcome = read(OddQuickBooks(created))

    assert outcome.error is None
    assert set(ids) == {str(place) for place in range(len(created))}


@pytest.mark.parametrize("habit", ["ordered", "filters", "told"])
@pytest.mark.parametrize("created", [SPREAD, BURST])
def test_every_record_is_read_whatever_the_server_ignores(created: list[str], habit: str) -> None:
    server = OddQuickBooks(created)
    setattr(server, habit, False)

    ids, outcome = read(server)

    assert outcome.error is None
    assert set(ids) == {str(place) for place in range(len(created))}


def test_reading_ends_where_positions_are_ignored() -> None:
    server = OddQuickBooks(SPREAD[:1000], positions=False, filters=False)

    ids, _ = read(server)

    assert set(ids) == {str(place) for place in range(1000)}
    assert server.calls["page"] <= 4


def test_a_small_stream_costs_one_call_and_a_large_one_few_more_than_its_pages() -> None:
    small, large = OddQuickBooks(SPREAD[:999]), OddQuickBooks(SPREAD * 4)

    _, few = read(small)
    _, many = read(large)

    assert small.calls == {"page": 1}
    assert few.calls == sum(small.calls.values())
    assert many.calls == sum(large.calls.values())
    assert large.calls["count"] == 1
    assert large.calls["page"] <= 22 + 8


def test_a_large_stream_is_counted() -> None:
    _, outcome = read(OddQuickBooks(SPREAD))

    assert outcome.counted == 5300


@pytest.mark.parametrize(
    ("wrapped", "flat"),
    [
        ('{"Bill":{"Id":"1"}}', {"@type": "Bill", "Id": "1"}),
        ('{"Bill":{}}', {"@type": "Bill"}),
        ('{"Id":"1","SyncToken":"0"}', {"Id": "1", "SyncToken": "0"}),
        ('{"Id":"1"}', {"Id": "1"}),
    ],
)
def test_a_wrapped_record_is_laid_flat(wrapped: str, flat: dict[str, str]) -> None:
    assert msgspec.json.decode(unwrap(msgspec.Raw(wrapped.encode()))) == flat
