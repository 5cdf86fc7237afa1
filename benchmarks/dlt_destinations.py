"""dlt's part of benchmarks.destinations, in an environment of its own: nothing of Counterfoil is imported here."""

import json
import os
import sys
import time
from typing import Any


def main(kind: str, folder: str, what: str, port: str, count: str) -> None:
    """Load the same file twice, replacing rows by id, by the fastest way that dlt has for this kind."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    import dlt
    import pyarrow.parquet as pq

    rows = pq.read_table(f"{folder}/{what}.parquet")
    names = ["many"] if what == "many" else [f"few_{number}" for number in range(int(count))]
    target: Any = (
        dlt.destinations.duckdb(f"{folder}/dlt_{what}.duckdb")
        if kind == "duckdb"
        else dlt.destinations.postgres(f"postgresql://postgres:x@127.0.0.1:{port}/postgres")
    )
    pipeline = dlt.pipeline(
        f"bench_{kind}_{what}",
        pipelines_dir=f"{folder}/dlt",
        destination=target,
        dataset_name=f"with_dlt_{what}",
    )
    how = {"disposition": "merge", "strategy": "delete-insert"}
    for turn in ("first", "again"):
        resources = [dlt.resource(rows, name=name, primary_key="id", write_disposition=how) for name in names]
        began, used = time.perf_counter(), time.process_time()
        pipeline.run(resources, loader_file_format="parquet")
        figures = {"turn": turn, "seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
        print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
