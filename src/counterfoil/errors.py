"""Every error raised on purpose: its class says who can end it, its code is stable, and it says what to do.

CounterfoilError
├── NeedsPerson   someone has to act
│   ├── of what is set up    SettingInvalid (ConfigurationInvalid), NotFound, AlreadyExists, InUse, ChangedMeanwhile,
│   │                        SecretKeyMissing
│   ├── of who asks, and how NotSignedIn, Forbidden, RequestInvalid (VersionNeeded, KeyReused)
│   ├── of QuickBooks        ReconnectNeeded, CompanyForbidden, FeatureNotInPlan, ReportTooLarge,
│   │                        RequestRefused (RecordGone, ChangesTooOld)
│   └── of a sync            GivenUp, StagingFailed, WarehouseRefused
├── Transient     time can end it; the next sync goes on by itself
│   ├── of QuickBooks        RateLimited, QuickBooksDown, PoisonedPage
│   ├── of a sync            WarehouseBusy, WarehouseFailed, SyncRunning, LockLost, Cancelled (Interrupted)
│   └── of the service       TooManyGuesses, StillRunning, AlertNotSent, EngineSilent, StoreFailed
└── Defect        ours to mend: please report it
"""


class CounterfoilError(Exception):
    """What happened, and what to do about it."""

    code = "counterfoil.error"

    def __init__(self, what: str, *, do: str = "") -> None:
        super().__init__(f"{what} {do}".strip())
        self.what, self.do = what, do


class NeedsPerson(CounterfoilError):
    """Someone has to act before this can go on."""

    code = "needs_person"


class Transient(CounterfoilError):
    """Time can end it: trying again later is right, after `retry_after` seconds where that is known."""

    code = "transient"

    def __init__(self, what: str, *, do: str = "", retry_after: float | None = None) -> None:
        super().__init__(what, do=do)
        self.retry_after = retry_after


class Defect(CounterfoilError):
    """An assumption of ours did not hold."""

    code = "defect"


class SettingInvalid(NeedsPerson):
    """A setting is wrong."""

    code = "setting.invalid"


class ConfigurationInvalid(SettingInvalid):
    """A configuration file is wrong and nothing was saved; each of `faults` begins with file:line:column."""

    code = "configuration.invalid"

    def __init__(self, filename: str, faults: tuple[str, ...]) -> None:
        count = "one mistake" if len(faults) == 1 else f"{len(faults)} mistakes"
        super().__init__(f"{filename} has {count}; nothing was saved.\n" + "\n".join(faults))
        self.faults = faults


class NotFound(NeedsPerson):
    """No such thing under that name."""

    code = "not_found"


class AlreadyExists(NeedsPerson):
    """A name is taken."""

    code = "already_exists"


class InUse(NeedsPerson):
    """It cannot go while others need it."""

    code = "in_use"


class ChangedMeanwhile(NeedsPerson):
    """Someone else changed it since it was read; nothing was saved."""

    code = "changed_meanwhile"


class NotSignedIn(NeedsPerson):
    """Nobody is signed in, or the key, password or link is wrong, used or over."""

    code = "not_signed_in"


class Forbidden(NeedsPerson):
    """The role does not allow it."""

    code = "forbidden"


class RequestInvalid(NeedsPerson):
    """A request is not as the API describes it; each of `faults` names a place in it and what is wrong there."""

    code = "request.invalid"

    def __init__(self, what: str, *, do: str = "", faults: tuple[str, ...] = ()) -> None:
        super().__init__(what, do=do)
        self.faults = faults


class VersionNeeded(RequestInvalid):
    """A change has to say which version it changes, with If-Match."""

    code = "request.version_needed"


class KeyReused(RequestInvalid):
    """An Idempotency-Key came with another request than the first time."""

    code = "request.key_reused"


class SecretKeyMissing(NeedsPerson):
    """Stored secrets cannot be read with the key at hand."""

    code = "secret_key.missing"


