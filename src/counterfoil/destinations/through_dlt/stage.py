"""Bringing rows into a staging dataset, as text alone: what a driver or a loader would make of numbers, times and
line breaks does not matter then. The warehouse turns the text into values, and refuses what it cannot.
"""

import json
import os
import secrets
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import getproxies

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from counterfoil.destinations import staged
from counterfoil.destinations.base import Landing
from counterfoil.model.table import Column, ColumnType, all_columns
from counterfoil.stop import Stop

ESCAPES = (("^", "^0"), ("\n", "^1"), ("\r", "^2"), ("\t", "^3"), ("\\", "^4"))
"""What stands for characters that some loaders' own escaping cuts or changes; `^` itself first."""

PLACES = 9

CHILD = (sys.executable, "-m", "counterfoil.destinations.through_dlt.child")

PREFIX = "counterfoil_stage_"
SILENCE = '{"code": "", "said": "it ended without a word"}'
"""In the place of the answer of a child that gave none."""

LEFT_AFTER = 24 * 3600
"""Seconds after which a staging dataset belongs to nobody any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """Which of dlt's destinations brings the rows, with what arguments, through which bucket, in what format.

    Its representation tells no secret.
    """

    destination: str
    arguments: Mapping[str, Any] = field(repr=False)
    staging: Mapping[str, Any] | None = field(default=None, repr=False)
    format: str = "insert_values"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """One table of the stage: its name, how many rows it has, and the columns, c0 and so on in their order.

    `escaped` are those in which something stands for another character.
    """

    name: str
    rows: int
    columns: Sequence[Column]
    escaped: frozenset[str]

    def column(self, name: str) -> str:
        """Under which name a column stands here."""
        return f"c{[column.name for column in self.columns].index(name)}"


@dataclass(slots=True, kw_only=True)
class Stage:
    """The rows of a landing in a dataset of their own, by the files that they came from; and `lists` of ids."""

    dataset: str
    tables: dict[tuple[Path, ...], Staged] = field(default_factory=dict)
    lists: dict[tuple[str, ...], Staged] = field(default_factory=dict)

    @property
    def everything(self) -> list[Staged]:
        """All tables that have rows."""
        return [each for each in (*self.tables.values(), *self.lists.values()) if each.rows]

    def of(self, files: Sequence[Path]) -> Staged:
        return self.tables[tuple(files)]


class LoadingError(Exception):
    """The loading process failed; `code` and words are the warehouse's own, where it had any."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


def new_dataset() -> str:
    """A name that tells when it was made, so that what a killed process left can be taken away."""
    return f"{PREFIX}{int(time.time()):x}_{secrets.token_hex(4)}"


def is_left(dataset: str) -> bool:
    """Tell whether a dataset is the stage of a load that ended long ago."""
    made = dataset.removeprefix(PREFIX).partition("_")[0]
    try:
        return dataset.startswith(PREFIX) and int(made, 16) + LEFT_AFTER < time.time()
    except ValueError:
        return False


def write(landing: Landing, folder: Path, instead_of_nul: str, between: str) -> Stage:
    """Write the newest version of all rows as text into files of this folder, one for each table of the stage."""
    stage = Stage(dataset=new_dataset())
    for batch in landing.batches:
        parents = batch.files.get(batch.table.name, ())
        stale = staged.newest(parents)[1] if parents else pa.array([], pa.int64())
        for table in batch.table.family():
            files = tuple(batch.files.get(table.name, ()))
            if files:
                columns = staged.present(files, all_columns(table))
                writing = _Writing(folder / f"s{len(stage.tables)}.parquet", columns, instead_of_nul, between)
                for piece in staged.pieces(files, columns, stale):
                    writing.add(piece)
                stage.tables[files] = writing.done()
    return stage


def write_lists(landing: Landing, stage: Stage, folder: Path, instead_of_nul: str) -> None:
    """Write the ids that are gone, and those that are spared, for warehouses that have no tables of a session."""
    column = Column(name="id", type=ColumnType.TEXT)
    for batch in landing.batches:
        for ids in filter(None, map(tuple, (batch.deleted, batch.spared))):
            name = f"s{len(stage.tables)}_{len(stage.lists)}"
            writing = _Writing(folder / f"{name}.parquet", [column], instead_of_nul, " ")
            once = pa.array(list(dict.fromkeys(ids)), pa.string())
            writing.add(pa.RecordBatch.from_arrays([once], names=["id"]))
            stage.lists[ids] = writing.done()


