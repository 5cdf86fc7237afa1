"""A server that speaks Azure Blob Storage: Microsoft's own emulator, fetched once by npm."""

import base64
import fcntl
import hmac
import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from tests.emulators import free_port, serving

VERSION = "3.37.0"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's own, which everybody knows."""

CONTAINER = "books"
NUMBERS = count(1)


class Azurite:
    """Where it is."""

    def __init__(self, port: int) -> None:
        self.port = port

    def new_folder(self) -> str:
        """A folder of the container that nobody has used."""
        return f"lakes/{next(NUMBERS)}"


@contextmanager
def running_azurite() -> Iterator[Azurite]:
    """Start it, with an empty container. Skips where there is no Node."""
    if not shutil.which("npm"):
        pytest.skip("Azurite needs Node and npm")
    program, port = _program(), free_port()
    with tempfile.TemporaryDirectory(prefix="azurite-") as folder:
        command: list[str | Path] = [
            *("node", program, "--location", folder, "--blobHost", "127.0.0.1", "--blobPort", str(port)),
            *("--skipApiVersionCheck", "--silent", "--disableTelemetry"),
        ]
        with serving(command, port):
            _make_container(port)
            yield Azurite(port)


def _program() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "counterfoil-tests"
    folder = cache / f"azurite-{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes meanwhile waits, and finds it there
        if not program.exists():
            command = ["npm", "install", "--silent", "--no-audit", "--no-fund", f"azurite@{VERSION}"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=600)
    return program


def _make_container(port: int) -> None:
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    told = f"x-ms-date:{now}\nx-ms-version:2021-08-06\n"
    signed = "PUT" + "\n" * 12 + told + f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
    mark = base64.b64encode(hmac.new(base64.b64decode(KEY), signed.encode(), sha256).digest()).decode()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/{ACCOUNT}/{CONTAINER}?restype=container",
        method="PUT",
        headers={
            "x-ms-date": now,
            "x-ms-version": "2021-08-06",
            "Authorization": f"SharedKey {ACCOUNT}:{mark}",
        },
    )
    urllib.request.urlopen(asked).close()
