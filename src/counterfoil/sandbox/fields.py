"""Which properties a query may name."""

from functools import cache

from counterfoil.sandbox.faults import invalid_query
from counterfoil.sandbox.field_names import FIELD_NAMES
from counterfoil.sandbox.traits import Trait


def check_field(trait: Trait, name: str, *, filtering: bool) -> None:
    """Let a property pass that may be filtered by, or selected and ordered by when `filtering` is false.

    Raises FaultError 4001.
    """
    if name.lower() in {known.lower() for known in trait.filters}:
        return
    simple, complex_ = _names(trait.key)
    first = name.split(".", maxsplit=1)[0].lower()
    if first in complex_ or (filtering and first in simple):
        raise invalid_query(f"property '{name}' is not queryable")
    if first not in simple or "." in name:
        raise invalid_query(f"Property {name} not found for Entity {trait.name}")


@cache
def _names(type_name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Lower-case names of the simple and of the complex properties, inherited ones included."""
    base, simple, complex_ = FIELD_NAMES.get(type_name, ("Transaction", "", ""))
    simple_names, complex_names = (
        _names(base) if base else (frozenset({"domain", "sparse"}), frozenset[str]())
    )
    return simple_names | set(simple.lower().split()), complex_names | set(complex_.lower().split())
