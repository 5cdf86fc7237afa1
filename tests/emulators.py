"""Servers that stand in for warehouses: programs in environments of their own, started for as long as a test needs."""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError

MINUTES_TO_MAKE = 15
GLANCE = 0.05
"""Seconds between two looks at a server that starts."""


class MakingError(Exception):
    """An environment could not be made."""


class ServingError(Exception):
    """A server ended, or did not answer in time."""


def environment(name: str, requirements: Sequence[str]) -> Path:
    """The Python of an environment that has these requirements. Raises MakingError.

    It is made once for all tests of this user, and lies in the user's cache: for programs that need other versions
    than ours. Other requirements get another one.
    """
    wanted = "\n".join([sys.version, *sorted(requirements)])
    folder = _cache() / f"{name}-{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    whole = folder / "whole"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes meanwhile waits, and finds it made
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, requirements)
            whole.touch()
    return folder / "bin" / "python"


def free_port() -> int:
    """A port on loopback that nobody listens at."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str | Path],
    ready: int | str,
    *,
    seconds: float = 60,
    environ: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server that answers at a port of loopback, or at a URL, until the block ends. Raises ServingError.

    It and all its children are killed then, and their port is free again. `environ` is added to our own environment.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environ or {})},
            start_new_session=True,
        )
        try:
            if not _answers(process, ready, seconds):
                output.seek(0)
                said = output.read().decode(errors="replace")[-2000:]
                raise ServingError(f"{command[0]} does not answer at {ready}. It said:\n{said}")
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            _let_go(ready)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "counterfoil-tests"


def _make(folder: Path, requirements: Sequence[str]) -> None:
    python = folder / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements],
    ):
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=MINUTES_TO_MAKE * 60)
        except subprocess.TimeoutExpired as late:
            raise MakingError(f"{folder} was not made within {MINUTES_TO_MAKE} minutes.") from late
        except subprocess.CalledProcessError as failed:
            said = failed.stderr.decode(errors="replace")[-2000:]
            raise MakingError(
                f"{folder} with {', '.join(requirements)} could not be made:\n{said}"
            ) from failed


def _answers(process: subprocess.Popen[bytes], ready: int | str, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if _answered(ready):
            return True
        with suppress(subprocess.TimeoutExpired):
            process.wait(GLANCE)
            return False
    return False


def _let_go(ready: int | str) -> None:
    """Wait for a child that was killed as well and held the port."""
    ends = time.monotonic() + 10
    while _answered(ready) and time.monotonic() < ends:
        time.sleep(GLANCE)


def _answered(ready: int | str) -> bool:
    try:
        if isinstance(ready, int):
            socket.create_connection(("127.0.0.1", ready), timeout=1).close()
        else:
            urllib.request.urlopen(ready, timeout=1).close()
    except HTTPError:
        return True  # whatever it says, it is there
    except OSError:
        return False
    return True
