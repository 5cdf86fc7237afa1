"""Changes of a company's books, for whoever wants to hear of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Hearer = Callable[[str, str, str, str], None]
"""Takes entity, id, verb, and the id that a merge ended."""


class Changes:
    """Tells every hearer of each change, as it is made."""

    def __init__(self) -> None:
        self._hearers: list[Hearer] = []

    @contextmanager
    def heard_by(self, hearer: Hearer) -> Iterator[None]:
        """Tell someone during the block."""
        self._hearers.append(hearer)
        try:
            yield
        finally:
            self._hearers.remove(hearer)

    def tell(self, entity: str, id_: str, verb: str, merged: str = "") -> None:
        """Somebody did this to a record: `Create`, `Update`, `Delete`, `Void`, or `Merge` with the id it ended."""
        for hearer in self._hearers:
            hearer(entity, id_, verb, merged)
