"""What one may do with the budget of metered calls: see how it stands, be warned (Promise 10)."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from counterfoil.model.budget import Budget, month_of, slow_down
from counterfoil.model.credential import Credential
from counterfoil.store import calls, credentials
from counterfoil.store.db import Database

MOST = 10
"""Companies of which a page tells."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetView:
    """A month's budget, the names of companies by realm_id as far as known, and the sum of each month before."""

    budget: Budget
    names: Mapping[str, str]
    before: Mapping[date, int]


def show(db: Database, now: datetime, allowance: int) -> BudgetView:
    """How this month stands, of which companies, and what earlier months came to."""
    names = _names(credentials.every(db))
    before: dict[date, int] = {}
    for day, metered in calls.by_date(db, month_of(now)[0]).items():
        month = day.replace(day=1)
        before[month] = before.get(month, 0) + metered
    return BudgetView(budget=by_company(db, now, allowance), names=names, before=before)


def this_month(db: Database, now: datetime, allowance: int) -> BudgetView:
    """How this month stands, with the names of those companies alone that took the most, and nothing of before."""
    budget = by_company(db, now, allowance)
    leading = list(budget.by_company)[:MOST]
    return BudgetView(budget=budget, names=_names(credentials.of_companies(db, leading)), before={})


def standing(db: Database, now: datetime, allowance: int) -> Budget:
    """How this month's calls stand, over all companies of the store: they share one Intuit app."""
    first, end = month_of(now)
    return Budget(at=now, allowance=allowance, days=calls.by_date(db, end, first))


def by_company(db: Database, now: datetime, allowance: int) -> Budget:
    """The same, with what each company took."""
    return replace(standing(db, now, allowance), companies=calls.by_realm(db, *month_of(now)))


def warn(budget: Budget) -> None:
    """Say in the log, when a sync has ended, that the allowance runs out."""
    if budget.warns:
        _log.warning(
            "%s of %s metered calls of this month are used; the rest lasts when syncs are %.1f times as rare",
            f"{budget.used:,}",
            f"{budget.allowance:,}",
            slow_down(budget),
        )


def _names(known: Iterable[Credential]) -> Mapping[str, str]:
    return {each.realm_id: each.company_name or each.name for each in known}
