"""When a source is synced next by itself: kept in the store for the engine, which looks for what is due."""

from datetime import datetime

from counterfoil.actions.budget import standing
from counterfoil.actions.surroundings import Surroundings
from counterfoil.model.budget import Budget, slow_down
from counterfoil.model.schedule import in_units, slowed
from counterfoil.model.source import Source
from counterfoil.store import sources
from counterfoil.store.db import Database


def plan_next_run(around: Surroundings, one: Database, source: Source) -> datetime | None:
    """Keep when a source runs next, from now on, as slow as the budget asks; None: only when asked.

    For who creates a source, changes its schedule, pauses or resumes it, in the transaction of that change.
    """
    now = around.now()
    at = source.next_run(now, stretch=slow_down(standing(one, now, around.monthly_calls)))
    sources.set_next_run(one, source, at)
    return at


def why_slowed(source: Source, budget: Budget) -> str:
    """Why a source is synced more rarely than its schedule says; "" when it is not."""
    period = None if source.paused else slowed(source.schedule, budget.at, slow_down(budget))
    if period is None:
        return ""
    return (
        f"slowed to about every {in_units(period)}, because {100 * budget.share:.0f} % "
        "of this month's metered calls are used"
    )
