"""A small OpenID provider on loopback, which signs for real and can be told to lie."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT, SECRET = "counterfoil", "the provider's secret"
Key = RSAKey | ECKey | OctKey


@dataclass
class OpenIdProvider:
    """What it says, and to whom. Each test changes what it needs."""

    url: str = ""
    key: Key = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    published: list[dict[str, Any]] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "ES256", "kid": "one"})
    person: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)  # claims of the token, over the true ones
    described: dict[str, Any] = field(default_factory=dict)  # over the true description
    told_apart: dict[str, Any] = field(default_factory=dict)  # at the userinfo end point
    now: int = 0
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # by code
    broken: int = 0  # an HTTP status to answer everything with

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/who",
            "authorization_response_iss_parameter_supported": True,
        } | self.described

    def consent(self, page: str) -> dict[str, str]:
        """What a browser that was sent to the page, and whose person agrees, brings back."""
        answer = httpx2.get(page, follow_redirects=False)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def authorize(self, query: dict[str, str]) -> str:
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        back = {"code": code, "state": query["state"], "iss": self.url}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def trade(self, body: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.asked.pop(body.get("code", ""), None)
        if asked is None or body.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != f"Basic {basic}" and body.get("client_secret") != SECRET:
            return 401, {"error": "invalid_client"}
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "ada-1815",
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": asked["nonce"],
            **self.person,
            **self.lies,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithms = [self.header["alg"]]
        return 200, {
            "id_token": jwt.encode(self.header, claims, self.key, algorithms=algorithms),
            "access_token": "for the userinfo",
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": self.published or [self.key.as_dict(private=False)]}


@contextmanager
def running() -> Iterator[OpenIdProvider]:
    """A provider for the block."""
    provider = OpenIdProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _door(provider))
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def _door(provider: OpenIdProvider) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, urlsplit(self.path).query
            if path == "/authorize":
                flat = {name: values[0] for name, values in parse_qs(query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(flat))
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif path == "/.well-known/openid-configuration":
                self._answer(200, provider.description())
            elif path == "/keys":
                self._answer(200, provider.keys())
            else:
                self._answer(200, provider.told_apart)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(*provider.trade(dict(parse_qsl(body)), self.headers.get("Authorization", "")))

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(provider.broken or status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """The tests' own output is enough."""

    return Door
