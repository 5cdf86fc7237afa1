"""Find a Chromium or Chrome on this machine; where there is none, bring one up."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NAMED = "COUNTERFOIL_CHROMIUM"
"""The variable that names a browser's program."""

STRICTNESS = "COUNTERFOIL_BROWSER"
"""With `required` in the environment, tests that find no browser fail instead of being skipped."""

PROGRAMS = (
    "chromium-headless-shell",  # does the same for half of the work
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
WAIT = ("-o", "DPkg::Lock::Timeout=120")
UPDATE = ("apt-get", "update", *WAIT)
INSTALL = ("apt-get", "install", "-y", "--no-install-recommends", *WAIT)
PACKAGES = ("chromium-headless-shell", "chromium")
"""The first one that this Debian knows."""

PATIENCE = 300.0
"""Seconds that bringing one up may take."""

INSTEAD = (
    f"Install Debian's `chromium`, or Google Chrome, or run `playwright install chromium`, "
    f"or name a program in {NAMED}."
)


class NoBrowser(Exception):  # noqa: N818 - the name says what is the matter
    """There is none; the words say what to install."""


def find(own: str) -> Path | None:
    """The first browser there is; `own` is where Playwright would keep the one that it downloads.

    Raises NoBrowser when the environment names one that is not there.
    """
    named = os.environ.get(NAMED, "")
    if named:
        program = shutil.which(named)
        if program is None:
            raise NoBrowser(f"{NAMED} names {named}, which cannot be run.")
        return Path(program)
    known = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if known is not None:
        return Path(known)
    return Path(own) if Path(own).is_file() else None


def find_or_bring(own: str, say: Callable[[str], None]) -> Path:
    """The same, installed first where that can be done without asking. Raises NoBrowser.

    Of several processes one installs, and the others wait for it.
    """
    found = find(own)
    if found is None and _may_install():
        with _alone():
            found = find(own)  # while it waited, another one may have brought it
            if found is None:
                say("No browser is here: installing Debian's Chromium for tests/browser (some minutes).")
                found = _install(own)
    if found is None:
        raise NoBrowser(f"No browser is here. {INSTEAD}")
    return found


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(own: str) -> Path | None:
    _run(UPDATE)  # fails where one source of packages is away; the package may be known all the same
    failures = []
    for package in PACKAGES:
        failure = _run((*INSTALL, package))
        if not failure:
            return find(own)
        failures.append(failure)
    raise NoBrowser(f"No browser is here, and none could be installed: {failures[-1]} {INSTEAD}")


def _run(command: tuple[str, ...]) -> str:
    """Run it; what went wrong, or ""."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        ended = subprocess.run(
            command, env=environment, timeout=PATIENCE, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        return f"`{' '.join(command)}` took longer than {PATIENCE:.0f} s."
    last = (ended.stderr.strip().splitlines() or ["no word of why"])[-1]
    return f"`{' '.join(command)}` failed: {last}" if ended.returncode else ""


@contextmanager
def _alone() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / "counterfoil-browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
