"""Lakes: tables as files in an object store of Amazon, Google, Microsoft or one of your own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.destinations.base import Capabilities, Destination, Kind, Option, Step
from counterfoil.errors import SettingInvalid
from counterfoil.model.table import ColumnType

TYPES = {
    ColumnType.TEXT: "string",
    ColumnType.DECIMAL: "decimal(38,9)",
    ColumnType.INTEGER: "long",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.JSON: "string",
}

CAPABILITIES = Capabilities(
    all_tables_at_once=False,
    default_dataset="quickbooks",
    longest_name=200,  # part of an object's name, which ends at 1,024 bytes
    types=TYPES,
    quote="`",
)

FORMATS = ("delta", "iceberg", "parquet")

TABLES = (
    Option(
        name="format",
        help="How tables are kept: delta (Delta Lake), iceberg, or parquet, one plain file a table.",
        default="delta",
        choices=FORMATS,
    ),
    Option(name="path", help="The folder in it that holds the datasets; empty for the top."),
    Option(
        name="catalog",
        help="For iceberg: the host of a REST catalog; empty where tables describe themselves.",
        host=True,
    ),
    Option(name="catalog_port", help="Where the catalog listens; 0 for the usual port.", type=int, default=0),
    Option(
        name="catalog_protocol",
        help="How the catalog is spoken to.",
        default="https",
        choices=("https", "http"),
        tuning=True,
    ),
    Option(name="catalog_path", help="The catalog's path on its host, without the /v1 at its end."),
    Option(name="catalog_warehouse", help="What the catalog calls the warehouse that the tables are in."),
    Option(name="catalog_credential", help="What to sign in to the catalog with: id:secret.", secret=True),
    Option(name="catalog_token", help="A token for the catalog, in place of a credential.", secret=True),
    Option(
        name="catalog_scope",
        help="What the credential is for, in the catalog's words; empty for what most of them expect.",
        tuning=True,
    ),
)

SERVER = (
    Option(
        name="host",
        help="The name of another server that speaks the same language; empty for the provider's own.",
        host=True,
    ),
    Option(name="port", help="Where that server listens; 0 for the usual one.", type=int, default=0),
    Option(
        name="protocol",
        help="How that server is spoken to.",
        default="https",
        choices=("https", "http"),
        tuning=True,
    ),
    Option(
        name="request_seconds",
        help="How long one request may take.",
        type=int,
        default=120,
        tuning=True,
    ),
    Option(
        name="retry_seconds",
        help="How long a request that failed is tried again; 0 for not at all.",
        type=int,
        default=60,
        tuning=True,
    ),
    Option(
        name="wait_seconds",
        help="How long to wait for another sync of this machine that loads the same tables.",
        type=int,
        default=600,
        tuning=True,
    ),
)

S3_OPTIONS = (
    Option(name="bucket", help="The bucket; it must exist.", required=True),
    *TABLES,
    Option(name="region", help="The region that the bucket is in.", default="us-east-1", tuning=True),
    Option(name="access_key_id", help="The name of the key to sign in with.", required=True, tuning=True),
    Option(name="secret_access_key", help="The key itself.", required=True, secret=True),
    *SERVER,
)

GCS_OPTIONS = (
    Option(name="bucket", help="The bucket; it must exist.", required=True),
    *TABLES,
    Option(
        name="service_account_key",
        help="The service account's key, the whole JSON file; empty only for a server of your own that asks for none.",
        secret=True,
    ),
    *SERVER,
)

AZURE_OPTIONS = (
    Option(name="account", help="The storage account.", required=True),
    Option(name="container", help="The container; it must exist.", required=True),
    *TABLES,
    Option(
        name="account_key",
        help="One of the account's keys; or leave it empty and give `sas_token`.",
        secret=True,
    ),
    Option(
        name="sas_token", help="A shared access signature of the container, in place of a key.", secret=True
    ),
    *SERVER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What to allow at a provider, in its own words."""

    see: str
    read: str
    write: str
    delete: str


RIGHTS = {
    "s3": Rights(
        see="Allow s3:ListBucket on arn:aws:s3:::BUCKET.",
        read="Allow s3:GetObject on arn:aws:s3:::BUCKET/PATH*.",
        write="Allow s3:PutObject and s3:AbortMultipartUpload on arn:aws:s3:::BUCKET/PATH*.",
        delete="Allow s3:DeleteObject on arn:aws:s3:::BUCKET/PATH*.",
    ),
    "gcs": Rights(
        see="Grant roles/storage.objectUser on the bucket (it has storage.objects.list).",
        read="Grant roles/storage.objectUser on the bucket (it has storage.objects.get).",
        write="Grant roles/storage.objectUser on the bucket (it has storage.objects.create).",
        delete="Grant roles/storage.objectUser on the bucket (it has storage.objects.delete).",
    ),
    "azure": Rights(
        see="Grant Storage Blob Data Contributor, or a signature with the permission List (l).",
        read="Grant Storage Blob Data Contributor, or a signature with the permission Read (r).",
        write="Grant Storage Blob Data Contributor, or a signature with Create and Write (c, w).",
        delete="Grant Storage Blob Data Contributor, or a signature with the permission Delete (d).",
    ),
}


def _steps(kind: str) -> tuple[Step, ...]:
    rights = RIGHTS[kind]
    return (
        Step(
            name="Reach the store",
            grant="Let this machine through the firewall, to the store's host and port.",
        ),
        Step(name="Sign in and list the folder", grant=rights.see),
        Step(name="Make a table", grant=rights.write),
        Step(name="Write a row", grant=rights.read),
        Step(name="Replace it and read it back", grant=rights.read),
        Step(name="Take the table away", grant=rights.delete),
    )


def _make(kind: str, options: Mapping[str, Any]) -> Destination:
    """Open a lake. Raises SettingInvalid when its libraries are missing."""
    try:
        from counterfoil.destinations.lake.load import Lake  # noqa: PLC0415 (its libraries are an extra)
        from counterfoil.destinations.lake.open import root_of  # noqa: PLC0415
    except ImportError as error:
        raise SettingInvalid(
            "The libraries for lakes are not installed.", do=f"Run: pip install 'counterfoil[{kind}]'"
        ) from error
    return Lake(lambda: root_of(kind, options), options)


def _kind(name: str, title: str, options: tuple[Option, ...]) -> Kind:
    return Kind(
        name=name,
        title=title,
        options=options,
        capabilities=CAPABILITIES,
        steps=_steps(name),
        make=lambda given: _make(name, given),
        driver=("deltalake", name),
    )


S3 = _kind("s3", "Amazon S3 lake", S3_OPTIONS)
GCS = _kind("gcs", "Google Cloud Storage lake", GCS_OPTIONS)
AZURE = _kind("azure", "Azure Blob Storage lake", AZURE_OPTIONS)
