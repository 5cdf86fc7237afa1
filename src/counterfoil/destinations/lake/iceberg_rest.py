"""An Iceberg catalog that is reached over REST; the files of its tables are reached with the lake's own key."""

from collections.abc import Mapping
from typing import Any

from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.io import FileIO
from pyiceberg.typedef import EMPTY_DICT, Properties
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter

from counterfoil.destinations.lake.iceberg_files import StoreFiles
from counterfoil.destinations.lake.store import Root

TAKEN = ("prefix", "namespace-separator")
"""What a catalog may tell us of itself. It could also name other hosts, keys, and classes to run."""

CONNECT_SECONDS = 15


class Rest(RestCatalog):
    """A catalog that says where tables are, and nothing else."""

    def __init__(self, root: Root, options: Mapping[str, Any]) -> None:
        self._files, self._seconds = StoreFiles(root), int(options["request_seconds"])
        uri = uri_of(options)
        given = {
            "uri": uri,
            "oauth2-server-uri": f"{uri}/v1/oauth/tokens",
            "warehouse": options["catalog_warehouse"],
            "credential": options["catalog_credential"],
            "token": options["catalog_token"],
            "scope": options["catalog_scope"],
        }
        super().__init__("catalog", **{name: str(value).strip() for name, value in given.items() if value})

    def _fetch_config(self) -> None:
        given, uri = dict(self.properties), self.uri
        super()._fetch_config()
        told = {name: self.properties[name] for name in TAKEN if name in self.properties}
        self.properties, self.uri = {**given, **told}, uri

    def _create_session(self) -> Session:
        session = super()._create_session()
        session.max_redirects = 0
        for scheme in ("https://", "http://"):
            session.mount(scheme, Patient(self._seconds))
        return session

    def _load_file_io(self, properties: Properties = EMPTY_DICT, location: str | None = None) -> FileIO:  # noqa: ARG002
        return self._files


class Patient(HTTPAdapter):
    """Waits for an answer as long as it was told to."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self._seconds = seconds

    def send(self, request: PreparedRequest, *given: Any, **more: Any) -> Response:
        return super().send(request, *given, **{**more, "timeout": (CONNECT_SECONDS, self._seconds)})


def uri_of(options: Mapping[str, Any]) -> str:
    """The catalog's address."""
    host, protocol = str(options["catalog"]).strip().strip("[]"), options["catalog_protocol"]
    addresses = tuple(options.get("catalog_addresses", ()))
    if addresses and protocol == "http":
        host = addresses[0]  # looked up once: nothing else may be connected to
    port = f":{int(options['catalog_port'])}" if options["catalog_port"] else ""
    path = str(options["catalog_path"] or "").strip().strip("/")
    return "/".join(filter(None, [f"{protocol}://{f'[{host}]' if ':' in host else host}{port}", path]))
