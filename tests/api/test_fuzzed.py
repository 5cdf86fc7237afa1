"""Schemathesis reads the document and sends what it allows, and what it forbids, over real HTTP."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from counterfoil.model.actor import Role
from counterfoil.quickbooks.oauth import OAuthApp
from tests.api.service import Service, opened, serving
from tests.road.conftest import opened_world
from tests.sandbox.acme import TinyCompany

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "negative_data_rejection",
)
WISHES = """
[checks.missing_required_header]
expected-statuses = ["400", "401", "403", "404", "422", "428"]

[[operations]]
include-operation-id = "followSync"

[operations.generation]
mode = "positive"
"""
"""428 is what RFC 6585 has for a change that does not say which version it changes. The one operation that names a
header of its own is sent others too, which the fuzzer takes for wrong, and HTTP does not."""
ELSEWHERE = ("testChannel", "proveDestination")
"""What reaches out to an address that the fuzzer makes up."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Service]:
    """A service whose Intuit is the sandbox, with one source."""
    with (
        opened(f"sqlite:///{tmp_path}/counterfoil.db", tmp_path) as db,
        opened_world(tmp_path, db, [TinyCompany()]) as made,
    ):
        made.source()
        url = made.sandbox.url
        app = OAuthApp(
            client_id="sandbox-client",
            client_secret="sandbox-secret",
            authorize_url=f"{url}/connect/oauth2",
            token_url=f"{url}/oauth2/v1/tokens/bearer",
            revoke_url=f"{url}/v2/oauth2/tokens/revoke",
        )
        with serving(replace(made.around, app=app)) as service:
            yield service


def fuzz(service: Service, folder: Path, *more: str) -> str:
    """What the fuzzer says when it has found something; "" when it has not."""
    chosen = [part for name in ELSEWHERE for part in ("--exclude-operation-id", name)]
    program = Path(sys.executable).with_name("schemathesis")
    (folder / "schemathesis.toml").write_text(WISHES)
    done = subprocess.run(
        [
            *(str(program), "run", f"{service.url}/api/openapi.json"),
            *("--header", f"Authorization: Bearer {service.keys[Role.ADMIN]}"),
            *("--checks", ",".join(CHECKS), "--continue-on-failure", "--no-color", *chosen, *more),
        ],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
    )
    assert "Tested:" in done.stdout, done.stdout  # it did work
    return "" if done.returncode == 0 else done.stdout.partition("= FAILURES =")[2] or done.stdout


def test_no_request_that_the_document_leads_to_meets_a_defect(world: Service, tmp_path: Path) -> None:
    found = fuzz(world, tmp_path, "--phases", "examples,coverage,fuzzing", "--seed", "1", "--max-time", "12")

    assert not found, found


@pytest.mark.slow
def test_none_does_after_many_thousands_either(world: Service, tmp_path: Path) -> None:
    found = fuzz(world, tmp_path, "--phases", "examples,coverage,fuzzing,stateful", "--max-time", "900")

    assert not found, found
