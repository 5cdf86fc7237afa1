"""How BigQuery is signed in to, and what its errors mean."""

import json

import pytest

pytest.importorskip("google.cloud.bigquery")

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from counterfoil.destinations.bigquery.connect import TOKENS, Service
from counterfoil.destinations.bigquery.kind import KIND
from counterfoil.destinations.bigquery.words import Aim, as_ours
from counterfoil.errors import (
    CounterfoilError,
    SettingInvalid,
    WarehouseBusy,
    WarehouseFailed,
    WarehouseRefused,
)


def key(**more: str) -> str:
    """A service account's key, as Google's file has it."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    told = {
        "type": "service_account",
        "client_email": "me@acme.example",
        "private_key": pem,
        "private_key_id": "1",
    }
    return json.dumps({**told, "token_uri": TOKENS, **more})


def opened(**given: str) -> Service:
    options = {option.name: option.default for option in KIND.options} | {"project": "acme"} | given
    return Service(options)


def test_a_key_is_shown_to_google_alone_whatever_it_says_itself() -> None:
    service = opened(
        credentials_json=key(token_uri="http://169.254.169.254/token", universe_domain="evil.example")
    )

    assert service.aim.account == "me@acme.example"
    assert service.endpoint == "https://bigquery.googleapis.com"
    assert service._credentials._token_uri == TOKENS
    assert service._credentials.universe_domain == "googleapis.com"


@pytest.mark.parametrize(
    "given",
    [
        "",
        "no json",
        "[]",
        '{"type": "external_account"}',
        '{"type": "service_account"}',
        key(private_key="x"),
    ],
)
def test_what_is_no_key_of_a_service_account_is_refused_without_showing_it(given: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        opened(credentials_json=given)

    assert refused.value.do
    assert not given or given not in str(refused.value)


def told(kind: type[api.GoogleAPICallError], message: str, reason: str = "") -> api.GoogleAPICallError:
    return kind(message, errors=[{"reason": reason, "message": message}] if reason else ())


BINDING = "gcloud projects add-iam-policy-binding acme --member=serviceAccount:me@acme.example"
AIM = Aim(project="acme", account="me@acme.example", endpoint="https://bigquery.googleapis.com")


@pytest.mark.parametrize(
    ("error", "kind", "do"),
    [
        (
            told(
                api.Forbidden,
                "Access Denied: Project acme: User does not have bigquery.jobs.create permission",
                "accessDenied",
            ),
            WarehouseRefused,
            f"Run: {BINDING} --role=roles/bigquery.jobUser",
        ),
        (
            told(
                api.Forbidden,
                "Access Denied: User does not have bigquery.datasets.create permission",
                "accessDenied",
            ),
            WarehouseRefused,
            "--role=roles/bigquery.user",
        ),
        (
            told(
                api.Forbidden, "Permission bigquery.datasets.get denied (or it may not exist)", "accessDenied"
            ),
            WarehouseRefused,
            "--role=roles/bigquery.user",
        ),
        (
            told(
                api.Forbidden,
                "Access Denied: Permission bigquery.tables.updateData denied on table",
                "accessDenied",
            ),
            WarehouseRefused,
            'Run: GRANT `roles/bigquery.dataEditor` ON SCHEMA `acme`.`books` TO "serviceAccount:me@acme.example";',
        ),
        (
            told(
                api.Forbidden,
                "BigQuery API has not been used in project 1 before or it is disabled",
                "accessNotConfigured",
            ),
            WarehouseRefused,
            "Run: gcloud services enable bigquery.googleapis.com --project=acme",
        ),
        (
            told(
                api.Forbidden,
                "Billing has not been enabled for this project. DML queries are not allowed",
                "billingNotEnabled",
            ),
            WarehouseRefused,
            "Enable billing",
        ),
        (told(api.Forbidden, "Quota exceeded", "quotaExceeded"), WarehouseBusy, "quota"),
        (
            told(api.BadRequest, "Could not serialize access to table", "invalidQuery"),
            WarehouseBusy,
            "next sync",
        ),
        (told(api.BadRequest, "Value has type INT64", "invalidQuery"), WarehouseRefused, "another type"),
        (told(api.ServiceUnavailable, "try later", "backendError"), WarehouseFailed, "next sync"),
        (told(api.Unauthorized, "invalid credentials"), WarehouseRefused, "credentials_json"),
        (
            auth.RefreshError("invalid_grant: Invalid JWT Signature."),
            WarehouseRefused,
            "gcloud iam service-accounts keys",
        ),
        (auth.TransportError("no route"), WarehouseFailed, "host"),
        (
            api.RetryError("Timeout of 120.0s exceeded", cause=requests.ConnectionError("no route")),
            WarehouseFailed,
            "host",
        ),
    ],
    ids=lambda each: str(each)[:60] if isinstance(each, Exception) else "",
)
def test_an_error_says_what_to_do(error: Exception, kind: type[CounterfoilError], do: str) -> None:
    ours = as_ours(error, AIM, "books")

    assert type(ours) is kind
    assert do in ours.do
