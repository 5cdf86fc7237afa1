"""The service's pages, asked over HTTP as a browser would, with the sandbox in Intuit's place."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from counterfoil.actions import links, users
from counterfoil.model.actor import Role
from counterfoil.sandbox.company import companies
from counterfoil.sandbox.running import Sandbox
from tests.api.service import Service, opened, serving, surroundings
from tests.road.conftest import NOW

PASSWORD = "correct horse battery staple"


@dataclass
class Browser:
    """Someone at the pages: keeps cookies, fills in the forms that pages show."""

    service: Service
    http: httpx2.Client
    page: httpx2.Response = field(init=False)

    def open(self, path: str) -> httpx2.Response:
        self.page = self.http.get(path)
        return self.page

    def send(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form of the present page, with the token that stands in it."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.page.text)
        assert token, self.page.text
        self.page = self.http.post(path, data={"csrf": token[1], **fields})
        return self.page

    @property
    def heading(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.page.text, re.S)
        assert found, self.page.text
        return found[1].strip()

    @property
    def path(self) -> str:
        return urlsplit(str(self.page.url)).path


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "counterfoil.db"
    with opened(f"sqlite:///{path}", path.parent):
        return path


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(companies(2, seed=5, invoices=3, now=NOW)) as running:
        yield running


@pytest.fixture
def service(template: Path, tmp_path: Path) -> Iterator[Service]:
    path = Path(shutil.copy(template, tmp_path / "counterfoil.db"))
    with opened(f"sqlite:///{path}", tmp_path) as db, serving(surroundings(db, tmp_path)) as running:
        yield running


@pytest.fixture
def connected(template: Path, tmp_path: Path, sandbox: Sandbox) -> Iterator[Service]:
    """A service whose app is known to the sandbox."""
    path = Path(shutil.copy(template, tmp_path / "counterfoil.db"))
    with opened(f"sqlite:///{path}", tmp_path) as db:
        around = surroundings(db, tmp_path)
        app = replace(
            around.app,
            client_id="sandbox-client",
            client_secret="sandbox-secret",
            authorize_url=f"{sandbox.url}/connect/oauth2",
            token_url=f"{sandbox.url}/oauth2/v1/tokens/bearer",
            revoke_url=f"{sandbox.url}/v2/oauth2/tokens/revoke",
        )
        with serving(replace(around, app=app, api_url=sandbox.url)) as running:
            yield running


@pytest.fixture
def browse() -> Iterator[Callable[[Service], Browser]]:
    """Open a browser of its own at a service."""
    with ExitStack() as opened_ones:

        def browser(service: Service) -> Browser:
            client = httpx2.Client(base_url=service.url, follow_redirects=True, trust_env=False, timeout=60)
            return Browser(service, opened_ones.enter_context(client))

        yield browser


def sign_up(browser: Browser) -> None:
    """Become the first administrator by the link of the console."""
    word = links.set_up_word(browser.service.around)
    assert word is not None
    browser.open(f"{links.PATH}{word}")
    browser.send(f"{links.PATH}{word}", email="ada@example.com", name="Ada", password=PASSWORD)


def sign_up_as(boss: Browser, browser: Browser, role: Role) -> None:
    """Come in by an invitation."""
    around = replace(boss.service.around)
    invited = users.invite(around, f"{role}@example.com", role=role)
    browser.open(f"{links.PATH}{invited.word}")
    browser.send(f"{links.PATH}{invited.word}", password=PASSWORD)


def agree(page: str, realm_id: str, decision: str = "approve") -> str:
    """Press a button on the sandbox's page of consent; the address it leads back to."""
    parts = urlsplit(page)
    form = {**dict(parse_qsl(parts.query)), "realm": realm_id, "decision": decision}
    with httpx2.Client(follow_redirects=False, trust_env=False) as http:
        answer = http.post(f"{parts.scheme}://{parts.netloc}{parts.path}", data=form)
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"  # the service of a test has another port than its public address
