"""One company's QuickBooks on the wire: ask, keep the pace, ask again when that can help, count."""

import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx2

from counterfoil import __version__
from counterfoil.errors import ReportTooLarge, RequestRefused
from counterfoil.quickbooks.access import Access
from counterfoil.quickbooks.answer import Answer, open_answer
from counterfoil.quickbooks.faults import Fault, clean
from counterfoil.quickbooks.pace import AT_ONCE, Pace
from counterfoil.quickbooks.report import Report, read_report
from counterfoil.quickbooks.report_catalog import joins_of
from counterfoil.quickbooks.report_range import read_range
from counterfoil.quickbooks.retry import Patience
from counterfoil.quickbooks.trust import trust
from counterfoil.quickbooks.verdict import Remedy, error_of, meaning
from counterfoil.quickbooks.wire import Wire
from counterfoil.stop import NEVER, Stop

PRODUCTION = "https://quickbooks.api.intuit.com"
SANDBOX = "https://sandbox-quickbooks.api.intuit.com"

MINOR_VERSION = "75"
"""Anything below is served as 75 since August 2025 (reference, section 2.2)."""

ALL_CUSTOM_FIELDS = {"include": "enhancedAllCustomFields"}
"""Without it at most three of a record's twelve custom fields are told."""

_INCLUDE_REFUSED = re.compile(
    r"enhancedAllCustomFields|parameter:? '?include\b|\binclude'? parameter", re.IGNORECASE
)

LONGEST_IN_URL = 1800
"""A statement with more characters travels as the body of a POST: some proxies cut addresses at 2 KB."""

TIMEOUT = httpx2.Timeout(15.0, read=130.0, pool=None)
"""In seconds; QuickBooks itself gives up after 120 (reference, section 2.3)."""


LONGEST_OBEDIENCE = 300.0
"""Seconds of Retry-After that are waited for."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question, which may be asked several times."""

    method: str
    path: str  # below /v3/company/<realm id>/
    params: Mapping[str, str]
    body: bytes | None = None
    heavy: bool = False  # a report: what is too slow once more is asked for in parts


@dataclass(frozen=True, slots=True)
class Counters:
    """What a client has done so far. `metered`: answers that Intuit charges for; `waited` in seconds."""

    calls: int = 0
    metered: int = 0
    retries: int = 0
    waited: float = 0.0


