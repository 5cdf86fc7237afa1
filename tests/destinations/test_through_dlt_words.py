"""What the kinds that dlt brings rows to say of themselves: the way there, secrets, words for errors."""

import sys
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from counterfoil.destinations.base import Kind
from counterfoil.destinations.through_dlt import databricks, mssql, redshift, synapse, tsql
from counterfoil.destinations.through_dlt.way import Way
from counterfoil.errors import (
    CounterfoilError,
    SettingInvalid,
    WarehouseBusy,
    WarehouseFailed,
    WarehouseRefused,
)
from tests.contract.making import NOW

pytest.importorskip("dlt")
pytest.importorskip("psycopg2")
sqlglot = pytest.importorskip("sqlglot")
pytestmark = pytest.mark.kinds


def made(kind: Kind, **given: str) -> Way:
    """The way of a kind, without its driver."""
    from counterfoil.destinations.through_dlt import (  # noqa: PLC0415 (their drivers are not everywhere)
        databricks_way,
        redshift_way,
        tsql_way,
    )

    options = {option.name: option.default for option in kind.options} | {
        "host": "db.example.com",
        "database": "books",
        "user": "clerk",
        "password": "tr0ub4dor",
        "server_hostname": "dbc.example.com",
        "http_path": "/sql/1",
        "catalog": "main",
        "access_token": "tr0ub4dor",
        **given,
    }
    ways: dict[str, Callable[[], Way]] = {
        "databricks": lambda: databricks_way.way(options),
        "mssql": lambda: tsql_way.sql_server(options, mssql.CAPABILITIES),
        "redshift": lambda: redshift_way.way(options),
        "synapse": lambda: tsql_way.synapse(options, synapse.CAPABILITIES),
    }
    return ways[kind.name]()


@pytest.fixture
def with_odbc(monkeypatch: pytest.MonkeyPatch) -> None:
    there = SimpleNamespace(drivers=lambda: ["ODBC Driver 18 for SQL Server"], Error=Exception)
    monkeypatch.setattr(tsql, "odbc", lambda: there)


@pytest.mark.parametrize(
    ("kind", "code", "said", "expected", "words"),
    [
        (
            redshift.KIND,
            "28P01",
            "password authentication failed for tr0ub4dor",
            WarehouseRefused,
            "password",
        ),
        (redshift.KIND, "42501", "permission denied for schema", WarehouseRefused, "Run: GRANT"),
        (redshift.KIND, "XX000", "1023: Serializable isolation violation on table", WarehouseBusy, "Someone"),
        (
            redshift.KIND,
            "22001",
            "value too long for type character varying(65535)",
            WarehouseRefused,
            "longer",
        ),
        (redshift.KIND, "", "S3ServiceException:Access Denied,Status 403", WarehouseRefused, "staging_"),
        (redshift.KIND, "", "something odd", WarehouseFailed, "next sync"),
        (mssql.KIND, "28000", "Login failed for user 'clerk'. (18456)", WarehouseRefused, "password"),
        (mssql.KIND, "42000", "CREATE SCHEMA permission denied (262)", WarehouseRefused, "Run: GRANT"),
        (mssql.KIND, "42000", "Lock request time out period exceeded. (1222)", WarehouseBusy, "Someone"),
        (mssql.KIND, "01000", "Can't open lib 'ODBC Driver 18 for SQL Server'", WarehouseRefused, "Install"),
        (mssql.KIND, "22001", "String or binary data would be truncated (2628)", WarehouseRefused, "shorter"),
        (mssql.KIND, "08S01", "Communication link failure", WarehouseFailed, "next sync"),
        (synapse.KIND, "42000", "There is already an object named 'x' (2714)", WarehouseBusy, "Someone"),
        (databricks.KIND, "", "Invalid access token tr0ub4dor", WarehouseRefused, "token"),
        (databricks.KIND, "", "[INSUFFICIENT_PERMISSIONS] no", WarehouseRefused, "Run: GRANT"),
        (databricks.KIND, "", "[DELTA_CONCURRENT_APPEND] files were added", WarehouseBusy, "Someone"),
        (databricks.KIND, "", "[CAST_INVALID_INPUT] 'x' to BIGINT", WarehouseRefused, "type"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("with_odbc")
def test_errors_are_told_in_our_words_without_secrets(
    kind: Kind, code: str, said: str, expected: type[CounterfoilError], words: str
) -> None:
    error = made(kind).as_ours(code, said, 'INSERT INTO "books"."x"')

    assert type(error) is expected
    assert words in str(error)
    assert "tr0ub4dor" not in str(error)


@pytest.mark.usefixtures("with_odbc")
def test_no_secret_is_shown_by_what_a_kind_tells_of_itself() -> None:
    for kind in (databricks.KIND, mssql.KIND, redshift.KIND, synapse.KIND):
        assert "tr0ub4dor" not in repr(made(kind))


@pytest.mark.usefixtures("with_odbc")
def test_a_password_cannot_end_the_string_that_odbc_is_told() -> None:
    told = tsql.credentials(
        {
            "host": "h",
            "port": 1,
            "database": "d",
            "user": "u",
            "password": "a;b}c",
            "trust_certificate": "no",
        },
        "ODBC Driver 18 for SQL Server",
    )

    assert "PWD={a;b}}c};" in tsql.dsn(told)
    assert "encrypt={yes}" in tsql.dsn(told)


def test_what_is_missing_of_odbc_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str, *_: object) -> None:
        raise ImportError("libodbc.so.2: cannot open shared object file")

    with pytest.raises(SettingInvalid, match="Driver 18"):
        tsql.driver({"driver": ""}, SimpleNamespace(drivers=list))
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    with pytest.raises(SettingInvalid, match=r"unixODBC|counterfoil\[mssql\]"):
        mssql.make({option.name: option.default for option in mssql.KIND.options})


def test_a_moment_comes_out_of_odbc_with_its_zone() -> None:
    import struct  # noqa: PLC0415

    from counterfoil.destinations.through_dlt.tsql_way import moment  # noqa: PLC0415

    packed = struct.pack("<6hI2h", 2026, 11, 22, 12, 30, 15, 123456000, 0, 0)

    assert moment(packed) == NOW


@pytest.mark.usefixtures("with_odbc")
def test_through_a_bucket_rows_travel_as_parquet() -> None:
    plain = made(redshift.KIND).loader
    through = made(redshift.KIND, staging_bucket="s3://b/f", staging_key_id="k", staging_secret="s").loader
    azure = made(synapse.KIND, staging_bucket="az://c/f", staging_account="a", staging_key="k").loader

    assert (plain.format, plain.staging) == ("insert_values", None)
    assert (through.format, through.staging) == (
        "parquet",
        {"bucket_url": "s3://b/f", "credentials": {"aws_access_key_id": "k", "aws_secret_access_key": "s"}},
    )
    assert azure.format == "parquet"


def test_a_name_that_means_another_machine_now_is_not_connected_to() -> None:
    way = made(redshift.KIND)
    elsewhere = replace(way, aim=replace(way.aim, machine="localhost"), addresses=("192.0.2.1",))

    with pytest.raises(WarehouseRefused, match="another machine"):
        elsewhere.reach()


def test_databricks_needs_a_way_to_sign_in() -> None:
    with pytest.raises(SettingInvalid, match="access_token"):
        databricks.make({option.name: option.default for option in databricks.OPTIONS})
