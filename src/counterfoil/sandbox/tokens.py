"""Grants and their tokens: how they begin, rotate and end (section 1.5)."""

import random
import string
import threading
from dataclasses import dataclass, field

ACCESS_LIFE = 3600
REFRESH_LIFE = 8_726_400  # 101 days, as newer answers say
GRANT_LIFE = 157_680_000  # five years
VALUE_LIFE = 86_400  # the refresh token's value is the same for a day
CODE_LIFE = 600

ACCOUNTING = "com.intuit.quickbooks.accounting"


class GrantError(Exception):
    """The token end point's refusal; `error` is RFC 6749's word for it."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.description = description


@dataclass(slots=True, kw_only=True)
class Grant:
    """One user, one app, one company."""

    client_id: str
    realm: str
    scopes: frozenset[str]
    since: float
    refresh: str = ""
    refresh_since: float = 0.0
    access: dict[str, float] = field(default_factory=dict)  # token -> when it ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code: short lived, used once, bound to its redirect."""

    grant: Grant
    redirect_uri: str
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What one call of the token end point hands out; lives in seconds."""

    grant: Grant
    access: str
    refresh_expires_in: int
    hard_expires_in: int


class Tokens:
    """Every grant of the sandbox. `now` is always given in seconds since 1970."""

    def __init__(self, rng: random.Random, *, revoke_on_reuse: bool = False) -> None:
        self._rng = rng
        self._revoke_on_reuse = revoke_on_reuse  # Intuit may end the winner's tokens as well
        self._lock = threading.Lock()
        self._codes: dict[str, Code] = {}
        self._refresh: dict[str, Grant] = {}
        self._dead: dict[str, Grant] = {}
        self._access: dict[str, Grant] = {}

    def code(self, client_id: str, realm: str, scopes: frozenset[str], redirect_uri: str, now: float) -> str:
        """Begin a grant."""
        with self._lock:
            grant = Grant(client_id=client_id, realm=realm, scopes=scopes, since=now)
            code = "AB" + self._text(48)
            self._codes[code] = Code(grant=grant, redirect_uri=redirect_uri, until=now + CODE_LIFE)
            return code

    def exchange(self, client_id: str, code: str, redirect_uri: str, now: float) -> Issued:
        """Turn a code into tokens.

        Raises GrantError when the code is unknown, used, late, another app's or of another redirect.
        """
        with self._lock:
            given = self._codes.pop(code, None)
            if given is None or now > given.until:
                raise GrantError("invalid_grant", "Authorization code is invalid or has expired")
            if given.grant.client_id != client_id or given.redirect_uri != redirect_uri:
                raise GrantError("invalid_grant", "Incorrect redirect_uri or clientID")
            self._rotate(given.grant, now)
            return self._issue(given.grant, now)

    def refresh(self, client_id: str, value: str, now: float) -> Issued:
        """Give a new access token, and once a day a new refresh token whose predecessor dies at once.

        Raises GrantError when the value is not the living one.
        """
        with self._lock:
            grant = self._refresh.get(value)
            if grant is None and self._revoke_on_reuse and value in self._dead:
                self._end(self._dead[value])
            if grant is None or grant.client_id != client_id:
                raise GrantError("invalid_grant", "Incorrect or invalid refresh token")
            if now >= min(grant.refresh_since + REFRESH_LIFE, grant.since + GRANT_LIFE):
                self._end(grant)
                raise GrantError("invalid_grant", "Incorrect or invalid refresh token")
            if now - grant.refresh_since >= VALUE_LIFE:
                self._rotate(grant, now)
            return self._issue(grant, now)

    def revoke(self, client_id: str, value: str) -> bool:
        """End the grant that a refresh or an access token belongs to; tell whether there was one."""
        with self._lock:
            grant = self._refresh.get(value) or self._access.get(value)
            if grant is None or grant.client_id != client_id:
                return False
            self._end(grant)
            return True

    def disconnect(self, realm: str) -> int:
        """End every grant of a company, as its owner can in QuickBooks; tell how many."""
        with self._lock:
            grants = {id(grant): grant for grant in self._refresh.values() if grant.realm == realm}
            for grant in grants.values():
                self._end(grant)
            return len(grants)

    def holder(self, access: str, now: float) -> Grant | None:
        """The grant of a living access token."""
        with self._lock:
            grant = self._access.get(access)
            return grant if grant and now < grant.access[access] else None

    def _rotate(self, grant: Grant, now: float) -> None:
        if self._refresh.pop(grant.refresh, None):
            self._dead[grant.refresh] = grant
        grant.refresh = "RT1-" + self._text(44)
        grant.refresh_since = now
        self._refresh[grant.refresh] = grant

    def _issue(self, grant: Grant, now: float) -> Issued:
        for token in [token for token, until in grant.access.items() if until <= now]:
            del grant.access[token], self._access[token]
        access = "eyJ" + self._text(600)
        grant.access[access] = now + ACCESS_LIFE
        self._access[access] = grant
        return Issued(
            grant=grant,
            access=access,
            refresh_expires_in=int(grant.refresh_since + REFRESH_LIFE - now),
            hard_expires_in=int(grant.since + GRANT_LIFE - now),
        )

    def _end(self, grant: Grant) -> None:
        if self._refresh.pop(grant.refresh, None):
            self._dead[grant.refresh] = grant
        for token in grant.access:
            self._access.pop(token, None)
        grant.access.clear()

    def _text(self, length: int) -> str:
        return "".join(self._rng.choices(string.ascii_letters + string.digits, k=length))
