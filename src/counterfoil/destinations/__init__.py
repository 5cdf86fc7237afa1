"""Outside 2: the warehouses we write to. A new kind is one module and one line here."""

from counterfoil.destinations import (
    bigquery,
    clickhouse,
    databricks,
    duckdb,
    lake,
    mssql,
    postgres,
    redshift,
    snowflake,
    synapse,
)
from counterfoil.destinations.base import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        lake.AZURE,
        bigquery.KIND,
        clickhouse.KIND,
        databricks.KIND,
        duckdb.KIND,
        mssql.KIND,
        postgres.KIND,
        redshift.KIND,
        lake.S3,
        snowflake.KIND,
        synapse.KIND,
    )
}
