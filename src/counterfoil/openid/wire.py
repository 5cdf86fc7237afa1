"""Asking an OpenID provider, and believing no more of the answer than is due."""

from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import msgspec

from counterfoil.errors import NotSignedIn, SettingInvalid, Transient
from counterfoil.model.openid import Provider

TIMEOUT = httpx2.Timeout(10)

Shape = TypeVar("Shape")


class Discovered(msgspec.Struct):
    """What the provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


def client() -> httpx2.Client:
    """A client for one attempt to sign in. It follows no redirects: addresses come from the description alone."""
    return httpx2.Client(timeout=TIMEOUT, follow_redirects=False)


def discover(http: httpx2.Client, provider: Provider) -> Discovered:
    """Ask the provider where it is asked what. Raises SettingInvalid when it is not the issuer of the settings."""
    if not _is_safe(provider.issuer):
        raise SettingInvalid("COUNTERFOIL_OIDC_ISSUER is not https: anybody on the way could sign in.")
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    found = decoded(asked(http, "GET", url), Discovered, "its description")
    if found.issuer.rstrip("/") != provider.issuer.rstrip("/"):
        raise SettingInvalid(
            f"COUNTERFOIL_OIDC_ISSUER is {provider.issuer}, but the provider there calls itself "
            f"{clean(found.issuer)}.",
            do="Give the issuer as the provider names itself.",
        )
    for address in (
        found.authorization_endpoint,
        found.token_endpoint,
        found.jwks_uri,
        found.userinfo_endpoint,
    ):
        if address and not _is_safe(address):
            raise SettingInvalid(f"The OpenID provider names an address that is not https: {clean(address)}.")
    return found


def asked(http: httpx2.Client, method: str, url: str, **more: Any) -> httpx2.Response:
    """Its answer, whatever that is. Raises Transient when it is down, SettingInvalid for an address that is none."""
    try:
        answer = http.request(method, url, **more)
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        raise Transient(
            f"The OpenID provider does not answer: {type(error).__name__}.", do="Try again in a minute."
        ) from None
    except (httpx2.InvalidURL, ValueError):
        raise SettingInvalid(
            "The OpenID provider's address is none.", do="Mend COUNTERFOIL_OIDC_ISSUER."
        ) from None
    if answer.status_code >= 500 or answer.status_code == 429:
        raise Transient(
            f"The OpenID provider is in trouble: HTTP {answer.status_code}.", do="Try again later."
        )
    return answer


def decoded(answer: httpx2.Response, shape: type[Shape], what: str) -> Shape:
    """The answer's JSON. Raises NotSignedIn when the provider refuses, SettingInvalid when it speaks otherwise."""
    if answer.status_code != httpx2.codes.OK:
        raise _refused(answer, what)
    try:
        return msgspec.json.decode(answer.content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SettingInvalid(
            f"The OpenID provider told {what} in a way that is not OpenID.",
            do="Check COUNTERFOIL_OIDC_ISSUER.",
        ) from None


def clean(text: str) -> str:
    """One short line of what somebody else wrote."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:120].strip()


class _Denial(msgspec.Struct):
    error: str = ""


def _refused(answer: httpx2.Response, what: str) -> NotSignedIn:
    try:
        said = msgspec.json.decode(answer.content, type=_Denial).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        said = ""
    return NotSignedIn(
        f"The OpenID provider refused to tell {what}: HTTP {answer.status_code} {clean(said)}".strip() + ".",
        do="Sign in again. If that does not help, check the settings COUNTERFOIL_OIDC_….",
    )


def _is_safe(address: str) -> bool:
    """Whether nobody on the way reads or changes what is said there; this machine itself is trusted."""
    parts = urlsplit(address)
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return parts.scheme == "https" or (parts.scheme == "http" and here)
