"""What people are told of a permission that will end: in the list, after a sync, in the log, as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.sandbox.company import companies
from counterfoil.sandbox.running import Sandbox
from counterfoil.store import credentials
from counterfoil.store.db import open_database
from counterfoil.store.vault import open_vault
from tests.doors.terminal import connect, environment, look

FILE = """\
version: 1
credentials: [{{name: acme, realm_id: "{realm}", environment: sandbox}}]
destinations: [{{name: lake, kind: duckdb, options: {{path: {path}}}}}]
sources: [{{name: acme, credential: acme, streams: [CompanyInfo], destinations: [lake]}}]
"""


@dataclass(frozen=True, slots=True)
class Home:
    """A home folder in which Acme is connected and feeds a warehouse."""

    folder: Path
    env: dict[str, str]

    def end_in(self, left: timedelta) -> None:
        """Let the five years be over so soon, as the last answer of the token end point would have told."""
        vault = open_vault("", key_file=self.folder / "secret.key")
        db = open_database(
            f"sqlite:///{self.folder}/counterfoil.db", vault=vault, locks=self.folder / "locks"
        )
        acme = credentials.named(db, "acme")
        tokens = credentials.tokens(db, acme.id)
        assert tokens is not None
        credentials.save_tokens(db, acme.id, replace(tokens, hard_expires_at=datetime.now(UTC) + left))
        db.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("home")
    made = companies(1, seed=3, invoices=5, now=datetime(2026, 11, 22, 12, tzinfo=UTC))
    with Sandbox(made) as sandbox:
        env = environment(folder, sandbox)
        realm = sandbox.realms[0]
        connected, _ = connect("acme", "--environment", "sandbox", env=env, realm=realm)
        assert connected.code == 0
        file = folder / "acme.yaml"
        file.write_text(FILE.format(realm=realm, path=folder / "lake.duckdb"))
        assert look("apply", str(file), env=env).code == 0
        yield Home(folder, env)


@pytest.mark.parametrize(("days", "urgency"), [(29, "notice"), (6, "urgent")])
def test_the_list_shows_the_days_that_are_left_and_what_to_do(home: Home, days: int, urgency: str) -> None:
    home.end_in(timedelta(days=days, hours=1))

    listed = look("credentials", env=home.env)
    (told,) = look("credentials", "--json", env=home.env).document["credentials"]

    assert f"ends in {days} days" in " ".join(listed.out.split())
    assert "counterfoil connect acme --environment sandbox" in listed.out
    assert (told["days_left"], told["limit"], told["urgency"]) == (days, "consent", urgency)


def test_the_list_shows_no_warning_while_the_end_is_far(home: Home) -> None:
    home.end_in(timedelta(days=1800))

    listed = look("credentials", env=home.env)

    assert "Days left" in " ".join(listed.out.split())
    assert "ends" not in listed.out


def test_a_sync_warns_on_its_card_in_its_document_and_in_the_log(home: Home) -> None:
    home.end_in(timedelta(days=12, hours=1))

    shown = look("sync", "acme", env=home.env)
    told = look("sync", "acme", "--json", env=home.env).document["warning"]

    assert "ends in 12 days" in " ".join(shown.out.split())
    assert "counterfoil connect acme" in shown.out
    assert "ends in 12 days" in told["what"]
    assert told["what"] in (home.folder / "counterfoil.log").read_text()
