"""Rows a second into DuckDB and PostgreSQL, the first time and when all are updated, beside dlt in the same run.

Run: python -m benchmarks.destinations [ROWS] [DLT]    (100,000 rows of 40 columns without anything else)

DLT is the Python of an environment of dlt's own, since it pins what we do not; without it only ours is measured:

    python -m venv dlt && dlt/bin/pip install 'dlt[duckdb,postgres]' adbc-driver-postgresql adbc-driver-manager \\
        'sqlglot<=30.20' pyarrow

Each load has a process of its own and reads the same Parquet files. `cpu` counts that process and the server's, which
other work on the machine moves less than it moves the clock. At the end: a small sync over 60 tables, three rows each.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

ROWS = 100_000
TABLES = 60
FEW = 3
PORT = 54_329
OURS = "ours"


@dataclass(frozen=True)
class Ground:
    """Where files and warehouses are."""

    folder: Path
    socket: Path
    python: str  # dlt's
    postmaster: int


def staged(path: Path, rows: int) -> None:
    """A file like those of a stage: 40 columns of all seven types, a third of the texts null."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    words = ["Acme Plumbing & Sons", 'Repair of a pump, "urgent"', "", "5 bolts", "naïve café", None]
    columns: dict[str, pa.Array] = {"id": pa.array([str(number) for number in range(rows)])}
    for place in range(17):
        columns[f"text_{place}"] = pa.array(
            [words[(number + place) % 6] for number in range(rows)], pa.string()
        )
    cents = pa.array([f"{number * 7919 // 100}.{number * 7919 % 100:02}" for number in range(rows)])
    for place in range(10):
        columns[f"amount_{place}"] = cents.cast(pa.decimal128(38, 9))
    for place in range(3):
        columns[f"day_{place}"] = pa.array([18_000 + number % 2000 for number in range(rows)], pa.date32())
        columns[f"moment_{place}"] = pa.array(range(rows), pa.int64()).cast(pa.timestamp("us", "UTC"))
    columns |= {
        "count": pa.array(range(rows)),
        "paid": pc.equal(pc.bit_wise_and(pa.array(range(rows)), 1), 0),
    }
    columns |= {"_realm_id": pa.repeat("1", rows), "_sync_id": pa.repeat("sync", rows)}
    columns |= {
        "_deleted": pa.repeat(pa.scalar(value=False), rows),
        "_seq": pa.array(range(rows), pa.int64()),
    }
    pq.write_table(pa.table(columns), path, compression="lz4", write_statistics=False)


def ours(kind: str, folder: str, socket: str, what: str) -> None:
    """Load twice in this process: one table of many rows, or many tables of few."""
    from counterfoil.destinations import KINDS
    from counterfoil.destinations.base import Batch, in_silence

    tables = [_table(Path(folder), name) for name in _names(what)]
    options = {"path": f"{folder}/ours.duckdb"} if kind == "duckdb" else _server(socket)
    warehouse = KINDS[kind].open(options)
    for turn in ("first", "again"):
        batches = [
            Batch(table=table, files={table.name: [Path(folder) / f"{what}.parquet"]}) for table in tables
        ]
        landing = _landing(tables, batches, turn)
        measured(turn, partial(warehouse.load, landing, waiting=in_silence))


def _names(what: str) -> list[str]:
    return ["many"] if what == "many" else [f"few_{number}" for number in range(TABLES)]


def _server(socket: str) -> dict[str, str]:
    return {"host": socket, "port": str(PORT), "database": "postgres", "user": "postgres"}


def _table(folder: Path, name: str) -> Any:
    import pyarrow.parquet as pq

    from counterfoil.destinations.staged import ARROW
    from counterfoil.model.table import SYSTEM_COLUMNS, Column, Table

    kinds = {str(arrow): kind for kind, arrow in reversed(ARROW.items())}
    stamps = {column.name for column in SYSTEM_COLUMNS} | {"_seq"}
    found = pq.read_schema(folder / "many.parquet")
    own = [
        Column(name=field.name, type=kinds[str(field.type)]) for field in found if field.name not in stamps
    ]
    return Table(name=name, columns=tuple(own))


def _landing(tables: list[Any], batches: list[Any], turn: str) -> Any:
    from datetime import UTC, datetime

    from counterfoil.destinations.base import Landing

    return Landing(
        dataset="bench",
        prefix="",
        realm_id="1",
        source="bench",
        sync_id=turn,
        started_at=datetime.now(UTC),
        tables=tables,
        batches=batches,
    )


def measured(turn: str, deed: Callable[[], object]) -> None:
    """Do it and print how long it took, by the clock and of this process' time."""
    began, used = time.perf_counter(), time.process_time()
    deed()
    figures = {"turn": turn, "seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
    print(json.dumps(figures), flush=True)


def run(ground: Ground, command: list[str]) -> dict[str, tuple[float, float]]:
    """Seconds and processor's seconds of both turns, the server's included."""
    found: dict[str, tuple[float, float]] = {}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    before = _server_time(ground)
    for line in process.stdout:
        if line.startswith("{"):
            time.sleep(0.2)  # until the server has buried its session
            told, now = json.loads(line), _server_time(ground)
            found[told["turn"]] = (told["seconds"], told["cpu"] + now - before)
            before = now
    process.wait()
    return found


def _server_time(ground: Ground) -> float:
    """What all sessions that have ended used of the processor."""
    fields = Path(f"/proc/{ground.postmaster}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def report(ground: Ground, what: str, rows: int) -> None:
    """Print a line for each kind, loader and turn."""
    folder, theirs = str(ground.folder), str(Path(__file__).with_name("dlt_destinations.py"))
    for kind in ("duckdb", "postgres"):
        loaders = {
            "ours": [
                sys.executable,
                "-m",
                "benchmarks.destinations",
                OURS,
                kind,
                folder,
                str(ground.socket),
                what,
            ],
            "dlt": [ground.python, theirs, kind, folder, what, str(PORT), str(TABLES)],
        }
        for loader, command in loaders.items():
            for turn, (seconds, cpu) in (run(ground, command) if command[0] else {}).items():
                speed = (
                    f"{rows / seconds:>9,.0f} rows/s  {rows / cpu:>9,.0f} rows/cpu-s"
                    if what == "many"
                    else ""
                )
                print(
                    f"{what:5} {kind:9} {loader:5} {turn:6} {seconds:7.2f} s  cpu {cpu:6.2f} s  {speed}",
                    flush=True,
                )


def main(arguments: list[str]) -> None:
    if arguments[:1] == [OURS]:
        ours(*arguments[1:])
        return
    from tests.postgres import running_server

    rows, python = int(arguments[0]) if arguments else ROWS, (arguments[1] if len(arguments) > 1 else "")
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        server.stop()
        server.start(PORT)
        postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
        ground = Ground(Path(folder), server.folder, python, postmaster)
        for what, count in (("many", rows), ("few", FEW)):
            staged(Path(folder) / f"{what}.parquet", count)
        print(f"{rows:,} rows of 40 columns; then {TABLES} tables of {FEW} rows each")
        report(ground, "many", rows)
        report(ground, "few", FEW * TABLES)


if __name__ == "__main__":
    main(sys.argv[1:])
