"""What BigQuery's errors mean, by the reasons and words that Google gives."""

import re
from dataclasses import dataclass

from google.api_core import exceptions as api
from google.auth import exceptions as auth

from counterfoil.errors import CounterfoilError, WarehouseBusy, WarehouseFailed, WarehouseRefused

AGAIN = "Nothing is lost: the next sync brings it all."

CONFLICT = re.compile(
    r"concurrent (?:update|transaction)|could not serialize|too many DML statements outstanding",
    re.IGNORECASE,
)
"""Somebody else changed one of the tables meanwhile: the transaction was undone, and may be tried again."""

BEYOND_FREE = re.compile(
    r"billing has not been enabled|DML queries are not allowed in the free tier", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Which project, and as whom, in the words of an error."""

    project: str
    account: str
    endpoint: str

    def __str__(self) -> str:
        return f"BigQuery's project {self.project}"


REASONS: tuple[tuple[str, type[CounterfoilError], str], ...] = (
    (
        "quotaExceeded",
        WarehouseBusy,
        f"A quota of the project is used up: wait for the next day, or have it raised. {AGAIN}",
    ),
    ("rateLimitExceeded", WarehouseBusy, f"The project is asked too often at once. {AGAIN}"),
    ("jobRateLimitExceeded", WarehouseBusy, f"The project is asked too often at once. {AGAIN}"),
    ("resourcesExceeded", WarehouseBusy, f"The project's slots do not suffice now. {AGAIN}"),
    (
        "billingNotEnabled",
        WarehouseRefused,
        "Enable billing for the project: without it BigQuery changes no rows.",
    ),
    ("responseTooLarge", WarehouseRefused, "It is larger than BigQuery allows; please report it."),
    ("blocked", WarehouseRefused, "Google has blocked the project: see its console."),
    ("backendError", WarehouseFailed, AGAIN),
    ("internalError", WarehouseFailed, AGAIN),
    ("tableUnavailable", WarehouseFailed, AGAIN),
    ("stopped", WarehouseFailed, f"Somebody cancelled the job. {AGAIN}"),
    ("timeout", WarehouseBusy, AGAIN),
    ("notFound", WarehouseFailed, f"Somebody took it away meanwhile. {AGAIN}"),
    ("conditionNotMet", WarehouseBusy, f"Somebody changed it at the same moment. {AGAIN}"),
    (
        "invalidQuery",
        WarehouseRefused,
        "A column has another type than we gave it, or something else is in the way: mend it, then sync again.",
    ),
    ("invalid", WarehouseRefused, "Something in the dataset is in the way: mend it, then sync again."),
)
"""Google's reasons, what they mean, and what helps."""


def as_ours(error: Exception, aim: Aim, dataset: str = "") -> CounterfoilError:
    """An error of Google's client, or of the way there, as one of ours."""
    said = _first_line(error)
    if isinstance(error, auth.RefreshError):
        return WarehouseRefused(
            f"Google did not let {aim.account} in: {said}",
            do=f"Make a new key: gcloud iam service-accounts keys create key.json --iam-account={aim.account}",
        )
    if isinstance(error, api.GoogleAPICallError):
        return _answered(error, said, aim, dataset)
    return WarehouseFailed(
        f"{aim} could not be reached at {aim.endpoint}: {said}",
        do=f"Check this machine's way to it, and `host` where one is given. {AGAIN}",
    )


def is_conflict(error: Exception) -> bool:
    """Tell whether somebody else changed the same table, so that the transaction may be tried again."""
    return isinstance(error, api.GoogleAPICallError) and CONFLICT.search(str(error)) is not None


def _answered(error: api.GoogleAPICallError, said: str, aim: Aim, dataset: str) -> CounterfoilError:
    reason = _reason(error)
    if BEYOND_FREE.search(said):
        reason = "billingNotEnabled"
    if CONFLICT.search(said):
        return WarehouseBusy(f"{aim}: {said}", do=AGAIN)
    for name, kind, do in REASONS:
        if name == reason:
            return kind(f"{aim}: {said}", do=do)
    if isinstance(error, api.Unauthorized):
        return WarehouseRefused(f"{aim}: {said}", do="Give `credentials_json` a key that is still valid.")
    if isinstance(error, api.Forbidden):
        return WarehouseRefused(
            f"{aim} does not let {aim.account} do that: {said}", do=grant(said, aim, dataset)
        )
    if isinstance(error, api.NotFound):
        return WarehouseRefused(f"{aim}: {said}", do="Check `project`, and `host` where one is given.")
    if isinstance(error, api.ClientError) and not isinstance(error, api.TooManyRequests):
        return WarehouseRefused(f"{aim}: {said}", do="Check what the destination was given.")
    return WarehouseFailed(f"{aim}: {said}", do=AGAIN)


def grant(said: str, aim: Aim, dataset: str) -> str:
    """The very command that gives the right, as whoever owns the project would type it."""
    member = f"serviceAccount:{aim.account}"
    role = f"gcloud projects add-iam-policy-binding {aim.project} --member={member} --role=roles/bigquery."
    if re.search(r"has not been used in project|it is disabled|SERVICE_DISABLED", said):
        return f"Run: gcloud services enable bigquery.googleapis.com --project={aim.project}"
    if "bigquery.jobs." in said:
        return f"Run: {role}jobUser"
    if re.search(r"bigquery\.datasets\.(?:create|get)", said):  # it may be that there is none
        return f"Run: {role}user"
    return f'Run: GRANT `roles/bigquery.dataEditor` ON SCHEMA `{aim.project}`.`{dataset}` TO "{member}";'


def _reason(error: api.GoogleAPICallError) -> str:
    told = [str(each["reason"]) for each in error.errors if isinstance(each, dict) and each.get("reason")]
    return told[0] if told else ""


def _first_line(error: Exception) -> str:
    said = str(getattr(error, "message", "") or error)
    said = re.sub(r"^\d{3} |(?:GET|POST|PUT|PATCH|DELETE) https?://\S+: ", "", said)
    return (said.strip().splitlines() or ["it gave no reason"])[0][:300]
