"""What a fault means: what the client does about it, and which error it becomes when that did not help."""

import re
from enum import StrEnum
from typing import NamedTuple

from counterfoil.errors import (
    ChangesTooOld,
    CompanyForbidden,
    CounterfoilError,
    FeatureNotInPlan,
    PoisonedPage,
    QuickBooksDown,
    RateLimited,
    ReconnectNeeded,
    RecordGone,
    RequestRefused,
)
from counterfoil.quickbooks.faults import Fault


class Remedy(StrEnum):
    """What the client itself can do about a fault."""

    REFRESH = "refresh"  # get a new access token, ask again
    SLOW_DOWN = "slow down"  # everyone waits, then ask again
    RETRY = "retry"  # wait a little, ask again
    RETRY_ONCE = "retry once"  # may be a passing failure, may be a bad record
    NONE = "none"


class Meaning(NamedTuple):
    """A fault in our words."""

    error: type[CounterfoilError]
    what: str
    do: str = ""
    remedy: Remedy = Remedy.NONE


_ENDED = Meaning(
    ReconnectNeeded, "QuickBooks does not accept our access", "Reconnect the company.", Remedy.REFRESH
)
_LIMITED = Meaning(
    RateLimited,
    "QuickBooks answers that its request limit was reached",
    "Sync again later; if it stays so, the month's allowance of calls may be used up.",
    Remedy.SLOW_DOWN,
)
_DOWN = Meaning(QuickBooksDown, "QuickBooks gave no usable answer", "The next sync goes on.", Remedy.RETRY)
_REFUSED = Meaning(RequestRefused, "QuickBooks refused the request")
_FOREIGN = Meaning(
    RequestRefused,
    "Something that does not sound like QuickBooks refused the request",
    "Check the address of the QuickBooks API in the settings, and any proxy on the way.",
)
_FORBIDDEN = Meaning(
    CompanyForbidden,
    "QuickBooks does not let this app read the company",
    "Reconnect it; check that the app's keys and the API's address belong to one environment, production "
    "or sandbox.",
)
_TOO_OLD = Meaning(ChangesTooOld, "QuickBooks no longer remembers changes from so long ago", "Read in full.")

_BY_CODE = {
    "120": Meaning(
        CompanyForbidden,
        "The user who connected the company has lost the right to it",
        "Let an administrator of the company reconnect it.",
    ),
    "610": Meaning(RecordGone, "The record was deleted, or never existed"),
    "1040": _REFUSED._replace(do="Ask for fewer things in one batch."),
    "3001": _LIMITED,
    "3100": _FORBIDDEN,
    "3200": _ENDED,
    "3201": _ENDED,
    "4002": Meaning(PoisonedPage, "One bad record in QuickBooks fails the whole answer"),
    "5020": Meaning(
        FeatureNotInPlan,
        "The company's QuickBooks plan does not include this",
        "Leave this stream out of the source, or upgrade the plan.",
    ),
    "6000": _REFUSED._replace(do="If every read fails so, connect the company again: its id may be wrong."),
    "6002": _DOWN,
    "6190": Meaning(
        CompanyForbidden,
        "The company's QuickBooks subscription has ended",
        "Renew the subscription in QuickBooks.",
    ),
    "10000": Meaning(
        PoisonedPage, "One bad record in QuickBooks may fail the whole answer", remedy=Remedy.RETRY_ONCE
    ),
}

_CHANGES_TOO_OLD = re.compile(r"\bolder than fixed days\b", re.IGNORECASE)
"""In the Detail of the answer; its code and status are not established (reference, section 4)."""


def meaning(fault: Fault) -> Meaning:
    """Decide by Intuit's code where we know it, else by the HTTP status."""
    if _CHANGES_TOO_OLD.search(f"{fault.message} {fault.detail}"):
        return _TOO_OLD
    return _BY_CODE.get(fault.code) or _by_status(fault)


def _by_status(fault: Fault) -> Meaning:
    if fault.status in (0, 408, 425) or fault.status >= 500:
        return _DOWN
    if fault.status == 429:
        return _LIMITED
    if fault.status < 300 and (not fault.code or "valid" not in fault.type.lower()):
        return _DOWN  # cut, corrupt, or a SystemFault or Service fault that came with 200
    if fault.code:
        return _REFUSED
    return {401: _ENDED, 403: _FORBIDDEN}.get(fault.status, _FOREIGN)


def error_of(fault: Fault, company: str = "") -> CounterfoilError:
    """The error that stands for a fault; `company` is the realm id whose books were read, if known."""
    error, what, do, _ = meaning(fault)
    whose = f" (company {company})" if company else ""
    said = f"{what}{whose}. It said: {fault}."
    if issubclass(error, RequestRefused):
        return error(said, do=do, fault_code=fault.code, detail=fault.detail)
    if issubclass(error, RateLimited):
        return error(said, do=do, retry_after=fault.retry_after)
    if issubclass(error, PoisonedPage):
        return error(said, do=do, fault=str(fault))
    return error(said, do=do)
