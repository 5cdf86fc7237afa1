"""What keeps a browser's session its own: the cookie, and the token that its forms carry."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

NAME = "counterfoil_session"

FIELD = "csrf"
"""The form field of the token."""

HEADER = "X-CSRF-Token"
"""And the header, for requests that scripts send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """How a cookie is set. It ends with the browser or at its own end, whichever comes first."""

    name: str
    secure: bool
    httponly: bool = True
    samesite: str = "lax"  # strict would drop it when Intuit or the OpenID provider sends people back
    path: str = "/"

    def line(self, value: str, *, seconds: int) -> str:
        """The value of a Set-Cookie header; with 0 seconds it takes the cookie away."""
        parts = [f"{self.name}={value}", f"Path={self.path}", f"Max-Age={seconds}", "SameSite=Lax"]
        parts += ["HttpOnly"] * self.httponly + ["Secure"] * self.secure
        return "; ".join(parts)


def cookie(public_url: str, name: str = NAME) -> Cookie:
    """The cookie for the address under which browsers reach us.

    Over https its name begins with __Host-: a browser takes it from this very host alone, and only encrypted, so
    that a neighbour under the same domain cannot plant a session.
    """
    secure = public_url.startswith("https://")
    return Cookie(name=f"__Host-{name}" if secure else name, secure=secure)


def csrf_token(word: str) -> str:
    """The token for the forms of a session, made from its secret word; it does not give the word away.

    Before anybody signed in, the word of a cookie made for the form does the same.
    """
    digest = hmac.digest(word.encode("utf-8", "surrogatepass"), b"counterfoil form", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def csrf_fits(word: str, token: str) -> bool:
    """Tell, in constant time, whether a form came from a page of this session."""
    return bool(word) and hmac.compare_digest(csrf_token(word).encode(), token.encode("utf-8", "replace"))
