"""What is Snowflake's own: how it is signed in to, what its errors mean, where its names stand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from counterfoil.destinations.base import in_silence
from counterfoil.destinations.snowflake.kind import KIND
from counterfoil.errors import (
    CounterfoilError,
    SettingInvalid,
    WarehouseBusy,
    WarehouseFailed,
    WarehouseRefused,
)
from tests.contract.making import Bringing

pytestmark = pytest.mark.kinds
emulated = pytest.importorskip("tests.contract.snowflake_place")
connect = pytest.importorskip("counterfoil.destinations.snowflake.connect")
words = pytest.importorskip("counterfoil.destinations.snowflake.words")

GIVEN = {"account": "acme-books", "user": "counterfoil", "password": "hush", "database": "books"}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with emulated.running_account() as port:
        yield port


@pytest.fixture
def place(port: int) -> Any:
    return emulated.SnowflakePlace(port)


def account(**given: str) -> Any:
    """The account of some options, as the kind would make them."""
    options = {option.name: option.default for option in KIND.options} | GIVEN | given
    return connect.Account(options)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey, passphrase: str = "") -> str:
    sealing = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing).decode()


@pytest.mark.parametrize("mangled", ["{}", "  {}  ", "in one line", "with backslashes"])
def test_a_private_key_is_read_however_its_lines_came(key: rsa.RSAPrivateKey, mangled: str) -> None:
    text = {
        "in one line": pem(key).replace("\n", " "),
        "with backslashes": pem(key).replace("\n", "\\n"),
    }.get(mangled, mangled.format(pem(key)))

    given = account(private_key=text)._parameters()

    assert given["private_key"].private_numbers() == key.private_numbers()
    assert "password" not in given


def test_an_encrypted_key_needs_its_passphrase_and_neither_is_told(key: rsa.RSAPrivateKey) -> None:
    sealed = pem(key, "open sesame")

    given = account(private_key=sealed, private_key_passphrase="open sesame")._parameters()
    assert given["private_key"].private_numbers() == key.private_numbers()
    for wrong in ("", "shut"):
        with pytest.raises(SettingInvalid, match="private_key_passphrase") as failed:
            account(private_key=sealed, private_key_passphrase=wrong)
        assert sealed[30:60] not in str(failed.value)


def test_a_service_signs_in_with_its_key(place: Any, key: rsa.RSAPrivateKey) -> None:
    assert place.open(private_key=pem(key), password="").tables("books") == {}


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("acme-books", "acme-books.snowflakecomputing.com"),
        ("Acme-Our_Books", "acme-our-books.snowflakecomputing.com"),
        ("xy12345.eu-west-1.aws", "xy12345.eu-west-1.aws.snowflakecomputing.com"),
        ("xy12345.cn-north-1.aws", "xy12345.cn-north-1.aws.snowflakecomputing.cn"),
        ("acme-books.snowflakecomputing.com", "acme-books.snowflakecomputing.com"),
    ],
)
def test_the_host_follows_from_the_account(given: str, host: str) -> None:
    assert account(account=given).host == host


@pytest.mark.parametrize("given", ["", "evil.example/x", "a@b", "a:80", "..", "a b"])
def test_what_is_no_account_is_refused(given: str) -> None:
    with pytest.raises(SettingInvalid, match="account"):
        account(account=given)


def test_only_an_administrator_may_give_a_host_that_is_not_snowflakes_own() -> None:
    for host in ("db.example.com", "snowflakecomputing.com.example.com", "127.0.0.1"):
        with pytest.raises(SettingInvalid, match="administrator"):
            KIND.open({**GIVEN, "host": host}, {"host": ("203.0.113.7",)})
        KIND.open({**GIVEN, "host": host})
    KIND.open({**GIVEN, "host": "acme.privatelink.snowflakecomputing.com"}, {"host": ("203.0.113.7",)})
    with pytest.raises(SettingInvalid, match="https"):
        KIND.open(
            {**GIVEN, "host": "acme.privatelink.snowflakecomputing.com", "protocol": "http"}, {"host": ()}
        )


def test_a_name_of_a_database_is_read_as_snowflake_reads_it() -> None:
    assert account(database="books").database == "BOOKS"
    assert account(database='"b""ooks"').database == 'b"ooks'


def test_sql_for_people_names_tables_as_they_stand_there() -> None:
    assert KIND.capabilities.quoted('our "invoice"') == '"OUR ""INVOICE"""'