class ReconnectNeeded(NeedsPerson):
    """The grant at Intuit has ended, was revoked, or its refresh token was lost."""

    code = "quickbooks.reconnect_needed"


class CompanyForbidden(NeedsPerson):
    """Intuit answered 403/3100 or 120: no right to this company, or the wrong environment."""

    code = "quickbooks.forbidden"


class FeatureNotInPlan(NeedsPerson):
    """Intuit answered 5020: this company's plan does not include the feature."""

    code = "quickbooks.not_in_plan"


class ReportTooLarge(NeedsPerson):
    """A report has more to say than one answer holds, however short its period is made; `calls` were answered."""

    code = "quickbooks.report_too_large"

    def __init__(self, what: str, *, do: str = "", calls: int = 0) -> None:
        super().__init__(what, do=do)
        self.calls = calls


class RequestRefused(NeedsPerson):
    """QuickBooks refused a request that a repeat will not mend."""

    code = "quickbooks.refused"

    def __init__(self, what: str, *, do: str = "", fault_code: str = "", detail: str = "") -> None:
        super().__init__(what, do=do)
        self.fault_code, self.detail = fault_code, detail


class RecordGone(RequestRefused):
    """Intuit answered 610: the record was deleted, was made inactive, or never existed."""

    code = "quickbooks.record_gone"


class ChangesTooOld(RequestRefused):
    """Change data capture was asked for a moment before its window of 30 days; the stream needs a full read."""

    code = "quickbooks.changes_too_old"


class RateLimited(Transient):
    """QuickBooks answered 429 more often than we may wait for."""

    code = "quickbooks.rate_limited"


class QuickBooksDown(Transient):
    """5xx, time-outs, resets, cut or corrupt answers, again and again."""

    code = "quickbooks.down"


class PoisonedPage(Transient):
    """QuickBooks answered 4002 or 10000: one bad stored record fails the whole answer."""

    code = "quickbooks.poisoned"

    def __init__(self, what: str, *, do: str = "", fault: str = "") -> None:
        super().__init__(what, do=do)
        self.fault = fault


class StagingFailed(NeedsPerson):
    """What was read could not be written to the disk of this machine: it is full, or may not be written to."""

    code = "staging.failed"


class GivenUp(NeedsPerson):
    """Every worker that ran the sync died before its end; it is not tried again by itself."""

    code = "sync.given_up"


class WarehouseRefused(NeedsPerson):
    """The warehouse said no: permission, name or type."""

    code = "warehouse.refused"


class WarehouseBusy(Transient):
    """Someone else holds the warehouse."""

    code = "warehouse.busy"


class WarehouseFailed(Transient):
    """The warehouse went away in the middle."""

    code = "warehouse.failed"


class TooManyGuesses(Transient):
    """There were too many wrong passwords in a short time."""

    code = "too_many_guesses"


class SyncRunning(Transient):
    """This company is being read already; one sync at a time."""

    code = "sync.running"


class LockLost(Transient):
    """The store let go of the lock on a company in the middle of its sync: nothing of it may land any more."""

    code = "sync.lock_lost"


class StillRunning(Transient):
    """The same request, by its Idempotency-Key, is being answered already."""

    code = "request.still_running"


class AlertNotSent(Transient):
    """A channel's service could not be reached, or did not take a message."""

    code = "alert.not_sent"


class EngineSilent(Transient):
    """Nobody runs syncs, or the schedule stands still."""

    code = "engine.silent"


class StoreFailed(Transient):
    """Counterfoil's own memory could not be read or written: its disk is full, or its server went away."""

    code = "store.failed"


class Cancelled(Transient):
    """A person ended the sync before its time; what it had not loaded yet is left to the next one."""

    code = "sync.cancelled"


class Interrupted(Cancelled):
    """The process of the sync was told to end; whoever syncs next takes over."""

    code = "sync.interrupted"
