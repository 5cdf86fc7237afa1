"""Google Cloud Storage for the contract suite: the same lakes, on a server of the tests' own."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pyarrow import fs
from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO

from counterfoil.destinations.lake.kind import GCS
from tests.contract.iceberg_place import IcebergPlace
from tests.contract.lake_place import DeltaPlace, ParquetPlace
from tests.emulators import free_port, serving

FRONT = Path(__file__).with_name("gcs_front.py")
BUCKET = "books"
OWNER, CLERK = "owner@books.iam.gserviceaccount.com", "clerk@books.iam.gserviceaccount.com"
NUMBERS = count(1)


class Cloud:
    """Where it is, and the folder that it keeps its buckets in."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder = port, folder

    def new_folder(self) -> str:
        """A folder of the bucket that nobody has used."""
        return f"lakes/{next(NUMBERS)}"


@contextmanager
def running_cloud() -> Iterator[Cloud]:
    """Start it, with an empty bucket. A clerk may read and list, and not write."""
    with tempfile.TemporaryDirectory(prefix="gcs-") as place:
        buckets, keys = Path(place, "buckets"), Path(place, "keys")
        for folder in (buckets / BUCKET, keys):
            folder.mkdir(parents=True)
        for who, name in ((OWNER, OWNER), (CLERK, f"{CLERK}.reader")):
            public = _private(who).public_key()
            (keys / name).write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        port = free_port()
        with serving([sys.executable, "-P", FRONT, str(port), buckets, keys], port):
            yield Cloud(port, buckets)


@cache
def account_key(who: str) -> str:
    """The file that Google makes of a new key of a service account."""
    private = _private(who).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "books",
            "private_key_id": "1f3a",
            "private_key": private,
            "client_email": who,
            "client_id": "1",
            "token_uri": "https://oauth2.googleapis.com/token",
        }
    )


@cache
def _private(who: str) -> rsa.RSAPrivateKey:
    """Each has another."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class InGoogle:
    """A new folder of the bucket."""

    kind = GCS
    scheme = "gs"
    tried_on = "a server of the tests' own that keeps to what Google documents of its XML API"

    def __init__(self, server: Cloud, format_: str) -> None:
        self.path, self.port, self.server = server.new_folder(), server.port, server
        self.options = {
            "bucket": BUCKET,
            "path": self.path,
            "format": format_,
            "host": "127.0.0.1",
            "port": str(server.port),
            "protocol": "http",
            "service_account_key": account_key(OWNER),
            "retry_seconds": "2",
            "wait_seconds": "20",
        }
        self.files = fs.SubTreeFileSystem(str(server.folder), fs.LocalFileSystem())  # as they lie there


class GoogleDelta(InGoogle, DeltaPlace):
    """Tables of Delta Lake in a bucket."""

    def storage(self) -> dict[str, str]:
        key = json.loads(account_key(OWNER)) | {"gcs_base_url": f"http://127.0.0.1:{self.port}"}
        return {"google_service_account_key": json.dumps(key), "allow_http": "true"}


class GoogleIceberg(InGoogle, IcebergPlace):
    """Iceberg tables in a bucket, read from where the server keeps them."""

    def storage(self) -> dict[str, str]:
        return {"py-io-impl": f"{__name__}.{OnDisk.__name__}", "buckets": str(self.server.folder)}


class GoogleParquet(InGoogle, ParquetPlace):
    """Plain files in a bucket."""


class OnDisk(PyArrowFileIO):
    """How a reader of Iceberg comes to files that the server keeps."""

    def new_output(self, location: str) -> PyArrowFile:
        return self.new_input(location)

    def new_input(self, location: str) -> PyArrowFile:
        path = Path(self.properties["buckets"], location.removeprefix("gs://"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return PyArrowFile(location=location, path=str(path), fs=fs.LocalFileSystem())
