"""BigQuery: all tables of a sync in one transaction; readers see the state before it or after it."""

from collections.abc import Mapping
from typing import Any

from counterfoil.destinations.base import Capabilities, Destination, Kind, Option, Step
from counterfoil.errors import SettingInvalid
from counterfoil.model.table import ColumnType

TYPES = {
    ColumnType.TEXT: "STRING",
    ColumnType.DECIMAL: "NUMERIC",
    ColumnType.INTEGER: "INT64",
    ColumnType.BOOLEAN: "BOOL",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.JSON: "STRING",  # not JSON, which turns keys round, drops those named twice and rounds numbers
}

CAPABILITIES = Capabilities(
    all_tables_at_once=True,
    default_dataset="quickbooks",
    longest_name=300,
    names=r"[\w -]+",
    tables_first=True,
    types=TYPES,
    quote="`",
    dialect="bigquery",
    reserved_datasets=r"_.*|information_schema",
)

OPTIONS = (
    Option(name="project", help="The project's ID, not its name or number.", required=True),
    Option(
        name="credentials_json",
        help="The key of a service account: the whole JSON file that Google gives. "
        "Needed unless `host` is an emulator that asks for none.",
        secret=True,
    ),
    Option(
        name="location",
        help="Where a dataset is made that is not there yet, such as EU or europe-west3.",
        default="US",
        tuning=True,
    ),
    Option(
        name="host",
        help="The name of a private endpoint or an emulator; empty for Google's own.",
        host=True,
    ),
    Option(name="port", help="Where that endpoint listens; 0 for the usual port.", type=int, default=0),
    Option(
        name="protocol",
        help="How that endpoint is spoken to; http is for emulators.",
        default="https",
        choices=("https", "http"),
        tuning=True,
    ),
    Option(
        name="retry_seconds",
        help="How long to ask again where Google does not answer, or answers that it cannot now.",
        type=int,
        default=120,
        tuning=True,
    ),
    Option(
        name="wait_seconds",
        help="How long to wait for someone else who changes, or loads, the same tables.",
        type=int,
        default=600,
        tuning=True,
    ),
)

GIVE = "gcloud projects add-iam-policy-binding PROJECT --member=serviceAccount:ACCOUNT --role="
EDITOR = 'GRANT `roles/bigquery.dataEditor` ON SCHEMA `PROJECT`.`quickbooks` TO "serviceAccount:ACCOUNT";'

STEPS = (
    Step(
        name="Reach BigQuery", grant="Let this machine through the firewall, to bigquery.googleapis.com:443."
    ),
    Step(
        name="Sign in",
        grant="gcloud iam service-accounts keys create key.json --iam-account=ACCOUNT; and let this machine through "
        "to oauth2.googleapis.com:443.",
    ),
    Step(
        name="Run a job",
        grant=f"{GIVE}roles/bigquery.jobUser; gcloud services enable bigquery.googleapis.com",
    ),
    Step(
        name="Make a dataset",
        grant=f"{GIVE}roles/bigquery.user; or make the dataset for it: CREATE SCHEMA quickbooks;",
    ),
    Step(name="Make a table", grant=EDITOR),
    Step(name="Load a row", grant=EDITOR),
    Step(name="Replace it and read it back", grant=f"{EDITOR} Billing has to be enabled for the project."),
)


def make(options: Mapping[str, Any]) -> Destination:
    """Open a project. Raises SettingInvalid when its driver is missing, or what is given cannot be a key."""
    try:
        from counterfoil.destinations.bigquery.load import BigQuery  # noqa: PLC0415 (its client is an extra)
    except ImportError as error:
        raise SettingInvalid(
            "BigQuery's client is not installed.", do="Run: pip install 'counterfoil[bigquery]'"
        ) from error
    return BigQuery(options)


KIND = Kind(
    name="bigquery",
    title="BigQuery",
    options=OPTIONS,
    capabilities=CAPABILITIES,
    steps=STEPS,
    make=make,
    driver=("google.cloud.bigquery", "bigquery"),
)