def bring(loader: Loader, stage: Stage, folder: Path, stop: Stop) -> None:
    """Load the files of a stage. Raises LoadingError, and what the stop is asked with."""
    tables = {each.name: f"{each.name}.parquet" for each in stage.everything}
    if tables:
        run(loader, {"dataset": stage.dataset, "tables": tables}, folder, stop)


def run(loader: Loader, work: dict[str, Any], folder: Path, stop: Stop) -> None:
    """Have a process of its own do a job. Raises LoadingError, and what the stop is asked with."""
    process = subprocess.Popen(  # noqa: S603 (our own program, without a shell)
        CHILD,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_surroundings(folder),
    )
    try:
        with stop.calling(process.kill):
            said, _ = process.communicate(json.dumps(job(loader, work, folder)).encode())
    finally:
        process.kill()
        process.wait()
    stop.check()
    refuse(json.loads(said.decode().rpartition("\n")[2] or SILENCE, parse_float=Decimal))


def job(loader: Loader, work: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What the loading process is told, on its standard input alone: it holds secrets."""
    return work | {
        "destination": loader.destination,
        "arguments": loader.arguments,
        "staging": loader.staging,
        "format": loader.format,
        "folder": str(folder),
    }


def refuse(answer: dict[str, str]) -> None:
    """Raise LoadingError if that is what the loading process answered."""
    if answer:
        raise LoadingError(answer["code"], answer["said"])


def _surroundings(folder: Path) -> dict[str, str]:
    """The environment of the loading process: no secret of ours is in it, and no setting of dlt's but these."""
    trusted, proxies = ssl.get_default_verify_paths().cafile, getproxies()
    passed_on = {"SSL_CERT_FILE": trusted, "HTTPS_PROXY": proxies.get("https"), "NO_PROXY": proxies.get("no")}
    return {name: value for name, value in passed_on.items() if value} | {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "DLT_DATA_DIR": str(folder),
        "DLT_PROJECT_DIR": str(folder),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "LOAD__RAISE_ON_FAILED_JOBS": "true",
        "LOAD__RAISE_ON_MAX_RETRIES": "2",
    }


class _Writing:
    """One file of a stage while it is written."""

    def __init__(self, path: Path, columns: Sequence[Column], instead_of_nul: str, between: str) -> None:
        self.path, self.columns = path, columns
        self.instead_of_nul, self.between = instead_of_nul, between
        self.rows = 0
        self.escaped: set[str] = set()
        names = [f"c{place}" for place in range(len(columns))]
        self.schema = pa.schema([pa.field(name, pa.string()) for name in names])
        self.writer = pq.ParquetWriter(path, self.schema, write_statistics=False)

    def add(self, rows: pa.RecordBatch) -> None:
        self.rows += len(rows)
        texts = [self._text(column, rows.column(place)) for place, column in enumerate(self.columns)]
        self.writer.write_batch(pa.RecordBatch.from_arrays(texts, schema=self.schema))

    def done(self) -> Staged:
        self.writer.close()
        return Staged(
            name=self.path.stem, rows=self.rows, columns=self.columns, escaped=frozenset(self.escaped)
        )

    def _text(self, column: Column, values: pa.Array) -> pa.Array:
        if column.type is ColumnType.DECIMAL:
            return _digits(values)
        if column.type is ColumnType.BOOLEAN:
            return pc.if_else(values, "1", "0")
        if column.type is ColumnType.TIMESTAMP:
            plain = pc.replace_substring(values.cast(pa.string()), "Z", "+00:00")
            return pc.replace_substring(plain, " ", self.between)
        if column.type in {ColumnType.TEXT, ColumnType.JSON}:
            return self._escape(column.name, pc.replace_substring(values, "\0", self.instead_of_nul))
        return values.cast(pa.string())

    def _escape(self, name: str, texts: pa.Array) -> pa.Array:
        for character, instead in ESCAPES:
            found = pc.match_substring(texts, character)
            if pc.any(found).as_py():
                self.escaped.add(name)
                texts = pc.replace_substring(texts, character, instead)
        return texts


def _digits(numbers: pa.Array) -> pa.Array:
    """Numbers with nine places in plain digits: no exponent, which some read as a float."""
    whole = pa.Array.from_buffers(
        pa.decimal128(38, 0), len(numbers), numbers.buffers(), numbers.null_count, numbers.offset
    ).cast(pa.string())
    digits = pc.utf8_lpad(pc.utf8_ltrim(whole, "-"), PLACES + 1, "0")
    sign = pc.if_else(pc.starts_with(whole, "-"), "-", "")
    above, below = pc.utf8_slice_codeunits(digits, 0, -PLACES), pc.utf8_slice_codeunits(digits, -PLACES)
    return pc.binary_join_element_wise(sign, above, ".", below, "").cast(pa.string())
