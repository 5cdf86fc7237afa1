"""The way through the browser: a page at Intuit, and the answer that comes back to this machine.

The answer arrives at a loopback address (RFC 8252, section 7.3). Any program on this machine can call that
address, so an answer counts only when it repeats the `state` that was made for this one question.
"""

import hmac
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from counterfoil.actions.connecting import Consent
from counterfoil.errors import NeedsPerson, SettingInvalid

HOST = "127.0.0.1"
PATH = "/callback"
LONGEST_WAIT = 900.0
"""Seconds that someone may take over signing in and choosing a company."""

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Counterfoil</title>
<meta name="viewport" content="width=device-width"><style>
body {{ font: 17px/1.6 system-ui, sans-serif; max-width: 28rem; margin: 18vh auto; padding: 0 1.5rem;
       color: #1d2b24; background: #fbfaf6 }}
h1 {{ font-size: 1.4rem; border-left: 4px solid #176b3a; padding-left: .8rem }}
</style></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>"""

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address holds the code
    "Cache-Control": "no-store",
}


def redirect_uri(port: int) -> str:
    """The address to register at Intuit."""
    return f"http://{HOST}:{port}{PATH}"


def ask_for_consent(
    port: int, *, state: str, send: Callable[[str], None], wait: float = LONGEST_WAIT
) -> Consent:
    """Listen on a port, `send` someone to the consent page, and wait for what comes back.

    `send` is called with the redirect address once the port listens. `state` is a fresh random text; port 0
    takes any free one. Raises NeedsPerson when consent was declined or never came, SettingInvalid when the
    port is taken.
    """
    answers: queue.SimpleQueue[Consent | NeedsPerson] = queue.SimpleQueue()
    with _listening(port, state, answers) as address:
        send(address)
        try:
            answer = answers.get(timeout=wait)
        except queue.Empty:
            raise NeedsPerson(
                f"Nobody answered in the browser for {wait / 60:.0f} minutes.", do="Run the command again."
            ) from None
    if isinstance(answer, NeedsPerson):
        raise answer
    return answer


@contextmanager
def _listening(port: int, state: str, answers: "queue.SimpleQueue[Consent | NeedsPerson]") -> Iterator[str]:
    try:
        server = _Listener((HOST, port), _Answering)
    except OSError as error:
        raise SettingInvalid(
            f"Port {port} of this machine is taken by another program.",
            do=f"End that program, or choose another port with --port and register {redirect_uri(port + 1)} "
            "or the like at Intuit.",
        ) from error
    server.state, server.answers = state, answers
    server.address = redirect_uri(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.address
    finally:
        server.shutdown()
        server.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    state: str
    address: str
    answers: "queue.SimpleQueue[Consent | NeedsPerson]"


class _Answering(BaseHTTPRequestHandler):
    server: _Listener
    timeout = 10

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path != PATH:
            self._page(HTTPStatus.NOT_FOUND, "Nothing is here", "Go back to the terminal.")
        elif not hmac.compare_digest(given.get("state", "").encode(), self.server.state.encode()):
            text = "This answer belongs to another question. Start again from the terminal."
            self._page(HTTPStatus.BAD_REQUEST, "Not accepted", text)
        else:
            self._take(given)

    def _take(self, given: dict[str, str]) -> None:
        if given.get("code") and given.get("realmId"):
            self._page(
                HTTPStatus.OK, "QuickBooks said yes", "You can close this page and go back to the terminal."
            )
            self.server.answers.put(
                Consent(code=given["code"], realm_id=given["realmId"], redirect_uri=self.server.address)
            )
            return
        self._page(HTTPStatus.OK, "Not connected", "Nothing was connected. You can close this page.")
        self.server.answers.put(_declined(given.get("error", "")))

    def _page(self, status: HTTPStatus, title: str, text: str) -> None:
        body = _PAGE.format(title=title, text=text).encode()
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The default writes each address, and so the code, to standard error (Promise 7)."""


def _declined(error: str) -> NeedsPerson:
    if error == "access_denied":
        return NeedsPerson(
            "Consent was declined in the browser; nothing was connected.",
            do="Run the command again when you want to connect, and choose “Connect” there.",
        )
    return NeedsPerson(
        f"Intuit sent no permission back: {error[:100] or 'no reason was given'}.",
        do="Run the command again; if it stays so, look at the app's settings at developer.intuit.com.",
    )
