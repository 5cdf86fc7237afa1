"""Rows a second into ClickHouse: the first time, all updated, a few updated of many; and a sync over 60 small tables.

Run: python -m benchmarks.clickhouse [ROWS]    (100,000 rows of 40 columns without anything else)

The engine is the one of the tests, behind their HTTP front, which writes each request to a file before the engine
reads it. dlt's own destination cannot be measured beside it: it asks for ClickHouse's native protocol, which the front
does not speak. `cpu` counts this process and the server's.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.destinations import FEW, ROWS, TABLES, _landing, _table, staged

UPDATED = 100


def main(arguments: list[str]) -> None:
    import pyarrow.parquet as pq

    from counterfoil.destinations.base import Batch, in_silence
    from counterfoil.destinations.clickhouse.kind import KIND
    from tests.contract.clickhouse_place import ENGINE, FRONT, PASSWORD, USER
    from tests.emulators import environment, free_port, serving

    rows, port = int(arguments[0]) if arguments else ROWS, free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command: list[str | Path] = [environment("clickhouse", ENGINE), FRONT, str(port), folder / "data"]
        with serving(command, port) as server:
            options = {"host": "127.0.0.1", "port": str(port), "user": USER, "password": PASSWORD}
            warehouse = KIND.open({**options, "sslmode": "disable"})
            for what, count in (("many", rows), ("few", FEW)):
                staged(folder / f"{what}.parquet", count)
            pq.write_table(
                pq.read_table(folder / "many.parquet").slice(rows // 2, UPDATED), folder / "some.parquet"
            )
            small = [f"few_{number}" for number in range(TABLES)]
            print(f"{rows:,} rows of 40 columns; {UPDATED} of them; {TABLES} tables of {FEW} rows each")
            for file, names, turn, count in (
                ("many", ["many"], "first", rows),
                ("many", ["many"], "again", rows),
                ("some", ["many"], "some", UPDATED),
                ("few", small, "first", FEW * TABLES),
                ("few", small, "again", FEW * TABLES),
            ):
                tables = [_table(folder, each) for each in names]
                batches = [
                    Batch(table=table, files={table.name: [folder / f"{file}.parquet"]}) for table in tables
                ]
                landing = _landing(tables, batches, turn)
                deed = partial(warehouse.load, landing, waiting=in_silence)
                _measure(f"{file:5} {turn:6}", count, server.pid, deed)


def _measure(title: str, rows: int, server: int, deed: Callable[[], object]) -> None:
    began, ours, theirs = time.perf_counter(), time.process_time(), _server_time(server)
    deed()
    seconds = time.perf_counter() - began
    cpu = time.process_time() - ours + _server_time(server) - theirs
    print(f"{title} {seconds:7.2f} s  cpu {cpu:6.2f} s  {rows / seconds:>9,.0f} rows/s", flush=True)


def _server_time(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(sys.argv[1:])
