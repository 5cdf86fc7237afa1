"""The budget of metered calls over the API."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field

from counterfoil.actions import budget
from counterfoil.actions.budget import BudgetView
from counterfoil.api.access import Viewer
from counterfoil.api.routes import router
from counterfoil.model.budget import slow_down

routes = router("budget")


class CompanyCalls(BaseModel):
    """What one company took this month."""

    realm_id: str
    name: str
    metered: int


class Budget(BaseModel):
    """This month's metered calls against what Intuit allows for all companies of the app together."""

    month: date = Field(description="The first day of the month, in UTC.")
    used: int
    allowance: int
    left: int
    projected: int = Field(description="Metered calls at the month's end, at the pace so far.")
    warns: bool
    slowed: Decimal = Field(
        description="How many times rarer schedules run, so that the rest lasts; 1: as set."
    )
    companies: list[CompanyCalls]
    days: dict[date, int]
    months_before: dict[date, int]


@routes.get("", operation_id="showBudget")
def show(around: Viewer) -> Budget:
    """How this month's metered calls stand."""
    return _told(budget.show(around.db, around.now(), around.monthly_calls))


def _told(view: BudgetView) -> Budget:
    standing = view.budget
    return Budget(
        month=standing.at.date().replace(day=1),
        used=standing.used,
        allowance=standing.allowance,
        left=standing.left,
        projected=standing.projected,
        warns=standing.warns,
        slowed=Decimal(repr(round(slow_down(standing), 2))),
        companies=[
            CompanyCalls(realm_id=realm_id, name=view.names.get(realm_id, ""), metered=metered)
            for realm_id, metered in standing.by_company.items()
        ],
        days=dict(standing.by_day),
        months_before=dict(view.before),
    )
