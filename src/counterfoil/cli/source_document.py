"""A source, as commands tell it to machines."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from counterfoil.actions.sources import SourceView


def document_of(view: "SourceView") -> dict[str, Any]:
    """A source for machines; `streams` null means all."""
    source, latest = view.source, view.latest
    return {
        "name": source.name,
        "credential": source.credential.name,
        "company": {"realm_id": source.credential.realm_id, "name": source.credential.company_name},
        "streams": None if source.streams is None else sorted(source.streams),
        "reports": [str(choice) for choice in source.reports],
        "views": source.views,
        "fivetran": source.fivetran,
        "prefix": source.prefix,
        "schedule": str(source.schedule),
        "paused": source.paused,
        "next_run_at": view.next_run_at and view.next_run_at.isoformat(),
        "version": source.version,
        "destinations": [
            {"name": feed.destination.name, "kind": feed.destination.kind, "dataset": feed.dataset}
            for feed in view.connections
        ],
        "latest_sync": latest
        and {"id": latest.id, "state": str(latest.state), "started_at": latest.started_at.isoformat()},
    }
