"""Outside 2: the warehouses we write to. A new kind is a folder, or a module of one, and one line here."""

from counterfoil.destinations.base import Kind
from counterfoil.destinations.bigquery import kind as bigquery
from counterfoil.destinations.clickhouse import kind as clickhouse
from counterfoil.destinations.duckdb import kind as duckdb
from counterfoil.destinations.lake import kind as lake
from counterfoil.destinations.postgres import kind as postgres
from counterfoil.destinations.snowflake import kind as snowflake
from counterfoil.destinations.through_dlt import databricks, mssql, redshift, synapse

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        lake.AZURE,
        bigquery.KIND,
        clickhouse.KIND,
        databricks.KIND,
        duckdb.KIND,
        lake.GCS,
        mssql.KIND,
        postgres.KIND,
        redshift.KIND,
        lake.S3,
        snowflake.KIND,
        synapse.KIND,
    )
}