class Client:
    """Reads one company; ten threads may share it.

    Every method raises what an answer means once waiting and asking again has not helped: ReconnectNeeded,
    CompanyForbidden, FeatureNotInPlan, RequestRefused and its kinds, RateLimited, QuickBooksDown,
    PoisonedPage; and what `stop` was asked with, at once, whatever it waits for.
    """

    def __init__(
        self,
        api_url: str,
        realm_id: str,
        access: Access,
        *,
        pace: Pace | None = None,
        patience: Patience | None = None,
        stop: Stop = NEVER,
    ) -> None:
        if not (realm_id.isascii() and realm_id.isdigit()):
            raise RequestRefused("A company id consists of digits.", do="Connect the company again.")
        self.realm_id = realm_id
        self._access = access
        self._pace = pace or Pace()
        self._patience = patience or Patience()
        self._stop = stop
        self.told: datetime | None = None  # QuickBooks' clock (aware, UTC) at the first answer that tells it
        self._include = ALL_CUSTOM_FIELDS
        self._counters = Counters()
        self._counting = threading.Lock()
        self._http = httpx2.Client(
            base_url=f"{api_url.rstrip('/')}/v3/company/{realm_id}/",
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": f"Counterfoil/{__version__}",
            },
            timeout=TIMEOUT,
            verify=trust(api_url),
            limits=httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
        )
        self._wire = Wire(self._http, AT_ONCE, stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._wire.close()

    @property
    def counters(self) -> Counters:
        return replace(self._counters, waited=self._counters.waited + self._pace.waited)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Read what stands at a path below the company: "companyinfo/123", "cdc", "reports/TrialBalance"."""
        return self._insist(Ask("GET", path, params or {}))

    def query(self, statement: str) -> Answer:
        """Run one statement of the query language (see `query.select`)."""
        if len(statement) <= LONGEST_IN_URL:
            return self._insist(Ask("GET", "query", {"query": statement}))
        return self._insist(Ask("POST", "query", {}, statement.encode()))

    def report(self, name: str, params: Mapping[str, str]) -> Report:
        """Read a report whole: where an answer is cut or comes too late, in halves of its range of dates.

        Also raises ReportTooLarge, when not even a day's fits one answer.
        """

        def ask(asked: Mapping[str, str]) -> Report:
            return read_report(self._insist(Ask("GET", f"reports/{name}", asked, heavy=True)).body)

        return read_range(ask, params, joins_of(name))

    def peek(self, path: str) -> bytes | None:
        """Read once what stands at a path of the host, whatever its form; None for any answer but a good one."""
        bearer = self._access.bearer()
        with self._pace.turn(self._stop):
            self._count(calls=1)
            address = str(self._http.base_url.copy_with(path=path))
            headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/xml"}
            try:
                response = self._wire.carry(
                    lambda: self._http.get(address, headers=headers, extensions=self._wire.extensions)
                )
            except (httpx2.TransportError, httpx2.DecodingError):
                return None
        self._count(metered=int(response.is_success))
        return response.content if response.is_success else None

    def _insist(self, ask: Ask) -> Answer:
        """Ask until there is an answer, or until asking again has no point."""
        failures: Counter[Remedy] = Counter()
        while True:
            attempt = self._attempt(ask)
            if isinstance(attempt.outcome, Answer):
                self.told = self.told or attempt.outcome.server_time
                return attempt.outcome
            if self._include and _INCLUDE_REFUSED.search(attempt.outcome.detail):
                self._include = {}  # an end point that does not know the parameter still has the records
                continue
            remedy = meaning(attempt.outcome).remedy
            failures[remedy] += 1
            if ask.heavy and failures[remedy] > 1 and _too_slow(attempt.outcome):
                raise ReportTooLarge(f"QuickBooks does not answer in time. It said: {attempt.outcome}.")
            if failures[remedy] > self._repeats(remedy) or _too_long(attempt.outcome):
                raise error_of(attempt.outcome, self.realm_id)
            self._mend(attempt, remedy, failures[remedy])

    def _attempt(self, ask: Ask) -> "_Attempt":
        self._stop.check()
        bearer = self._access.bearer()
        with self._pace.turn(self._stop) as started:
            outcome = self._wire.carry(lambda: self._exchange(ask, bearer))
        if isinstance(outcome, Answer):
            self._pace.recover(started)
        return _Attempt(bearer, started, outcome)

    def _exchange(self, ask: Ask, bearer: str) -> Answer | Fault:
        """One request on the wire."""
        self._count(calls=1)
        headers = {"Authorization": f"Bearer {bearer}"} | (_PLAIN if ask.body is not None else {})
        include = {} if ask.heavy else self._include
        params = {**ask.params, "minorversion": MINOR_VERSION, **include}
        try:
            with self._http.stream(
                ask.method,
                ask.path,
                params=params,
                content=ask.body,
                headers=headers,
                extensions=self._wire.extensions,
            ) as response:
                self._count(metered=int(response.is_success))  # Promise 10: charged even if cut on the way.
                return open_answer(response.status_code, response.headers, response.read())
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            return Fault(status=0, message=_reason(error))

    def _repeats(self, remedy: Remedy) -> int:
        if remedy is Remedy.RETRY:
            return self._patience.tries - 1
        return _REPEATS[remedy]

    def _mend(self, attempt: "_Attempt", remedy: Remedy, failures: int) -> None:
        """Do what may let the next attempt succeed; a pause after 429 is everyone's, in `Pace`."""
        assert isinstance(attempt.outcome, Fault)
        self._count(retries=1)
        if remedy is Remedy.REFRESH:
            self._access.reject(attempt.bearer)
        elif remedy is Remedy.SLOW_DOWN:
            self._pace.slow_down(attempt.started, attempt.outcome.retry_after)
        else:
            self._count(waited=self._patience.wait(failures, self._stop))

    def _count(self, *, calls: int = 0, metered: int = 0, retries: int = 0, waited: float = 0.0) -> None:
        with self._counting:
            now = self._counters
            self._counters = Counters(
                now.calls + calls, now.metered + metered, now.retries + retries, now.waited + waited
            )


@dataclass(frozen=True, slots=True)
class _Attempt:
    bearer: str
    started: float  # on the pace's clock
    outcome: Answer | Fault


_PLAIN = {"Content-Type": "application/text"}
# Two refreshes: the first may only bring what another process saved, and that may have ended as well.
_REPEATS = {Remedy.REFRESH: 2, Remedy.SLOW_DOWN: 7, Remedy.RETRY_ONCE: 1, Remedy.NONE: 0}


def _too_long(fault: Fault) -> bool:
    """A pause that is better spent outside a sync: the month's allowance may be used up."""
    return (fault.retry_after or 0) > LONGEST_OBEDIENCE


def _too_slow(fault: Fault) -> bool:
    """The gateway's 504, or no answer in the time that QuickBooks gives itself."""
    return fault.status == 504 or fault.code == "6002" or (fault.status == 0 and "Timeout" in fault.message)


def _reason(error: Exception) -> str:
    """Why no answer came. Only failures of the network are quoted; others may repeat our headers."""
    told = f": {error}" if isinstance(error, httpx2.NetworkError | httpx2.TimeoutException) else ""
    return clean(f"no whole answer came ({type(error).__name__}{told})")
