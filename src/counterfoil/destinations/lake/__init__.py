"""Lakes: folders of Delta, Iceberg or Parquet tables on an object store."""
