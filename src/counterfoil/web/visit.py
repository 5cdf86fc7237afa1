"""Who looks at a page, and what a form of ours brought."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from counterfoil.actions import browser, signing_in
from counterfoil.actions.browser import Cookie
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import Forbidden
from counterfoil.model.user import User

MOST_FIELDS = 2_000
"""Fields of one form; the largest of ours lists every stream."""

THEME, THEMES = "counterfoil_theme", ("light", "dark")
"""The cookie that keeps how pages look; scripts set it, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A signed-in user's request: `around` does things in that user's name, `word` is the session's secret."""

    request: Request
    around: Surroundings
    user: User
    word: str

    @property
    def csrf(self) -> str:
        return browser.csrf_token(self.word)


def cookie_of(request: Request) -> Cookie:
    """The session's cookie, as this address sets it."""
    return browser.cookie(request.app.state.public_url)


def word_of(request: Request) -> str:
    """The session's word that the browser sent, or ""."""
    return request.cookies.get(cookie_of(request).name, "")


def theme_of(request: Request) -> str:
    """Light or dark, where this browser was told which; "" follows the system."""
    kept = request.cookies.get(THEME, "")
    return kept if kept in THEMES else ""


def address_of(request: Request) -> str:
    """The network address that asks."""
    return request.client.host if request.client else ""


def _visit(request: Request) -> Visit:
    """Raises NotSignedIn, which leads to the page for signing in."""
    around: Surroundings = request.app.state.around
    word = word_of(request)
    user = signing_in.session_of(around, word).user
    return Visit(request=request, around=replace(around, actor=user.actor), user=user, word=word)


Visiting = Annotated[Visit, Depends(_visit)]


class Posted:
    """A form's fields as text; one that is absent is ""."""

    def __init__(self, fields: FormData) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        value = self._fields.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a field that may come several times."""
        return tuple(value for value in self._fields.getlist(name) if isinstance(value, str))

    def under(self, prefix: str) -> Mapping[str, str]:
        """The fields whose names begin so, by the rest of their names; unstripped, since passwords are among them."""
        return {
            name.removeprefix(prefix): value
            for name, value in self._fields.items()
            if name.startswith(prefix) and isinstance(value, str)
        }

    def raw(self, name: str) -> str:
        """A field just as it was typed: a password may end with a space."""
        value = self._fields.get(name, "")
        return value if isinstance(value, str) else ""


async def _posted(request: Request) -> Posted:
    """Raises Forbidden for a form that is not from a page of this session."""
    fields = await request.form(max_files=0, max_fields=MOST_FIELDS)
    token = fields.get(browser.FIELD, "")
    word = word_of(request) or request.cookies.get(visitor_cookie(request).name, "")
    if not isinstance(token, str) or not browser.csrf_fits(word, token):
        raise Forbidden(
            "This form is not from a page of your present session.",
            do="Go back, load the page again, and send it.",
        )
    return Posted(fields)


Form = Annotated[Posted, Depends(_posted)]


def visitor_cookie(request: Request) -> Cookie:
    """A cookie for forms before anybody signed in."""
    return browser.cookie(request.app.state.public_url, "counterfoil_visitor")
