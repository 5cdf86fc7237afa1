"""A warehouse compared with QuickBooks, entity by entity."""

from collections.abc import Iterable
from pathlib import Path

from counterfoil.quickbooks.catalog import catalog
from counterfoil.sandbox.running import Sandbox
from tests.road.conftest import World
from tests.road.oracle import Oracle, values_of, values_stood
from tests.road.test_generated import ENTITIES, by_id, flat, id_of


def differences(
    sandbox: Sandbox, file: Path, prefix: str, entities: Iterable[str] = ENTITIES
) -> dict[str, object]:
    """What a DuckDB file holds otherwise than the sandbox's first company, by entity."""
    roots = {entity: catalog()[entity].table for entity in entities}
    world = World(sandbox=sandbox, around=None, warehouse=file)  # type: ignore[arg-type]
    stood = world.everything(prefix + table.name for root in roots.values() for table in root.family())
    oracle = Oracle(sandbox, sandbox.realms[0])
    found: dict[str, object] = {}
    for entity, root in roots.items():
        rows = by_id({table.name: stood[prefix + table.name] for table in root.family()}, root)
        records = [flat(record, entity) for record in oracle.records(entity)]
        came = {id_of(record, entity): record for record in records}
        if rows.keys() != came.keys():
            found[entity] = sorted(rows.keys() ^ came.keys())
        elif missing := [id_ for id_, record in came.items() if values_of(record) - values_stood(rows[id_])]:
            found[entity] = missing
    return found
