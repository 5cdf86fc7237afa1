"""`/metrics`: the service in numbers, as Prometheus and OpenMetrics write them."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from counterfoil import __version__
from counterfoil.actions.figures import Figures


def written(figures: Figures, accept: str) -> tuple[bytes, str]:
    """The numbers and their media type, in the format that `accept` asks for."""
    encode, media_type = choose_encoder(accept)
    told = CollectorRegistry(auto_describe=False)
    told.register(_Told(figures))
    return encode(told), media_type


class _Told(Collector):
    """Tells the numbers that were read; nothing is counted in this process, so that all processes tell the same."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("counterfoil", "The version that runs.", {"version": __version__})
        yield from self._sources()
        yield from self._work()
        yield from self._calls()
        yield from self._people()

    def describe(self) -> Iterator[Metric]:
        """Nothing: it would be read for that."""
        return iter(())

    def _sources(self) -> Iterator[Metric]:
        labels = ["source", "realm_id"]
        success = GaugeMetricFamily(
            "counterfoil_source_last_success_timestamp_seconds",
            "When the last sync of a source began that landed anything; 0 before there is one.",
            labels=labels,
        )
        age = GaugeMetricFamily("counterfoil_source_age_seconds", "How long ago that was.", labels=labels)
        paused = GaugeMetricFamily("counterfoil_source_paused", "1 when the source is paused.", labels=labels)
        for source in self._figures.sources:
            values = [source.name, source.realm_id]
            success.add_metric(values, source.success.timestamp() if source.success else 0)
            paused.add_metric(values, source.paused)
            if source.success:
                age.add_metric(values, (self._figures.at - source.success).total_seconds())
        yield from (success, age, paused)

    def _work(self) -> Iterator[Metric]:
        load = self._figures.load
        yield GaugeMetricFamily("counterfoil_syncs_waiting", "Syncs that wait for a worker.", load.waiting)
        yield GaugeMetricFamily("counterfoil_syncs_running", "Syncs that run.", load.running)
        waits = (self._figures.at - load.oldest).total_seconds() if load.oldest else 0
        yield GaugeMetricFamily(
            "counterfoil_syncs_waiting_seconds", "How long the sync waits that waits longest.", max(0, waits)
        )
        ended = GaugeMetricFamily(
            "counterfoil_syncs_last_hour",
            "Syncs that began within the last hour, by how they ended.",
            labels=["state"],
        )
        for state, count in sorted(self._figures.ended.items()):
            ended.add_metric([state], count)
        yield ended
        yield GaugeMetricFamily("counterfoil_workers", "Workers that live.", len(self._figures.workers))
        slots = sum(worker.slots for worker in self._figures.workers)
        yield GaugeMetricFamily("counterfoil_worker_slots", "Syncs that all workers can run at once.", slots)

    def _calls(self) -> Iterator[Metric]:
        budget = self._figures.budget
        used = GaugeMetricFamily(
            "counterfoil_metered_calls", "Metered calls of this month (UTC), by company.", labels=["realm_id"]
        )
        for realm_id, metered in budget.by_company.items():
            used.add_metric([realm_id], metered)
        yield used
        yield GaugeMetricFamily(
            "counterfoil_metered_calls_allowance", "Metered calls that the month allows.", budget.allowance
        )
        yield GaugeMetricFamily(
            "counterfoil_metered_calls_projected",
            "Metered calls at the month's end, at the pace so far.",
            budget.projected,
        )

    def _people(self) -> Iterator[Metric]:
        left = GaugeMetricFamily(
            "counterfoil_permission_days_left", "Days until a permission ends.", labels=["credential"]
        )
        for name, days in self._figures.days_left.items():
            left.add_metric([name], days)
        yield left
        firing = GaugeMetricFamily(
            "counterfoil_alerts", "Alerts that fire, by kind and state.", labels=["kind", "state"]
        )
        for (kind, state), count in sorted(self._figures.firing.items()):
            firing.add_metric([kind, state], count)
        yield firing
        failing = sum(bool(channel.fault) for channel in self._figures.channels.values())
        yield GaugeMetricFamily("counterfoil_channels_failing", "Channels that cannot send.", failing)
