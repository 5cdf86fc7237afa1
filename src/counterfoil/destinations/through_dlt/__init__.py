"""Warehouses that dlt brings rows to: Redshift, SQL Server, Synapse, Databricks."""
