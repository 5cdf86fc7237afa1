"""The REST API: one module for each noun, each a thin door to the verbs of `actions/`.

What all routes share stands in routes (who asks), problems (errors), versions (ETags), once (idempotency)
and paging (lists).
"""

from fastapi import APIRouter

from counterfoil.api import (
    alerts,
    apps,
    audit,
    budget,
    companies,
    configuration,
    connections,
    credentials,
    destinations,
    events,
    keys,
    kinds,
    me,
    reading,
    schedules,
    sources,
    streams,
    syncs,
    tables,
    users,
    verifications,
)

NOUNS = (
    credentials.routes,
    apps.routes,
    destinations.routes,
    companies.routes,
    kinds.routes,
    sources.routes,
    tables.routes,
    verifications.routes,
    connections.routes,
    streams.routes,
    schedules.routes,
    syncs.routes,
    events.routes,
    budget.routes,
    configuration.routes,
    alerts.routes,
    alerts.channel_routes,
    users.routes,
    keys.routes,
    audit.routes,
    me.routes,
)
"""In the order in which the document tells them."""


def routers() -> tuple[APIRouter, ...]:
    """The routes of every noun, and those on which the API is read about."""
    return (*NOUNS, reading.routes)
