"""The command line as people and scripts meet it: another process, its two outputs, its exit code."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import httpx2

import counterfoil.cli
from counterfoil.sandbox.running import Sandbox


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that `--json` promises."""
        return json.loads(self.out)


def environment(home: Path, sandbox: Sandbox | None = None) -> dict[str, str]:
    """The settings of a process that works with a sandbox, and nothing of ours."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}
    settings = {"COUNTERFOIL_HOME": str(home), "COLUMNS": "80", "NO_PROXY": "127.0.0.1", "NO_COLOR": "1"}
    if sandbox is not None:
        settings |= {
            "COUNTERFOIL_QUICKBOOKS_API_URL": sandbox.url,
            "COUNTERFOIL_QUICKBOOKS_OAUTH_URL": sandbox.url,
            "COUNTERFOIL_QUICKBOOKS_CLIENT_ID": "sandbox-client",
            "COUNTERFOIL_QUICKBOOKS_CLIENT_SECRET": "sandbox-secret",
        }
    return inherited | settings


def start(*arguments: str, env: Mapping[str, str], folder: Path | None = None) -> subprocess.Popen[str]:
    """Begin a command."""
    return subprocess.Popen(
        [sys.executable, "-m", "counterfoil", *arguments],
        env=dict(env),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments: str, env: Mapping[str, str], folder: Path | None = None) -> Ended:
    """Run a command to its end."""
    process = start(*arguments, env=env, folder=folder)
    out, err = process.communicate(timeout=60)
    return Ended(process.returncode, out, err)


def look(*arguments: str, env: Mapping[str, str]) -> Ended:
    """The same without a process of its own, for commands of which only the words matter."""
    out, err, root = StringIO(), StringIO(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    with patch.dict(os.environ, env, clear=True), redirect_stdout(out), redirect_stderr(err):
        code = counterfoil.cli.run(arguments)
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)
    return Ended(code, out.getvalue(), err.getvalue())


def connect(
    *arguments: str, env: Mapping[str, str], realm: str, decision: str = "approve", state: str = ""
) -> tuple[Ended, int]:
    """Run `connect` in place of whose browser a person answers; with the status of the last page shown.

    A `state` of its own stands for an answer that somebody else sends, before the true one.
    """
    shown: list[int] = []

    def browse(address: str) -> bool:
        page = urlsplit(address)
        form = {**dict(parse_qsl(page.query)), "realm": realm, "decision": decision}
        with httpx2.Client(follow_redirects=True, trust_env=False) as browser:
            if state:
                forged = {"code": "x", "state": state, "realmId": realm}
                shown.append(browser.get(form["redirect_uri"], params=forged).status_code)
            shown.append(browser.post(f"{page.scheme}://{page.netloc}{page.path}", data=form).status_code)
        return True

    with patch("webbrowser.open", browse):
        ended = look("connect", *arguments, "--port", "0", env=env)
    return ended, shown[0]
