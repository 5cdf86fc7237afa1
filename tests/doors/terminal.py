"""The command line as people and scripts meet it: another process, its two outputs, its exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

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


def connect(
    *arguments: str, env: Mapping[str, str], realm: str, decision: str = "approve", state: str = ""
) -> tuple[Ended, int]:
    """Run `connect` and play the person at the consent page; with the status the last page had.

    A `state` of its own stands for an answer that somebody else sends, before the true one.
    """
    process = start("connect", *arguments, "--no-browser", "--port", "0", env=env)
    assert process.stderr is not None
    lines = [process.stderr.readline() for _ in range(2)]
    if not lines[1].startswith("http"):
        out, err = process.communicate(timeout=30)
        return Ended(process.returncode, out, "".join(lines) + err), 0
    page = urlsplit(lines[1].strip())
    form = {**dict(parse_qsl(page.query)), "realm": realm, "decision": decision}
    status = 0
    with httpx2.Client(follow_redirects=True, trust_env=False) as browser:
        if state:
            forged = {"code": "x", "state": state, "realmId": realm}
            status = browser.get(form["redirect_uri"], params=forged).status_code
        answer = browser.post(f"{page.scheme}://{page.netloc}{page.path}", data=form)
    out, err = process.communicate(timeout=30)
    return Ended(process.returncode, out, err), status or answer.status_code
