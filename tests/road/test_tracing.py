"""Traces of a sync, sent to a collector over real HTTP, when the setting is on and not otherwise."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from counterfoil.actions.surroundings import Sight
from counterfoil.actions.tracing import exporting
from tests.road.conftest import World


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """A collector; the spans of ours that it got: a web server in this process may tell of its requests too."""
    got: list[Any] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told = ExportTraceServiceRequest.FromString(body)
            scopes = [each for one in told.resource_spans for each in one.scope_spans]
            got.extend(span for each in scopes if each.scope.name == "counterfoil" for span in each.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield got
    server.shutdown()
    server.server_close()


def test_a_sync_is_one_trace_with_its_streams_below_it(
    world: Callable[..., World], collector: list[Any]
) -> None:
    there = world()
    there.source(streams=["Customer", "Invoice"])
    traced = replace(there, around=replace(there.around, sight=Sight(tracing=True)))
    with exporting():
        sync, _ = traced.sync()

    (above,) = [span for span in collector if span.name == "sync"]
    below = {span.name for span in collector if span.parent_span_id == above.span_id}
    about = {each.key: each.value.string_value for each in above.attributes}
    assert below >= {"extract Customer", "extract Invoice"}
    assert {span.trace_id for span in collector} == {above.trace_id}
    assert about["counterfoil.sync"] == sync.id


def test_nothing_of_it_is_imported_unless_it_is_on() -> None:
    look = "import sys, counterfoil.actions.service; print('opentelemetry' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, env=os.environ
    )

    assert done.stdout.strip() == "False"
