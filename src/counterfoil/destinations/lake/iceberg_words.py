"""What the errors of Iceberg's library, and of a catalog, mean."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from pyiceberg import exceptions
from requests import RequestException

from counterfoil.errors import CounterfoilError, WarehouseBusy, WarehouseFailed, WarehouseRefused

AGAIN = "Nothing is lost: the next sync brings it all."

CAME_BETWEEN = (
    exceptions.CommitFailedException,
    exceptions.ValidationException,
    exceptions.TableAlreadyExistsError,
)
"""Somebody else has changed the table meanwhile, so that nothing of ours has."""

WORDS: tuple[tuple[tuple[type[Exception], ...], type[CounterfoilError], str, str], ...] = (
    (CAME_BETWEEN, WarehouseBusy, "Others changed the table {name} again and again", AGAIN),
    (
        (
            exceptions.UnauthorizedError,
            exceptions.OAuthError,
            exceptions.AuthorizationExpiredError,
        ),
        WarehouseRefused,
        "The catalog does not know who asks",
        "Check `catalog_credential` or `catalog_token`, and `catalog_scope`.",
    ),
    (
        (exceptions.ForbiddenError,),
        WarehouseRefused,
        "The catalog does not allow it for {name}",
        "Allow in the catalog: make namespaces and tables there, read, write, change and drop them.",
    ),
    (
        (exceptions.TooManyRequestsError, exceptions.ServiceUnavailableError),
        WarehouseBusy,
        "The catalog asks for fewer requests",
        AGAIN,
    ),
    (
        (exceptions.BadRequestError,),
        WarehouseRefused,
        "The catalog refuses what is asked of {name}",
        "Check `catalog_warehouse` and `catalog_path`, and that the catalog knows names like these.",
    ),
    (
        (exceptions.NoSuchTableError, exceptions.NoSuchNamespaceError),
        WarehouseFailed,
        "The table {name} was taken away while it was used",
        "The next sync makes it anew: nothing is lost.",
    ),
    (
        (FileNotFoundError,),
        WarehouseRefused,
        "Files that the table {name} needs were taken away",
        "Put them back, or drop the table: the next sync makes it anew.",
    ),
    (
        (exceptions.RESTError, RequestException),
        WarehouseFailed,
        "The catalog could not be used",
        f"Check that it runs, and that this machine reaches its host and port. {AGAIN}",
    ),
    (
        (ValueError, NotImplementedError, exceptions.ResolveError),
        WarehouseRefused,
        "The table {name} has something that Counterfoil does not write",
        "Take it back, or drop the table: the next sync makes it anew.",
    ),
)
"""What was raised, what it is to us, what happened, what helps; the first one counts."""


class Words:
    """Turns errors into ours; no secret of the catalog stands in any."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        self._secrets = [part for secret in secrets for part in (secret, *secret.split(":")) if len(part) > 3]

    @contextmanager
    def ours(self, dataset: str, table: str = "") -> Iterator[None]:
        """Errors that come in the block as ours, but for those of the store."""
        name = f"{dataset}.{table}" if table else dataset
        try:
            yield
        except pa.ArrowException:
            raise
        except Exception as error:
            for theirs, kind, what, do in WORDS:
                if isinstance(error, theirs):
                    said = f"{what.format(name=name)}: {self._said(error)}."
                    raise kind(said, do=do) from error
            raise

    def _said(self, error: Exception) -> str:
        text = " ".join(str(error).split())
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text[:300].rstrip(".")
