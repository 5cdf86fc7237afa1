"""Intuit's OAuth 2.0: send the user to consent, trade the code for tokens, refresh them, give them back.

End points, headers and bodies: API reference, section 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

import httpx2
import msgspec

from counterfoil.errors import CounterfoilError, QuickBooksDown, ReconnectNeeded, SettingInvalid
from counterfoil.model.credential import Tokens
from counterfoil.quickbooks.faults import clean
from counterfoil.quickbooks.retry import Patience
from counterfoil.quickbooks.trust import trust
from counterfoil.stop import NEVER, Stop

SCOPE = "com.intuit.quickbooks.accounting"
"""Reads and writes; Intuit offers no scope that only reads (reference, section 1.3)."""

TIMEOUT = 30.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthApp:
    """The app registered at Intuit, and where Intuit (or a sandbox, or a proxy) listens."""

    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str = "https://appcenter.intuit.com/connect/oauth2"
    token_url: str = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
    revoke_url: str = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
    patience: Patience = field(default_factory=lambda: Patience(tries=4))

    def consent_url(self, *, redirect_uri: str, state: str) -> str:
        """Where to send the user's browser; it comes back to `redirect_uri` with code, state and realmId."""
        asked = {
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": SCOPE,
            "state": state,
        }
        return f"{self.authorize_url}?{urlencode(asked)}"

    def exchange(self, code: str, *, redirect_uri: str, now: datetime) -> Tokens:
        """Trade the code for tokens. A code works once, so a lost answer is not asked for again.

        Raises ReconnectNeeded for a code that is used or too old, SettingInvalid for wrong keys,
        QuickBooksDown.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        answer = self._post(self.token_url, data=form)
        if answer is None:
            raise _down("Connect the company again.")
        return _tokens(answer, now, before=None)

    def refresh(self, tokens: Tokens, *, now: datetime, stop: Stop = NEVER) -> Tokens:
        """Get new tokens; the caller saves them before it uses them.

        A lost answer is asked for again with the same refresh token. Within 24 hours of its last change
        Intuit gives the same value again, so nothing is lost; had Intuit just changed it, the lost value was
        the only key and no other way would save the connection either (reference, section 1.5).

        Raises ReconnectNeeded when the grant is gone, SettingInvalid for wrong keys, QuickBooksDown; between two
        requests, what the stop was asked with.
        """
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        for failures in range(1, self.patience.tries + 1):
            stop.check()
            answer = self._post(self.token_url, data=form)
            if answer is not None:
                return _tokens(answer, now, before=tokens)
            if failures < self.patience.tries:
                self.patience.wait(failures, stop)
        raise _down("The next sync tries again.")

    def revoke(self, tokens: Tokens) -> None:
        """Give the grant back; one that is gone already is as good. Raises SettingInvalid, QuickBooksDown."""
        answer = self._post(self.revoke_url, json={"token": tokens.refresh_token})
        if answer is None:
            raise _down("Disconnect again, or disconnect the app inside QuickBooks.")
        if answer.status_code == httpx2.codes.UNAUTHORIZED:
            raise _refusal(answer)

    def _post(self, url: str, **body: Mapping[str, str]) -> httpx2.Response | None:
        """One request; None when there was no answer, or one that says to try later."""
        headers = {"Accept": "application/json", "x-include-refresh-token-hard-expires-in": "true"}
        try:
            secret = (self.client_id, self.client_secret)
            with httpx2.Client(auth=secret, timeout=TIMEOUT, verify=trust(url)) as http:
                answer = http.post(url, headers=headers, **body)  # type: ignore[arg-type]
        except (httpx2.TransportError, httpx2.DecodingError):
            return None
        return None if answer.status_code >= 500 or answer.status_code == 429 else answer


_Token = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,8192}$")]
_Seconds = Annotated[int, msgspec.Meta(gt=0, le=10 * 366 * 86_400)]


class _Grant(msgspec.Struct):
    """The token response; both tokens must be there, so that none is ever overwritten with nothing."""

    access_token: _Token
    refresh_token: _Token
    expires_in: _Seconds
    x_refresh_token_expires_in: _Seconds
    x_refresh_token_hard_expires_in: _Seconds | None = None


class _Denial(msgspec.Struct):
    error: str = ""
    error_description: str = ""


def _tokens(answer: httpx2.Response, now: datetime, *, before: Tokens | None) -> Tokens:
    if answer.status_code != httpx2.codes.OK:
        raise _refusal(answer)
    try:
        grant = msgspec.json.decode(answer.content, type=_Grant)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _down("The address of the token end point may be wrong.") from error
    hard = grant.x_refresh_token_hard_expires_in
    known = before.hard_expires_at if before else None
    return Tokens(
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        access_expires_at=now + timedelta(seconds=grant.expires_in),
        refresh_expires_at=now + timedelta(seconds=grant.x_refresh_token_expires_in),
        hard_expires_at=known if hard is None else now + timedelta(seconds=hard),
    )


def _refusal(answer: httpx2.Response) -> CounterfoilError:
    """Intuit's no, in our words; the request, which holds secrets, is not repeated."""
    try:
        denial = msgspec.json.decode(answer.content, type=_Denial)
    except (msgspec.DecodeError, UnicodeDecodeError):
        denial = _Denial()
    said = clean(f"{denial.error} {denial.error_description}") or f"HTTP {answer.status_code}"
    if denial.error == "invalid_grant":
        return ReconnectNeeded(f"Intuit ended this permission: {said}.", do="Reconnect the company.")
    return SettingInvalid(
        f"Intuit refused the app: {said}.",
        do="Check the client id and secret, the redirect address and the OAuth address in the settings.",
    )


def _down(do: str) -> QuickBooksDown:
    return QuickBooksDown("Intuit's sign-in service gave no usable answer.", do=do)
