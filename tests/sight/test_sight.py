"""What watches over the service hears: that it lives, what keeps it from its work, how it stands."""

import os
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from counterfoil.actions import readiness
from counterfoil.actions.alerts import look_round
from counterfoil.actions.surroundings import Sight, Surroundings
from counterfoil.model.actor import Role
from counterfoil.model.worker import Worker
from counterfoil.store import workers
from counterfoil.store.db import Database
from counterfoil.store.schema import sources
from counterfoil.store.vault import Vault
from tests.api.service import opened, serving
from tests.postgres import running_server
from tests.sight.conftest import MINUTE, NOW, Service

PATIENCE = 120.0


@pytest.fixture
def client(service: Service) -> Iterator[httpx2.Client]:
    with serving(service.around) as running, running.client(None) as ready:
        yield ready


def beat(db: Database) -> None:
    workers.beat(db, Worker(id="w", host="here", pid=1, slots=4, running=1, started_at=NOW, seen_at=NOW))


def checks(around: Surroundings) -> dict[str, str]:
    return {check.name: check.code for check in readiness.look(around)}


def test_a_process_that_lives_says_so_without_a_key(client: httpx2.Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()["well"]) == (200, True)


def test_a_service_that_can_work_is_ready(client: httpx2.Client, service: Service) -> None:
    service.source()
    beat(service.db)
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert [check["name"] for check in answer.json()["checks"]] == ["store", "disk", "secret key", "engine"]


def test_without_a_worker_it_is_not_ready_and_says_what_to_do(client: httpx2.Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    (wrong,) = [check for check in answer.json()["checks"] if not check["well"]]
    assert (wrong["code"], wrong["what"]) == ("engine.silent", "No worker runs: syncs wait.")
    assert wrong["do"]


def test_a_schedule_that_stands_still_is_noticed(service: Service) -> None:
    source = service.source()
    beat(service.db)
    with service.db.writing() as transaction:
        overdue = datetime.now(UTC) - timedelta(minutes=3)
        transaction.execute(sa.update(sources).where(sources.c.id == source.id).values(next_run_at=overdue))

    assert checks(service.around)["engine"] == "engine.silent"


def test_a_wrong_secret_key_is_named(service: Service, store_path: Path, tmp_path: Path) -> None:
    service.source()
    other = replace(service.db, vault=Vault([b"x" * 32]))

    assert checks(replace(service.around, db=other))["secret key"] == "secret_key.missing"


def test_tables_of_another_version_are_named(service: Service) -> None:
    with service.db.writing() as transaction:
        transaction.execute(sa.text("update alembic_version set version_num = '9999'"))

    assert checks(service.around) == {"store": "setting.invalid", "disk": ""}


def test_a_store_that_cannot_be_written_is_named(service: Service) -> None:
    with service.db.engine.connect() as connection:
        connection.exec_driver_sql("pragma query_only = on")
    read_only = checks(service.around)

    assert read_only["store"] == "store.failed"


def test_a_staging_folder_that_cannot_be_is_named(service: Service, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    assert checks(replace(service.around, staging=tmp_path / "file" / "staging"))["disk"] == "staging.failed"


def test_a_full_disk_is_named_for_store_and_staging(service: Service) -> None:
    """A limit on the size of files fails writes as a full disk does; in a process of its own."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
        found = checks(service.around)
        os._exit(0 if found == {"store": "store.failed", "disk": "staging.failed"} else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_store_that_is_busy_is_told_in_seconds_and_looked_at_once(
    client: httpx2.Client, store_path: Path
) -> None:
    with sqlite3.connect(store_path, isolation_level=None) as busy:
        busy.execute("begin immediate")
        answers = [client.get("/readyz") for _ in range(3)]
        looking = [thread for thread in threading.enumerate() if thread.name == "readiness"]
        busy.execute("rollback")

    assert {answer.status_code for answer in answers} == {503}
    assert answers[0].json()["checks"][0]["code"] == "store.failed"
    assert len(looking) == 1


def test_a_killed_database_is_named_until_it_is_back(service: Service, tmp_path: Path) -> None:
    with running_server() as server, opened(server.new_database(), tmp_path) as db:
        around = replace(service.around, db=db)
        beat(db)
        with serving(around) as running, running.client(None) as client:
            well = client.get("/readyz").status_code
            server.stop()  # at once, as if it had crashed
            _until(lambda: client.get("/readyz").json()["checks"][0]["code"] == "store.failed")
            alive = client.get("/healthz").status_code
            server.start()
            _until(lambda: client.get("/readyz").json()["checks"][0]["well"])

    assert (well, alive) == (200, 200)


def _until(holds: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def numbers(text: str) -> dict[tuple[str, ...], float]:
    """Every sample: its name and the values of its labels in order."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@contextmanager
def public(service: Service) -> Iterator[httpx2.Client]:
    around = replace(service.around, sight=Sight(metrics_public=True))
    with serving(around) as running, running.client(None) as client:
        yield client


def test_metrics_tell_how_sources_workers_and_calls_stand(service: Service) -> None:
    acme = service.source()
    service.source("birch", realm="2")
    success = service.sync(acme).started_at
    service.sync(acme, "quickbooks.forbidden")
    service.spend(900)
    look_round(service.around)
    beat(service.db)
    with public(service) as client:
        answer = client.get("/metrics")
        told = numbers(answer.text)

    realm = acme.credential.realm_id
    assert answer.headers["content-type"].startswith("text/plain")
    assert told["counterfoil_source_last_success_timestamp_seconds", realm, "acme"] == success.timestamp()
    assert told["counterfoil_source_last_success_timestamp_seconds", "2", "birch"] == 0
    assert told["counterfoil_source_age_seconds", realm, "acme"] == MINUTE.total_seconds()
    assert told["counterfoil_syncs_last_hour", "failed"] == 1
    assert told["counterfoil_syncs_last_hour", "succeeded"] == 1
    assert told["counterfoil_workers",] == 1
    assert told["counterfoil_worker_slots",] == 4
    assert told["counterfoil_metered_calls", realm] == 900
    assert told["counterfoil_metered_calls_allowance",] == 1000
    assert told["counterfoil_alerts", "sync_failed", "urgent"] == 1
    assert told["counterfoil_alerts", "budget", "notice"] == 1
    assert 99 < told["counterfoil_permission_days_left", "acme"] < 101


def test_a_hostile_name_is_one_label_in_the_metrics(service: Service) -> None:
    service.source('a"} 1\nforged 1')
    with public(service) as client:
        text = client.get("/metrics").text

    assert ("forged",) not in numbers(text)


def test_metrics_want_a_key_unless_they_are_public(service: Service) -> None:
    with serving(service.around) as running:
        with running.client(None) as nobody:
            assert nobody.get("/metrics").status_code == 401
        with running.client(Role.VIEWER) as viewer:
            assert viewer.get("/metrics").status_code == 200
