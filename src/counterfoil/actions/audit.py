"""What one may do with the audit trail: read it. Only administrators may, and nobody may change it."""

from collections.abc import Iterator
from dataclasses import dataclass

from counterfoil.actions.rights import need
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.actor import Role
from counterfoil.model.entry import Chosen, Entry, Words
from counterfoil.store import audit

LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries, the newest first; `before` asks for the page after this one, None when there is none."""

    entries: tuple[Entry, ...]
    before: int | None


def entries(
    around: Surroundings, chosen: Chosen | None = None, *, before: int | None = None, limit: int = 50
) -> Page:
    """The newest entries with a number below `before`, of those chosen. Raises Forbidden.

    New entries do not shift pages: a page begins at a number, not at a place.
    """
    need(around.actor, Role.ADMIN)
    limit = min(max(limit, 1), LARGEST_PAGE)
    found = audit.entries(around.db, chosen or Chosen(), before=before, limit=limit + 1)
    page = found[:limit]
    return Page(entries=page, before=page[-1].n if len(found) > limit else None)


def every(around: Surroundings, chosen: Chosen) -> Iterator[Entry]:
    """All entries of those chosen, the newest first, however many: read a page at a time. Raises Forbidden at once."""
    need(around.actor, Role.ADMIN)
    return _pages(around, chosen)


def words(around: Surroundings) -> Words:
    """What the newest entries speak of, to choose from. Raises Forbidden."""
    need(around.actor, Role.ADMIN)
    return audit.words(around.db)


def _pages(around: Surroundings, chosen: Chosen) -> Iterator[Entry]:
    before: int | None = None
    while True:
        page = entries(around, chosen, before=before, limit=LARGEST_PAGE)
        yield from page.entries
        before = page.before
        if before is None:
            return
