"""Syncs over the API, live: the sandbox is read by the engine of the service itself."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from counterfoil.actions.service import running
from counterfoil.model.actor import Role
from counterfoil.model.identity import new_id
from counterfoil.model.log_line import LogLine
from counterfoil.model.source import Source
from counterfoil.model.sync import Sync, SyncState
from counterfoil.store import log_lines, syncs
from counterfoil.store.db import Database
from tests.api.service import PATIENCE, Service, opened, serving
from tests.road.conftest import World, opened_world
from tests.sandbox.acme import TinyCompany


@dataclass(frozen=True)
class Event:
    """One event as a browser would be handed it."""

    name: str
    id: int
    data: dict[str, Any]


@pytest.fixture
def db(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "counterfoil.db"
    path.write_bytes(migrated_file.read_bytes())
    with opened(f"sqlite:///{path}", tmp_path) as database:
        yield database


@pytest.fixture
def world(tmp_path: Path, db: Database) -> Iterator[World]:
    with opened_world(tmp_path, db, [TinyCompany()]) as made:
        yield made


@pytest.fixture
def acme(world: World) -> Source:
    return world.source()


@pytest.fixture
def live(world: World, acme: Source) -> Iterator[Service]:
    """The service with its engine."""
    with serving(world.around, engine=running) as service:
        yield service


@pytest.fixture
def still(world: World, acme: Source) -> Iterator[Service]:
    """The service without one: what waits goes on waiting."""
    with serving(world.around) as service:
        yield service


@pytest.fixture
def waiting(still: Service, acme: Source) -> Sync:
    """A sync that nobody will run, unless the test does."""
    now = still.around.now()
    sync = Sync(
        id=new_id("sync", still.around.chance),
        source=acme,
        started_at=now,
        asked_at=now,
        state=SyncState.WAITING,
    )
    syncs.save(still.db, sync)
    return sync


@contextmanager
def following(client: httpx2.Client, sync_id: str, last: int | None = None) -> Iterator[Iterator[Event]]:
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    with client.stream("GET", f"/api/v1/syncs/{sync_id}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer.iter_lines())


def events(lines: Iterator[str]) -> Iterator[Event]:
    given: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            given[name] = value
        elif "event" in given:
            yield Event(given["event"], int(given["id"]), json.loads(given["data"]))
            given = {}


def say(service: Service, sync: Sync, *numbers: int) -> None:
    now = service.around.now()
    lines = [LogLine(n=n, at=now, level="INFO", text=f"line {n}") for n in numbers]
    log_lines.add(service.db, sync.id, lines)


def end(service: Service, sync: Sync) -> None:
    with service.db.writing() as connection:
        connection.execute(sa.text("update syncs set state = 'succeeded' where id = :id"), {"id": sync.id})


def test_a_sync_is_asked_for_followed_to_its_end_and_seen_in_full(live: Service) -> None:
    with live.client(Role.EDITOR) as editor:
        asked = editor.post("/api/v1/syncs", json={"source": "acme"})
        with following(editor, asked.json()["id"]) as heard:
            told = list(heard)
        shown = editor.get(f"/api/v1/syncs/{asked.json()['id']}").json()

    assert asked.status_code == 202
    assert told[-1].name == "end"
    assert told[-1].data["state"] == "succeeded", told[-1]
    assert shown["totals"] == told[-1].data["totals"]
    assert shown["totals"]["inserted"] > 0
    assert "failed" not in {outcome["state"] for outcome in shown["outcomes"]}
    assert "Invoice" in {outcome["stream"] for outcome in shown["outcomes"]}


def test_asking_twice_while_one_waits_is_asking_once(still: Service) -> None:
    with still.client(Role.EDITOR) as editor:
        first = editor.post("/api/v1/syncs", json={"source": "acme"}).json()
        second = editor.post("/api/v1/syncs", json={"source": "acme", "streams": ["Customer"]}).json()
        listed = editor.get("/api/v1/syncs").json()["items"]

    assert [one["id"] for one in listed] == [first["id"]] == [second["id"]]
    assert second["streams"] is None


def test_a_sync_that_waits_is_cancelled_at_once(still: Service) -> None:
    with still.client(Role.EDITOR) as editor:
        asked = editor.post("/api/v1/syncs", json={"source": "acme"}).json()
        answer = editor.post(f"/api/v1/syncs/{asked['id']}/cancel")

    assert (answer.status_code, answer.json()["state"]) == (202, "cancelled")


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"source": "nobody"}, 404),
        ({"source": "acme", "streams": ["Nothing"]}, 404),
        ({"source": "acme", "streams": []}, 422),
        ({"source": "acme", "since": "2026-01-01T00:00:00"}, 422),  # on whose clock?
        ({"source": "acme", "since": "2199-01-01T00:00:00Z"}, 422),
        ({}, 422),
    ],
)
def test_a_sync_that_cannot_be_is_refused(still: Service, wanted: dict[str, Any], status: int) -> None:
    with still.client(Role.EDITOR) as editor:
        answer = editor.post("/api/v1/syncs", json=wanted)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_who_follows_hears_each_line_once_and_the_end(still: Service, waiting: Sync) -> None:
    say(still, waiting, 1, 2)
    with still.client(Role.VIEWER) as viewer, following(viewer, waiting.id) as heard:
        first = [next(heard) for _ in range(3)]
        say(still, waiting, 3)
        end(still, waiting)
        rest = list(heard)

    assert [(event.name, event.id) for event in first] == [("line", 1), ("line", 2), ("sync", 2)]
    assert [event.id for event in rest if event.name == "line"] == [3]
    assert (rest[-1].name, rest[-1].data["state"]) == ("end", "succeeded")


def test_who_comes_back_goes_on_after_the_last_line(still: Service, waiting: Sync) -> None:
    say(still, waiting, 1, 2, 3, 4)
    end(still, waiting)
    with still.client(Role.VIEWER) as viewer, following(viewer, waiting.id, last=2) as heard:
        told = list(heard)

    assert [event.data["n"] for event in told if event.name == "line"] == [3, 4]
    assert told[-1].name == "end"


def test_a_listener_who_leaves_is_not_looked_for_any_more(still: Service, waiting: Sync) -> None:
    looks: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        looks.append(statement)

    with still.client(Role.VIEWER) as viewer, following(viewer, waiting.id) as heard:
        next(heard)
        sa.event.listen(still.db.engine, "before_cursor_execute", note)
        while len(looks) < 2:  # it looks by itself
            time.sleep(0.1)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        before = len(looks)
        time.sleep(3)
        if len(looks) == before:
            break

    assert len(looks) == before


def test_many_listeners_leave_room_for_others(still: Service, waiting: Sync) -> None:
    """Sixty are more than there are threads for verbs."""
    heard: list[str] = []

    def follow() -> None:
        with still.client(Role.VIEWER) as viewer, following(viewer, waiting.id) as events_:
            heard.extend(event.name for event in events_ if event.name == "end")

    threads = [threading.Thread(target=follow) for _ in range(60)]
    for thread in threads:
        thread.start()
    with still.client(Role.VIEWER) as viewer:
        answered = viewer.get("/api/v1/me").status_code
    end(still, waiting)
    for thread in threads:
        thread.join(PATIENCE)

    assert answered == 200
    assert heard == ["end"] * 60


def test_following_what_is_not_there_is_a_problem(still: Service) -> None:
    with still.client(Role.VIEWER) as viewer:
        answer = viewer.get("/api/v1/syncs/sync_none/events")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_log_is_downloaded_whole(still: Service, waiting: Sync) -> None:
    say(still, waiting, *range(1, 1203))
    with still.client(Role.VIEWER) as viewer:
        answer = viewer.get(f"/api/v1/syncs/{waiting.id}/log")

    lines = answer.text.splitlines()
    assert f'filename="{waiting.id}.log"' in answer.headers["content-disposition"]
    assert [line.rsplit(" ", 1)[1] for line in lines] == [str(n) for n in range(1, 1203)]


def test_syncs_are_found_by_what_they_were_in_pages_without_gaps(still: Service, acme: Source) -> None:
    now = still.around.now()
    for number in range(7):
        syncs.save(
            still.db,
            Sync(
                id=f"sync_{number}",
                source=acme,
                started_at=now - timedelta(minutes=number // 2),  # several in the same moment
                state=SyncState.FAILED if number == 3 else SyncState.SUCCEEDED,
            ),
        )
    with still.client(Role.VIEWER) as viewer:
        whole = [one["id"] for one in viewer.get("/api/v1/syncs").json()["items"]]
        failed = viewer.get("/api/v1/syncs", params={"state": "failed"}).json()["items"]
        paged: list[str] = []
        after: str | None = ""
        while after is not None:
            page = viewer.get("/api/v1/syncs", params={"limit": 2, "after": after}).json()
            paged += [one["id"] for one in page["items"]]
            after = page["next"]

    assert paged == whole
    assert sorted(whole) == [f"sync_{number}" for number in range(7)]
    assert [one["id"] for one in failed] == ["sync_3"]


def test_a_listener_hears_no_more_when_the_service_ends(world: World, acme: Source) -> None:
    now = world.around.now()
    sync = Sync(id="sync_waits", source=acme, started_at=now, asked_at=now, state=SyncState.WAITING)
    syncs.save(world.around.db, sync)
    told: list[Event] = []
    begun = threading.Event()

    def follow(service: Service) -> None:
        with service.client(Role.VIEWER) as viewer, following(viewer, sync.id) as heard:
            for event in heard:
                told.append(event)
                begun.set()

    with serving(world.around) as service:
        listener = threading.Thread(target=follow, args=(service,))
        listener.start()
        assert begun.wait(PATIENCE)
    listener.join(PATIENCE)

    assert not listener.is_alive()
    assert [event.name for event in told] == ["sync"]