def test_names_stand_in_upper_case_and_are_told_in_our_own(place: Any, tmp_path: Path) -> None:
    bringing = Bringing(folder=tmp_path, dataset="books")
    bringing.prefix = "acme_"
    place.open().load(bringing.landing(bringing.batch({"id": "1", "memo": "x"})), waiting=in_silence)

    with place.connected() as connection:
        assert connection.cursor().execute("SELECT memo FROM books.acme_invoice").fetchall() == [("x",)]
        assert connection.cursor().execute('SELECT "MEMO" FROM "BOOKS"."ACME_INVOICE"').fetchall() == [("x",)]
    assert place.open().tables("books") == {
        "acme_invoice": 1,
        "acme_invoice_line": 0,
        "_counterfoil_syncs": 1,
    }


def error(number: int, state: str, said: str) -> Any:
    from snowflake.connector import ProgrammingError  # noqa: PLC0415 (not in `dev`)

    return ProgrammingError(msg=said, errno=number, sqlstate=state)


AIM = {"host": "acme.snowflakecomputing.com", "database": "BOOKS", "user": "counterfoil", "role": "LOADER"}


@pytest.mark.parametrize(
    ("doing", "grant"),
    [
        (
            'CREATE SCHEMA IF NOT EXISTS "BOOKS"."QB"',
            'GRANT USAGE, CREATE SCHEMA ON DATABASE "BOOKS" TO ROLE LOADER;',
        ),
        ('USE SCHEMA "BOOKS"."QB"', 'GRANT USAGE ON SCHEMA "BOOKS"."QB" TO ROLE LOADER;'),
        (
            'CREATE TABLE "BOOKS"."QB"."BILL" (…)',
            'GRANT USAGE, CREATE TABLE ON SCHEMA "BOOKS"."QB" TO ROLE LOADER;',
        ),
        (
            'ALTER TABLE "BOOKS"."QB"."BILL" ADD COLUMN "X" TEXT',
            'GRANT OWNERSHIP ON TABLE "BOOKS"."QB"."BILL" TO ROLE LOADER COPY CURRENT GRANTS;',
        ),
        (
            'DELETE FROM "BOOKS"."QB"."BILL" WHERE …',
            'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "BOOKS"."QB" TO ROLE LOADER;',
        ),
    ],
)
def test_a_right_that_is_missing_is_named_with_the_grant(doing: str, grant: str) -> None:
    said = "SQL access control error:\nInsufficient privileges to operate on schema 'QB'"

    refused = words.as_ours(error(3001, "42501", said), words.Aim(**AIM), doing)

    assert isinstance(refused, WarehouseRefused)
    assert refused.do.startswith("Run: GRANT")
    assert grant in refused.do


@pytest.mark.parametrize(
    ("number", "state", "kind", "do"),
    [
        (625, "57014", WarehouseBusy, "wait"),
        (630, "57014", WarehouseBusy, "statement_seconds"),
        (606, "57P03", WarehouseRefused, "warehouse"),
        (90073, "57014", WarehouseRefused, "quota"),
        (390144, "08001", WarehouseRefused, "RSA_PUBLIC_KEY"),
        (390100, "08001", WarehouseRefused, "password"),
        (250001, "08001", WarehouseFailed, "next sync"),
        (100038, "22018", WarehouseRefused, "type"),
        (2003, "42S02", WarehouseRefused, "dataset"),
    ],
)
def test_what_an_error_means_is_told_by_its_number(
    number: int, state: str, kind: type[CounterfoilError], do: str
) -> None:
    ours = words.as_ours(error(number, state, "It did not work."), words.Aim(**AIM), "SELECT 1")

    assert isinstance(ours, kind)
    assert do in ours.do
