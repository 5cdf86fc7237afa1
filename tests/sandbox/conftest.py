"""Sandboxes that serve Acme, the tiny company."""

from collections.abc import Iterator

import pytest

from counterfoil.sandbox.running import Sandbox
from tests.sandbox.acme import START, Caller, ManyInvoices, TinyCompany


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of one's own, at START."""
    with Sandbox([TinyCompany()], start=START) as running:
        yield running


@pytest.fixture
def caller(sandbox: Sandbox) -> Caller:
    return Caller(sandbox)


@pytest.fixture(scope="module")
def read_only() -> Iterator[Caller]:
    """A caller on a sandbox that several tests share and none changes."""
    with Sandbox([TinyCompany()], start=START) as running:
        yield Caller(running)


@pytest.fixture(scope="module")
def many() -> Iterator[Sandbox]:
    """A sandbox whose invoices are a series of 3,000."""
    with Sandbox([TinyCompany(series_=(ManyInvoices(3000),))], start=START) as running:
        yield running
