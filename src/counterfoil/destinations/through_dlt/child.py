"""A process of its own in which dlt brings files into a staging dataset.

dlt keeps settings, secrets and logs for its whole process, asks the environment and the home folder for more, and
cannot be broken off. Here it finds nothing but what it is given, and ends with its process.
"""

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

ROWS = 20_000


def main() -> None:
    """Do the job on standard input, and answer on standard output."""
    json.dump(answer(json.load(sys.stdin, parse_float=Decimal)), sys.stdout)


def answer(job: dict[str, Any]) -> dict[str, str]:
    """Do a job; empty, or why it failed."""
    try:
        _do(job)
    except BaseException as error:  # whatever it is: whoever started this process tells it to people
        return _told(error)
    return {}


def _do(job: dict[str, Any]) -> None:
    import dlt  # noqa: PLC0415 (takes more than a second)

    destination = getattr(dlt.destinations, job["destination"])(**job["arguments"])
    staging = dlt.destinations.filesystem(**job["staging"]) if job["staging"] else None
    pipeline = dlt.pipeline(
        pipeline_name="counterfoil",
        pipelines_dir=job["folder"],
        destination=destination,
        staging=staging,
        dataset_name=job["dataset"],
    )
    pipeline.config.restore_from_destination = False  # the dataset is new
    pipeline.run(
        [_resource(dlt, name, Path(job["folder"]) / file) for name, file in job["tables"].items()],
        loader_file_format=job["format"],
        write_disposition="append",
    )


def _resource(dlt: Any, name: str, file: Path) -> Any:
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = {column: {"data_type": "text"} for column in pq.read_schema(file).names}

    def rows() -> Iterator[Any]:
        import pyarrow as pa  # noqa: PLC0415

        with pq.ParquetFile(file) as parquet:
            for batch in parquet.iter_batches(ROWS):
                yield pa.Table.from_batches([batch])

    return dlt.resource(rows, name=name, columns=columns)


def _told(error: BaseException) -> dict[str, str]:
    """The innermost cause, which is the warehouse's own word."""
    seen = set()
    while (cause := error.__cause__ or error.__context__) is not None and id(cause) not in seen:
        seen.add(id(cause))
        error = cause
    first = error.args[0] if error.args else ""
    code = getattr(error, "pgcode", None) or (first if isinstance(first, str) and len(first) == 5 else "")
    return {"kind": type(error).__name__, "code": str(code), "said": str(error) or type(error).__name__}


if __name__ == "__main__":
    main()
