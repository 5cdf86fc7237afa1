"""Outside 2: the warehouses we write to. A new kind is one module and one line here."""

from counterfoil.destinations import bigquery, clickhouse, duckdb, lake, postgres, snowflake
from counterfoil.destinations.base import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (bigquery.KIND, clickhouse.KIND, duckdb.KIND, postgres.KIND, lake.S3, snowflake.KIND)
}
