"""Signing in to BigQuery, and the way there."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from google.api_core.exceptions import GoogleAPIError
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession, Request
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY
from google.oauth2 import service_account
from requests.adapters import HTTPAdapter

from counterfoil.destinations.bigquery.words import Aim, as_ours
from counterfoil.errors import SettingInvalid
from counterfoil.stop import Stop

GOOGLE = "bigquery.googleapis.com"
TOKENS = "https://oauth2.googleapis.com/token"
"""Where keys are exchanged for tokens, whatever a key says: it may come from anybody."""
SCOPES = ("https://www.googleapis.com/auth/bigquery",)

TIMEOUT = (15.0, 180.0)
"""Seconds to connect, and between two bytes of an answer."""

AT_ONCE = 4
"""Requests at a time: each upload holds up to 100 MB."""

T = TypeVar("T")


class Service:
    """One project as one account. Raises SettingInvalid."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.project = str(options["project"]).strip()
        self.location = str(options["location"]).strip()
        self.endpoint = _endpoint(options)
        self._credentials = _signed_by(options["credentials_json"], anyone=bool(options["host"]))
        account = getattr(self._credentials, "service_account_email", "anybody")
        self.aim = Aim(project=self.project, account=account, endpoint=self.endpoint)
        seconds = max(0, int(options["retry_seconds"]))
        self.retry = DEFAULT_RETRY.with_timeout(seconds)
        self.tries = int(seconds + 1).bit_length() - 1  # of an upload: it waits a second, then two, then four
        self._session = AuthorizedSession(self._credentials)
        carrier = Carrier(self.endpoint, tuple(options.get("host_addresses", ())))
        self._session.mount("https://", carrier)
        self._session.mount("http://", carrier)
        self.client = bigquery.Client(
            project=self.project,
            credentials=self._credentials,
            _http=self._session,
            client_options={"api_endpoint": self.endpoint},
        )

    def reach(self) -> None:
        """Knock at its door: whatever it answers, it is there. Raises WarehouseFailed."""
        with self.telling():
            requests.Session.get(self._session, f"{self.endpoint}/", allow_redirects=False)

    def sign_in(self) -> None:
        """Exchange the key for a token. Raises WarehouseRefused, WarehouseFailed."""
        if isinstance(self._credentials, service_account.Credentials):
            with self.telling():
                self._credentials.refresh(Request())

    @contextmanager
    def telling(self, dataset: str = "") -> Iterator[None]:
        """Tell Google's errors during the block as ours."""
        try:
            yield
        except (GoogleAPIError, GoogleAuthError, requests.RequestException, ConnectionError) as error:
            raise as_ours(error, self.aim, dataset) from error


class Errands:
    """Several things asked of a service at once, given up when the stop is asked."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="bigquery")

    def __enter__(self) -> "Errands":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def each(self, deeds: Iterable[Callable[[], T]]) -> list[T]:
        """Do all of them, and answer with what they brought, in their order. Raises what the first one raised."""
        self.stop.check()
        return [self.stop.result(future) for future in [self._pool.submit(deed) for deed in deeds]]

    def one(self, deed: Callable[[], T]) -> T:
        """Do it, and answer with what it brought."""
        return self.each([deed])[0]


class Carrier(HTTPAdapter):
    """Carries requests to one machine, by the address that was allowed for it, and never waits for ever."""

    def __init__(self, endpoint: str, addresses: tuple[str, ...]) -> None:
        aimed = urlsplit(endpoint)
        self._host, self._address = aimed.hostname or "", addresses[0] if addresses else ""
        self._secure = aimed.scheme == "https"
        super().__init__(pool_maxsize=2 * AT_ONCE)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        if self._address and self._secure:  # the certificate is its name's, not its address's
            more |= {"server_hostname": self._host, "assert_hostname": self._host}
        super().init_poolmanager(*args, **more)

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        more["timeout"] = more.get("timeout") or TIMEOUT
        if self._address:
            request.url = self._by_address(request)
        return super().send(request, *args, **more)

    def _by_address(self, request: requests.PreparedRequest) -> str:
        asked = urlsplit(str(request.url))
        if asked.hostname == self._address:  # sent once more
            return str(request.url)
        if asked.hostname != self._host:
            raise requests.exceptions.InvalidURL(f"{self._host} sent us elsewhere, to {asked.hostname}")
        request.headers["Host"] = asked.netloc
        address = f"[{self._address}]" if ":" in self._address else self._address
        return asked._replace(netloc=f"{address}:{asked.port}" if asked.port else address).geturl()


def _endpoint(options: Mapping[str, Any]) -> str:
    host, port = str(options["host"] or "").strip(), int(options["port"])
    if not host:
        return f"https://{GOOGLE}"
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{options['protocol']}://{name}{f':{port}' if port else ''}"


def _signed_by(key: str | None, *, anyone: bool) -> Credentials:
    """Who signs in: what this machine has lying about is not for whoever set up the destination."""
    if not key:
        if anyone:
            return AnonymousCredentials()
        raise SettingInvalid(
            "`credentials_json` is missing.",
            do="Give it a service account's key, as Google's JSON file has it.",
        )
    try:
        told = json.loads(key, parse_float=Decimal)
        if told["type"] != "service_account":
            raise ValueError(told["type"])
        told = {name: told[name] for name in ("type", "client_email", "private_key", "private_key_id")}
        signed: Credentials = service_account.Credentials.from_service_account_info(
            {**told, "token_uri": TOKENS}, scopes=SCOPES
        )
    except (ValueError, KeyError, TypeError):
        raise SettingInvalid(
            "`credentials_json` is not the key of a service account.",
            do="Make one: gcloud iam service-accounts keys create key.json --iam-account=…; and give all of that file.",
        ) from None  # it would show the key
    return signed
