"""The REST API: one module for each noun, each a thin door to the verbs of `actions/`.

What all routes share stands in routes (who asks), problems (errors), versions (ETags), once (idempotency)
and paging (lists).
"""

from fastapi import APIRouter

from counterfoil.api import (
    apps,
    audit,
    budget,
    configuration,
    connections,
    credentials,
    destinations,
    keys,
    kinds,
    me,
    reading,
    schedules,
    sources,
    streams,
    syncs,
    users,
)

NOUNS = (
    credentials,
    apps,
    destinations,
    kinds,
    sources,
    connections,
    streams,
    schedules,
    syncs,
    budget,
    configuration,
    users,
    keys,
    audit,
    me,
)
"""In the order in which the document tells them."""


def routers() -> tuple[APIRouter, ...]:
    """The routes of every noun, and those on which the API is read about."""
    return (*(noun.routes for noun in NOUNS), reading.routes)
