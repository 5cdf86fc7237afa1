"""How a lake's files are reached in a store."""

import io

import obstore
import pyarrow as pa
import pyarrow.parquet as pq
from obstore.store import MemoryStore

from counterfoil.destinations.lake.store import SMALL_BYTES, Root


def test_a_larger_file_is_read_column_by_column() -> None:
    store, content, numbers = MemoryStore(), io.BytesIO(), pa.array(range(1_200_000))
    table = pa.table({"number": numbers, "other": numbers})
    pq.write_table(table, content, compression="none", use_dictionary=False)
    obstore.put(store, "large", content.getvalue())
    root = Root(store=store, url="memory://lake", storage={}, kind="s3", bucket="lake", path="", endpoint="")
    assert len(content.getvalue()) > SMALL_BYTES

    file = root.parquet("large", len(content.getvalue()))

    assert pa.Table.from_batches(file.iter_batches(columns=["number"])) == table.select(["number"])
