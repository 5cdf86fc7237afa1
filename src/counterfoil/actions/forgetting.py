"""What goes and what stays when a source is forgotten, in sentences for people, before it is."""

from dataclasses import dataclass

from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.source import Source
from counterfoil.quickbooks.catalog import read_by
from counterfoil.store import connections, outcomes, sources, syncs


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell:
    """Sentences. `running` is the id of a sync that has to end before, "" when none runs."""

    goes: tuple[str, ...]
    stays: tuple[str, ...]
    running: str


def what_would_go(around: Surroundings, name: str) -> Farewell:
    """What forgetting a source means; nothing is done. Raises NotFound."""
    source = sources.named(around.db, name)
    latest = next(iter(syncs.latest(around.db, source, limit=1)), None)
    return Farewell(
        goes=(
            "Its schedule: it is synced no more, and nothing new comes into its tables.",
            "How far each of its tables is loaded. Set up again, it would read everything in full.",
            "Its syncs, with their figures and logs.",
        ),
        stays=(*_tables(around, source), _permission(around, source), "Who did what, in the audit trail."),
        running=latest.id if latest and not latest.state.is_over else "",
    )


def _tables(around: Surroundings, source: Source) -> list[str]:
    mine = [source.prefix + table.name for stream in read_by(source) for table in stream.table.family()]
    rows = sum(count for table, count in outcomes.rows_of(around.db, source.id).items() if table in mine)
    return [
        f"Its {len(mine):,} tables in {feed.destination.name}.{feed.dataset}, as they are"
        + (f" with {rows:,} rows" if rows else "")
        + ". Drop them there when nobody reads them."
        for feed in connections.of_source(around.db, source)
    ]


def _permission(around: Surroundings, source: Source) -> str:
    credential = source.credential
    company = credential.company_name or credential.realm_id
    others = [
        other.name
        for other in sources.every(around.db)
        if other.credential.id == credential.id and other.id != source.id
    ]
    used = (
        f"{len(others):,} other {'source reads' if len(others) == 1 else 'sources read'} with it"
        if others
        else "no other source reads with it"
    )
    return f"The permission to read {company}; {used}."
