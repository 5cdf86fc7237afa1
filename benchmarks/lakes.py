"""Rows a second into a lake, the first time, when all are updated and when one is, beside dlt in the same run.

Ours alone: at the end a small sync over 60 tables, three rows each, the first time and the next.

Run: python -m benchmarks.lakes [ROWS] [DLT]    (100,000 rows of 40 columns without anything else)

DLT is the Python of an environment of dlt's own; without it only ours is measured:

    python -m venv dlt && dlt/bin/pip install 'dlt[filesystem,s3,deltalake,pyiceberg]' sqlalchemy pyarrow

The store is a SeaweedFS on this machine. Each load has a process of its own and reads the same Parquet file; `cpu`
counts that process alone. dlt merges by its strategy `upsert`, the only one that it has for lakes.
"""

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.destinations import FEW, OURS, ROWS, TABLES, _landing, _table, measured, staged

FORMATS = ("delta", "iceberg", "parquet")
TURNS = ("first", "again", "one")
SMALL = ("60", "60more")


def ours(format_: str, folder: str, port: str) -> None:
    """Load all rows twice, then one of them."""
    from counterfoil.destinations import KINDS
    from counterfoil.destinations.base import Batch, in_silence
    from tests.seaweed import BUCKET, KEY, SECRET

    lake = KINDS["s3"].open(
        {
            "bucket": BUCKET,
            "path": "ours",
            "format": format_,
            "host": "127.0.0.1",
            "port": port,
            "protocol": "http",
            "access_key_id": KEY,
            "secret_access_key": SECRET,
        }
    )
    table = _table(Path(folder), f"many_{format_}")
    for turn in TURNS:
        file = Path(folder) / ("one.parquet" if turn == "one" else "many.parquet")
        landing = _landing([table], [Batch(table=table, files={table.name: [file]})], turn)
        measured(turn, partial(lake.load, landing, waiting=in_silence))
    small = [_table(Path(folder), f"few_{number}") for number in range(TABLES)]
    for turn in SMALL:
        batches = [Batch(table=each, files={each.name: [Path(folder) / "few.parquet"]}) for each in small]
        measured(turn, partial(lake.load, _landing(small, batches, turn), waiting=in_silence))


def report(folder: str, port: int, rows: int, python: str) -> None:
    """Print a line for each format, loader and turn."""
    from tests.seaweed import BUCKET, KEY, SECRET

    theirs = str(Path(__file__).with_name("dlt_lakes.py"))
    for format_ in FORMATS:
        loaders = {"ours": [sys.executable, "-m", "benchmarks.lakes", OURS, format_, folder, str(port)]}
        if python and format_ != "parquet":  # which dlt only appends to
            loaders["dlt"] = [python, theirs, format_, folder, str(port), BUCKET, KEY, SECRET]
        for loader, command in loaders.items():
            told = subprocess.run(command, capture_output=True, text=True, check=False)
            lines = [line for line in told.stdout.splitlines() if line.startswith("{")]
            if told.returncode:
                print(
                    f"{format_:8} {loader:5} failed: {told.stderr.strip().splitlines()[-1][:200]}", flush=True
                )
            for line in lines:
                print(said(format_, loader, line, rows), flush=True)


def said(format_: str, loader: str, line: str, rows: int) -> str:
    """One measurement as a line of the table."""
    import json

    told = json.loads(line)
    speed = f"{rows / told['seconds']:>9,.0f} rows/s" if told["turn"] in TURNS[:2] else ""
    return (
        f"{format_:8} {loader:5} {told['turn']:6} {told['seconds']:7.2f} s  cpu {told['cpu']:6.2f} s  {speed}"
    )


def main(arguments: list[str]) -> None:
    if arguments[:1] == [OURS]:
        ours(*arguments[1:])
        return
    from tests.seaweed import running_seaweed

    rows, python = int(arguments[0]) if arguments else ROWS, (arguments[1] if len(arguments) > 1 else "")
    with tempfile.TemporaryDirectory() as folder, running_seaweed() as server:
        staged(Path(folder) / "many.parquet", rows)
        staged(Path(folder) / "one.parquet", 1)
        staged(Path(folder) / "few.parquet", FEW)
        print(f"{rows:,} rows of 40 columns")
        report(folder, server.port, rows, python)


if __name__ == "__main__":
    main(sys.argv[1:])
