"""Traces of syncs for OpenTelemetry; nothing of it is imported unless the setting is on."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import SettingInvalid
from counterfoil.model.sync import Sync
from counterfoil.sync.progress import Progress, Stage, Watch

if TYPE_CHECKING:
    from opentelemetry.trace import Span

ENDS = {
    Stage.READ: Stage.READING,
    Stage.LANDED: Stage.LOADING,
    Stage.SKIPPED: Stage.READING,
}
"""Which stage is over when another is told of."""


@contextmanager
def exporting() -> Iterator[None]:
    """Send the traces of this process to a collector during the block, as OpenTelemetry's own variables say where.

    Raises SettingInvalid where its packages are missing.
    """
    try:
        from opentelemetry import trace  # noqa: PLC0415
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise SettingInvalid(
            "COUNTERFOIL_TRACING is on, and OpenTelemetry is not installed.",
            do="Run: pip install counterfoil[tracing]",
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "counterfoil"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


@contextmanager
def traced(around: Surroundings, sync: Sync, watch: Watch) -> Iterator[Watch]:
    """Trace a sync during the block: a span for it, and below it one for each stream's reading and loading.

    Yields the watch that the sync has to tell; without tracing that is the one given.
    """
    if not around.sight.tracing:
        yield watch
        return
    from opentelemetry import trace  # noqa: PLC0415

    about = {
        "counterfoil.sync": sync.id,
        "counterfoil.source": sync.source.name,
        "counterfoil.realm_id": sync.source.credential.realm_id,
        "counterfoil.cause": str(sync.cause),
    }
    with trace.get_tracer("counterfoil").start_as_current_span("sync", attributes=about) as span:
        spans = _Spans(span)
        try:
            yield Watch(progress=lambda progress: spans.hear(progress, watch), say=watch.say)
        finally:
            spans.end()


class _Spans:
    """The spans of streams that are under way; told of from several threads."""

    def __init__(self, above: "Span") -> None:
        from opentelemetry import trace  # noqa: PLC0415

        self._tracer = trace.get_tracer("counterfoil")
        self._context = trace.set_span_in_context(above)
        self._began = time.time_ns()
        self._changing = threading.Lock()
        self._open: dict[tuple[str, Stage], Span] = {}

    def hear(self, progress: Progress, watch: Watch) -> None:
        with self._changing:
            if progress.stage in (Stage.READING, Stage.LOADING):
                self._begin(progress, progress.stage)
            elif progress.stage is Stage.FAILED:
                self._finish(progress, Stage.READING, failed=True)
                self._finish(progress, Stage.LOADING, failed=True)
            else:
                self._finish(progress, ENDS[progress.stage], failed=False)
        watch.progress(progress)

    def end(self) -> None:
        """End what the sync left open when it ended early."""
        with self._changing:
            for span in self._open.values():
                span.end()
            self._open.clear()

    def _begin(self, progress: Progress, stage: Stage, *, at: int | None = None) -> None:
        key = (progress.stream, stage)
        if key not in self._open:
            name = "extract" if stage is Stage.READING else "load"
            self._open[key] = self._tracer.start_span(
                f"{name} {progress.stream}",
                context=self._context,
                attributes={"counterfoil.stream": progress.stream},
                start_time=at,
            )

    def _finish(self, progress: Progress, stage: Stage, *, failed: bool) -> None:
        if progress.stage is Stage.READ:
            self._begin(
                progress, stage, at=self._began
            )  # what one call brings is told of only when it is read
        span = self._open.pop((progress.stream, stage), None)
        if span is None:
            return
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415

        span.set_attribute("counterfoil.records", progress.records)
        span.set_attribute("counterfoil.metered_calls", progress.calls)
        if failed:
            span.set_status(Status(StatusCode.ERROR))
        span.end()
