"""The list of credentials."""

import re
from collections.abc import Callable
from datetime import timedelta

from counterfoil.actions import credentials
from counterfoil.actions.draft import Birth
from counterfoil.model.credential import Environment, Tokens
from tests.api.service import Service
from tests.web.conftest import Browser, sign_up


def test_each_credential_tells_how_long_its_own_permission_holds(
    service: Service, browse: Callable[[Service], Browser]
) -> None:
    around, now = service.around, service.around.now()
    for name, days in (("acme", 40), ("birch", 12), ("cedar", 77)):
        ends = now + timedelta(days=days, hours=1)
        tokens = Tokens(access_token="a", refresh_token="r", access_expires_at=now, refresh_expires_at=ends)
        grant = credentials.Grant(
            name=name, realm_id=str(days), environment=Environment.SANDBOX, tokens=tokens
        )
        credentials.connect(around.db, grant, Birth(now=now, chance=around.chance))
    credentials.disconnect(around.db, "birch", lambda _: None)
    ada = browse(service)
    sign_up(ada)

    rows = re.split(r'<tr role="row"', ada.open("/credentials").text)[2:]

    held = [re.search(r"(\d+ days)</time>", row) for row in rows]
    names = [re.search(r'href="/credentials/(\w+)"', row) for row in rows]
    told = {name[1]: days[1] if days else "" for name, days in zip(names, held, strict=True) if name}
    assert told == {"birch": "", "acme": "40 days", "cedar": "77 days"}
