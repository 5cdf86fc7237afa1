"""Settings of this Counterfoil: whether it works, what is set and by whom, and where each thing is changed."""

from fastapi import APIRouter
from starlette.responses import Response

from counterfoil.actions import budget, installation, openid
from counterfoil.web.page import page
from counterfoil.web.visit import Visiting

routes = APIRouter()


@routes.get("/settings")
def show(visit: Visiting) -> Response:
    """How this Counterfoil stands, and what is set."""
    around, public_url = visit.around, visit.request.app.state.public_url
    looked = installation.look(around)
    month = budget.this_month(around.db, around.now(), around.monthly_calls)
    return page(
        visit,
        "settings.html",
        look=looked,
        faults=[check for check in looked.checks if not check.well],
        settings=around.settings,
        month_view=month,
        used=month.budget.used,
        most=budget.MOST,
        sight=around.sight,
        provider=around.openid,
        redirect_uri=openid.redirect_uri(public_url),
        public_url=public_url,
        webhooks=public_url + installation.WEBHOOKS,
    )
