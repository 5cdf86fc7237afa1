"""Promise 7: a secret never reaches a log, a page, an error, an export or a command line."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.cli import make_app
from counterfoil.cli.tree import tree, walk
from counterfoil.sandbox.company import companies
from counterfoil.sandbox.running import Sandbox
from counterfoil.sandbox.world import App
from tests.doors.terminal import Ended, connect, environment, look

CLIENT_SECRET = "marker-of-the-client-secret"
PASSWORD = "marker-of-a-password"
KEY = b"marker-of-the-key-of-32-bytes-ok"
NEVER_ENDING = {"serve", "worker", "demo", "connect", "sandbox serve"}
"""Commands that go on until somebody ends them, or need somebody to answer."""
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "gateway", "status": 401, "code": "3200", "times": 9},
    {"kind": "fault", "status": 400, "code": "4000", "entity": "Invoice", "times": 99},
    {"kind": "truncate", "path": "oauth2", "times": 1},
    {"kind": "fault", "path": "oauth2", "status": 400, "times": 9},
)

FILE = """\
version: 1
credentials: [{{name: acme, realm_id: "{realm}", environment: sandbox}}]
destinations: [{{name: lake, kind: duckdb, options: {{path: "${{LAKE}}"}}}}]
sources:
  - {{name: acme, credential: acme, streams: [Customer, Invoice], destinations: [{{name: lake, dataset: books}}]}}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A home and its sandbox, in which every secret is known to us."""

    sandbox: Sandbox
    env: dict[str, str]
    home: Path

    def secrets(self) -> set[bytes]:
        """All that must never be seen: what was given, and every token that was ever handed out."""
        tokens = self.sandbox.world.tokens
        handed_out = {*tokens._refresh, *tokens._dead, *tokens._access}
        given = {CLIENT_SECRET, PASSWORD, self.env["COUNTERFOIL_SECRET_KEY"]}
        return {secret.encode() for secret in handed_out | given} | {KEY}

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Every file below home, the store and the logs among them."""
        for path in self.home.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("secrets")
    made = companies(1, seed=3, invoices=10, now=datetime(2026, 11, 22, 12, tzinfo=UTC))
    app = App(client_id="acme-app", secret=CLIENT_SECRET)
    with Sandbox(made, apps=[app]) as sandbox:
        env = environment(folder / "home", sandbox) | {
            "COUNTERFOIL_QUICKBOOKS_CLIENT_ID": app.client_id,
            "COUNTERFOIL_QUICKBOOKS_CLIENT_SECRET": CLIENT_SECRET,
            "COUNTERFOIL_SECRET_KEY": base64.b64encode(KEY).decode(),
            "COUNTERFOIL_LOG_LEVEL": "DEBUG",
            "LAKE": str(folder / "lake.duckdb"),
        }
        here = Place(sandbox, env, folder / "home")
        (folder / "acme.yaml").write_text(FILE.format(realm=sandbox.realms[0]))
        ended, _ = connect("acme", "--environment", "sandbox", env=env, realm=sandbox.realms[0])
        assert ended.code == 0, ended.err
        assert look("apply", str(folder / "acme.yaml"), env=env).code == 0
        assert look("sync", "acme", env=env).code == 0
        yield here


def shown(place: Place, ended: Ended) -> list[str]:
    """The secrets that a command showed, or that stand open in a file after it."""
    seen = [("what it said", (ended.out + ended.err).encode()), *place.written()]
    return [
        f"{secret[:12]!r}… in {where}" for where, text in seen for secret in place.secrets() if secret in text
    ]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: " ".join(map(str, fault.values())))
def test_a_sync_that_fails_tells_no_secret(place: Place, fault: dict[str, Any]) -> None:
    place.sandbox.advance(timedelta(hours=2))
    place.sandbox.fault(**fault)

    ended = look("sync", "acme", "--log-level", "DEBUG", env=place.env)
    place.sandbox.heal()

    assert shown(place, ended) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("COUNTERFOIL_DATABASE_URL", f"postgresql://acme:{PASSWORD}@127.0.0.1:1/books"),
        ("COUNTERFOIL_DATABASE_URL", f"mysql://acme:{PASSWORD}@127.0.0.1:1/books"),
        ("COUNTERFOIL_SECRET_KEY", PASSWORD),
        ("COUNTERFOIL_QUICKBOOKS_OAUTH_URL", f"http://acme:{PASSWORD}@127.0.0.1:1/"),
        ("COUNTERFOIL_QUICKBOOKS_API_URL", f"http://acme:{PASSWORD}@127.0.0.1:1/"),
    ],
)
def test_a_setting_that_is_wrong_is_told_without_the_secret_in_it(
    place: Place, setting: str, value: str
) -> None:
    ended = look("sync", "acme", "--log-level", "DEBUG", env=place.env | {setting: value})

    assert shown(place, ended) == []


def test_no_command_shows_a_secret_whatever_it_does(place: Place) -> None:
    every = sorted(_commands(), key=_is_final)
    assert len(every) > 10
    for path, arguments in every:
        for shape in ([], ["--json"]):
            ended = look(*path.split(), *arguments, *shape, "--log-level", "DEBUG", env=place.env)
            assert shown(place, ended) == [], path


def test_no_command_takes_a_secret_as_an_argument() -> None:
    """What stands in a command line is seen by everyone on the machine, and kept by shells."""
    options = {
        option for command, _ in walk(tree(make_app())) for param in command.params for option in param.opts
    }

    assert not [option for option in options if re.search(r"secret|password|token|passphrase", option)]


def _commands() -> Iterator[tuple[str, list[str]]]:
    """Every command that comes to an end by itself, with something for each of its arguments."""
    for command, context in walk(tree(make_app())):
        path = context.command_path.partition(" ")[2]
        if not hasattr(command, "commands") and path not in NEVER_ENDING:
            yield (
                path,
                [
                    "acme"
                    for param in command.params
                    if param.param_type_name == "argument" and param.required
                ],
            )


def _is_final(command: tuple[str, list[str]]) -> bool:
    """What takes things away comes after what looks at them."""
    return bool(re.search(r"remove|disconnect|rotate|revoke|move-to", command[0]))
