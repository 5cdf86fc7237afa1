"""Azure for the contract suite: the same lakes, kept by Microsoft's own emulator."""

from pyarrow import fs
from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO

from counterfoil.destinations.lake.kind import AZURE
from tests.azurite import ACCOUNT, CONTAINER, KEY, Azurite
from tests.contract.iceberg_place import IcebergPlace
from tests.contract.lake_place import DeltaPlace, ParquetPlace

UNDER = f"abfss://{CONTAINER}@{ACCOUNT}.dfs.core.windows.net"


def files(port: int) -> fs.FileSystem:
    """The emulator's files, the container's name before each."""
    return fs.AzureFileSystem(
        ACCOUNT,
        account_key=KEY,
        blob_storage_authority=f"127.0.0.1:{port}",
        blob_storage_scheme="http",
        dfs_storage_authority=f"127.0.0.1:{port}",
        dfs_storage_scheme="http",
    )


class InAzure:
    """A new folder of the container."""

    kind = AZURE
    scheme = "az"
    tried_on = "an emulator: Azurite"

    def __init__(self, server: Azurite, format_: str) -> None:
        self.path, self.port = server.new_folder(), server.port
        self.options = {
            "account": ACCOUNT,
            "container": CONTAINER,
            "path": self.path,
            "format": format_,
            "host": "127.0.0.1",
            "port": str(server.port),
            "protocol": "http",
            "account_key": KEY,
            "retry_seconds": "2",
            "wait_seconds": "20",
        }
        self.files = files(server.port)


class AzureDelta(InAzure, DeltaPlace):
    """Tables of Delta Lake in a container."""

    def storage(self) -> dict[str, str]:
        return {
            "azure_storage_account_name": ACCOUNT,
            "azure_storage_account_key": KEY,
            "azure_storage_endpoint": f"http://127.0.0.1:{self.port}/{ACCOUNT}",
            "allow_http": "true",
        }


class AzureParquet(InAzure, ParquetPlace):
    """Plain files in a container."""


class AzureIceberg(InAzure, IcebergPlace):
    """Iceberg tables in a container."""

    def storage(self) -> dict[str, str]:
        return {"py-io-impl": f"{__name__}.{InEmulator.__name__}", "port": str(self.port)}

    def place(self, location: str) -> str:
        return location.replace(UNDER, CONTAINER)

    def _url(self, dataset: str, table: str) -> str:
        return f"{UNDER}/{self.folder(dataset, table).removeprefix(f'{CONTAINER}/')}"


class InEmulator(PyArrowFileIO):
    """How a reader of Iceberg comes to the emulator, which has no name under Azure's own."""

    def new_input(self, location: str) -> PyArrowFile:
        path = location.replace(UNDER, CONTAINER)
        return PyArrowFile(location=location, path=path, fs=files(int(self.properties["port"])))

    def new_output(self, location: str) -> PyArrowFile:
        return self.new_input(location)
