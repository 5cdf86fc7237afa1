"""dlt's part of benchmarks.lakes, in an environment of its own: nothing of Counterfoil is imported here."""

import json
import os
import sys
import time
from typing import Any


def main(format_: str, folder: str, port: str, bucket: str, key: str, secret: str) -> None:
    """Load the same rows twice, then one of them, merging by id."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    import dlt
    import pyarrow.parquet as pq

    credentials = {
        "aws_access_key_id": key,
        "aws_secret_access_key": secret,
        "endpoint_url": f"http://127.0.0.1:{port}",
        "region_name": "us-east-1",
    }
    target: Any = dlt.destinations.filesystem(f"s3://{bucket}/theirs", credentials=credentials)
    pipeline = dlt.pipeline(
        f"lake_{format_}", pipelines_dir=f"{folder}/dlt", destination=target, dataset_name="with_dlt"
    )
    resource: Any = dlt.resource
    how = {"disposition": "merge", "strategy": "upsert"}
    for turn in ("first", "again", "one"):
        rows = pq.read_table(f"{folder}/{'one' if turn == 'one' else 'many'}.parquet")
        one = resource(
            rows, name=f"many_{format_}", primary_key="id", write_disposition=how, table_format=format_
        )
        began, used = time.perf_counter(), time.process_time()
        pipeline.run([one], loader_file_format="parquet")
        figures = {"turn": turn, "seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
        print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
