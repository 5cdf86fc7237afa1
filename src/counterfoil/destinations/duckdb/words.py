"""What DuckDB's errors mean, by their words: it has one class for most of them."""

import re
from pathlib import Path

import duckdb

from counterfoil.errors import WarehouseBusy, WarehouseFailed, WarehouseRefused

TROUBLES: tuple[tuple[str, type[WarehouseFailed | WarehouseRefused], str], ...] = (
    (
        r"no space left|disk (?:is )?full|file too large|out of disk|max_temp_directory_size",
        WarehouseFailed,
        "The disk is full: make room there, then sync again. Nothing is lost: the tables are as they were.",
    ),
    (
        r"not a valid duckdb|corrupt|checksum|could not read|is a directory|sqlite_scanner|serialization",
        WarehouseRefused,
        (
            "The file is damaged, or not DuckDB's: put back a copy of it, or move it away together with its .wal. "
            "The next sync then makes it anew from all that QuickBooks has."
        ),
    ),
    (
        r"permission denied|read-only file system|operation not permitted",
        WarehouseRefused,
        "Give the right to write to the file and its folder, then sync again: nothing is lost.",
    ),
)
"""What DuckDB's words mean, and what helps."""


AWAY: tuple[tuple[str, type[WarehouseFailed | WarehouseRefused], str], ...] = (
    (
        r"extension",
        WarehouseFailed,
        (
            "DuckDB fetches MotherDuck's part by itself, once: let this machine out to extensions.duckdb.org and "
            "api.motherduck.com, and see that MotherDuck supports this version of DuckDB."
        ),
    ),
    (
        r"token|authenti|unauthorized|permission|not allowed",
        WarehouseRefused,
        "Give a token of MotherDuck's that is in force and may read and write; it stands in its settings.",
    ),
    (
        r"no database|database .*(?:not found|does not exist)",
        WarehouseRefused,
        "Make the database in MotherDuck: CREATE DATABASE.",
    ),
    (
        r"connect|connection|unavailable|timed? ?out|rpc",
        WarehouseFailed,
        "Let this machine out to api.motherduck.com, to port 443. Nothing is lost: the next sync brings it all.",
    ),
)
"""The same of MotherDuck's words."""


def holder(message: str) -> str | None:
    """Who holds the file, from DuckDB's own words; None when the trouble is another one."""
    if "could not set lock" not in message.lower():
        return None
    found = re.search(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)", message)
    return f"{Path(found['program']).name} (process {found['pid']})" if found else "another program"


def held(path: Path, by: str, waited: float) -> WarehouseBusy:
    """The file was in other hands for longer than we wait, in seconds."""
    return WarehouseBusy(
        f"{by} held {path} for {waited:.0f} s." if waited else f"{by} holds {path}.",
        do="Close the file there, or open it read-only from a copy, then sync again. "
        "Nothing is lost: the next sync brings it all.",
    )


def as_ours(error: duckdb.Error, path: Path) -> WarehouseFailed | WarehouseRefused:
    """DuckDB's error as one of ours, with what to do about it."""
    first_line = str(error).splitlines()[0]
    said = first_line.replace(str(path), "")  # a folder may be called "corrupt"
    for words, kind, do in TROUBLES:
        if re.search(words, said, re.IGNORECASE):
            return kind(f"DuckDB could not use {path}: {first_line}", do=do)
    if isinstance(error, duckdb.CatalogException | duckdb.PermissionException | duckdb.BinderException):
        return WarehouseRefused(
            f"DuckDB refused {path}: {first_line}",
            do="Something else in that dataset is in the way: rename it, or choose another dataset or prefix.",
        )
    if isinstance(error, duckdb.DataError | duckdb.IntegrityError):
        return WarehouseRefused(
            f"DuckDB refused a value for {path}: {first_line}",
            do="A column has another type than we gave it, or a rule of its own: take that back, then sync again.",
        )
    return WarehouseFailed(
        f"DuckDB could not use {path}: {first_line}",
        do="Check that the folder exists, that the disk has room and that you may write there.",
    )


def away(error: duckdb.Error, where: str, token: str) -> WarehouseFailed | WarehouseRefused | WarehouseBusy:
    """The same for a database that stands elsewhere; the token is in none of its words."""
    said = str(error).replace(token, "…").splitlines()[0]
    if isinstance(error, duckdb.TransactionException):
        return WarehouseBusy(
            f"Somebody else changed the same tables of {where}: {said}",
            do="Nothing is lost: the next sync brings it all.",
        )
    for words, kind, do in AWAY:
        if re.search(words, said, re.IGNORECASE):
            return kind(f"{where} could not be used: {said}", do=do)
    return as_ours(type(error)(said), Path(where))
