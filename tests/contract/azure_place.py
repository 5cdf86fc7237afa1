"""Azure for the contract suite: the same lakes, kept by Microsoft's own emulator."""

from pyarrow import fs

from counterfoil.destinations.lake.kind import AZURE
from tests.azurite import ACCOUNT, CONTAINER, KEY, Azurite
from tests.contract.lake_place import DeltaPlace, ParquetPlace


class InAzure:
    """A new folder of the container."""

    kind = AZURE
    scheme = "az"

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
        self.files = fs.AzureFileSystem(
            ACCOUNT,
            account_key=KEY,
            blob_storage_authority=f"127.0.0.1:{server.port}",
            blob_storage_scheme="http",
            dfs_storage_authority=f"127.0.0.1:{server.port}",
            dfs_storage_scheme="http",
        )


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
