"""What the errors of stores and formats mean, by their words: a library's own, and the store's inside them."""

import errno
import re

import pyarrow as pa
from deltalake.exceptions import CommitFailedError, DeltaError
from obstore.exceptions import BaseError

from counterfoil.destinations.lake.kind import RIGHTS
from counterfoil.destinations.lake.store import Root
from counterfoil.errors import CounterfoilError, WarehouseBusy, WarehouseFailed, WarehouseRefused

AGAIN = "Nothing is lost: the next sync brings it all."

THEIRS = (BaseError, DeltaError, CommitFailedError, OSError, pa.ArrowException)
"""What the libraries raise."""

NOBODY = re.compile(
    r"InvalidAccessKeyId|SignatureDoesNotMatch|AuthenticationFailed|Unauthenticated|401 Unauthorized|invalid_grant"
    r"|ExpiredToken|AuthenticationErrorDetail",
    re.IGNORECASE,
)
NO_BUCKET = re.compile(
    r"NoSuchBucket|ContainerNotFound|bucket does not exist|bucket not found", re.IGNORECASE
)
FORBIDDEN = re.compile(
    r"AccessDenied|403 Forbidden|PermissionDenied|AuthorizationPermissionMismatch|lacked the necessary privileges",
    re.IGNORECASE,
)
BUSY = re.compile(r"SlowDown|ServerBusy|TooManyRequests|429 Too Many|503 Service", re.IGNORECASE)
ODD = re.compile(
    r"Not a Delta table|Invalid table version|Protocol error|missing.*metadata|magic bytes", re.IGNORECASE
)


def as_ours(error: Exception, root: Root, doing: str) -> CounterfoilError:
    """An error that came while something was done to a folder, as one of ours."""
    said, where = _said(error, root), f"{root} ({doing})" if doing else str(root)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WarehouseFailed(
            "There is no room for temporary files on this machine.", do=f"Make room there. {AGAIN}"
        )
    if isinstance(error, CommitFailedError):
        return WarehouseBusy(f"Others changed the same table of {where} again and again: {said}", do=AGAIN)
    if NO_BUCKET.search(said):
        return WarehouseRefused(
            f"{root}: there is no bucket {root.bucket}.", do="Make it, or check its name."
        )
    if NOBODY.search(said):
        return WarehouseRefused(
            f"{root} does not know the key: {said}", do="Check the key, and that it is in force."
        )
    if FORBIDDEN.search(said):
        return WarehouseRefused(f"{where} does not allow it: {said}", do=f"{_grant(said, root)}")
    if BUSY.search(said):
        return WarehouseBusy(f"{where} asks for fewer requests: {said}", do=AGAIN)
    if ODD.search(said) or isinstance(error, pa.ArrowException):
        return WarehouseRefused(
            f"{where} holds files that cannot be read as a table: {said}",
            do="Take the folder away, or choose another dataset or prefix; the next sync makes the table anew.",
        )
    return WarehouseFailed(
        f"{where} could not be used: {said}",
        do=f"Check that it runs, and that this machine reaches its host and port. {AGAIN}",
    )


def _grant(said: str, root: Root) -> str:
    rights = RIGHTS[root.kind]
    if re.search(r"performing (?:PUT|POST|put|create)|multipart", said, re.IGNORECASE):
        right = rights.write
    elif re.search(r"performing (?:DELETE|bulk)", said, re.IGNORECASE):
        right = rights.delete
    elif re.search(r"list", said, re.IGNORECASE):
        right = rights.see
    else:
        right = rights.read
    return right.replace("BUCKET", root.bucket).replace("PATH", f"{root.path}/" if root.path else "")


def _said(error: Exception, root: Root) -> str:
    """Its words in one line, without what was asked with, which may be signed, and without any secret."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    for secret in filter(None, root.secrets):
        text = text.replace(secret, "…")
    text = re.sub(r"(https?://[^\s?]*)\?\S*", r"\1", text)
    text = text.split("Debug source")[0]
    text = re.sub(r"<\?xml[^>]*>|<RequestId>.*?</RequestId>|<HostId>.*?</HostId>", "", text)
    text = re.sub(r"\s*(?:↳|\n)\s*", " ", text)
    return " ".join(text.split())[:500]
