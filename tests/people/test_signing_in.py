"""Signing in with a password, and what a session is worth."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from counterfoil.actions import audit, browser, links, signing_in, users
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import NotSignedIn, SettingInvalid
from counterfoil.model.actor import Role
from counterfoil.model.session import IDLE, LONGEST
from counterfoil.model.user import User
from counterfoil.store import service_schema
from tests.people.conftest import PASSWORD, Clock

HERE = "203.0.113.7"


def test_the_right_password_begins_a_session_that_stands_for_the_user(
    around: Surroundings, ada: User
) -> None:
    begun = signing_in.sign_in(around, " ADA@Acme.example ", PASSWORD, address=HERE)

    assert signing_in.actor_of_session(around, begun.word) == ada.actor


def test_whoever_reads_the_store_finds_neither_password_nor_session(around: Surroundings, ada: User) -> None:
    word = signing_in.sign_in(around, ada.email, PASSWORD, address=HERE).word

    with around.db.reading() as connection:
        people = connection.execute(sa.select(service_schema.users)).all()
        sessions = connection.execute(sa.select(service_schema.sessions)).all()

    assert PASSWORD not in repr(people)
    assert "$argon2id$" in repr(people)
    assert word not in repr(sessions)


@pytest.mark.parametrize(
    "who", ["ada@acme.example", "nobody@acme.example", "ivy@acme.example", "gone@acme.example"]
)
def test_the_answer_to_a_wrong_guess_is_the_same_whoever_is_asked_for(
    around: Surroundings, ada: User, who: str
) -> None:
    users.invite(around, "ivy@acme.example", role=Role.VIEWER)  # has chosen no password yet
    gone = users.invite(around, "gone@acme.example", role=Role.VIEWER)
    links.use(around, gone.word, PASSWORD)
    users.disable(around, gone.user.id)
    password = PASSWORD if who.startswith("gone") else "wrong wrong wrong"

    with pytest.raises(NotSignedIn) as refused:
        signing_in.sign_in(around, who, password, address=HERE)

    assert refused.value.what == "The e-mail address or the password is wrong."


def test_signing_in_again_ends_the_session_that_the_browser_had(around: Surroundings, ada: User) -> None:
    first = signing_in.sign_in(around, ada.email, PASSWORD, address=HERE).word
    second = signing_in.sign_in(around, ada.email, PASSWORD, address=HERE, before=first).word

    with pytest.raises(NotSignedIn):
        signing_in.actor_of_session(around, first)
    assert signing_in.actor_of_session(around, second) == ada.actor


def test_a_session_that_is_used_lives_on_until_its_end(around: Surroundings, ada: User, clock: Clock) -> None:
    word = signing_in.sign_in(around, ada.email, PASSWORD, address=HERE).word
    step = IDLE - timedelta(minutes=10)

    for _ in range(LONGEST // step):
        clock.pass_by(step)
        assert signing_in.actor_of_session(around, word) == ada.actor
    clock.pass_by(step)

    with pytest.raises(NotSignedIn):
        signing_in.actor_of_session(around, word)


def test_a_session_that_nobody_uses_ends(around: Surroundings, ada: User, clock: Clock) -> None:
    word = signing_in.sign_in(around, ada.email, PASSWORD, address=HERE).word
    clock.pass_by(IDLE)

    with pytest.raises(NotSignedIn):
        signing_in.actor_of_session(around, word)


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(around: Surroundings, ada: User) -> None:
    word = signing_in.sign_in(around, ada.email, PASSWORD, address=HERE).word
    signing_in.sign_out(around, word)
    signing_in.sign_out(around, word)

    with pytest.raises(NotSignedIn):
        signing_in.actor_of_session(around, word)


@pytest.mark.parametrize("word", ["", "cfs_", "cfs_wrong", "cfk_wrong", "cfs_\ud800", "x" * 100_000])
def test_a_made_up_cookie_stands_for_nobody(around: Surroundings, ada: User, word: str) -> None:
    with pytest.raises(NotSignedIn):
        signing_in.actor_of_session(around, word)


def test_another_role_ends_the_sessions_that_began_with_the_former(
    around: Surroundings, ada: User, ed: User
) -> None:
    word = signing_in.sign_in(around, ed.email, PASSWORD, address=HERE).word
    users.change(around, ed.email, role=Role.VIEWER)

    with pytest.raises(NotSignedIn):
        signing_in.actor_of_session(around, word)
    again = signing_in.sign_in(around, ed.email, PASSWORD, address=HERE).word
    assert signing_in.actor_of_session(around, again).role is Role.VIEWER


def test_another_password_ends_all_sessions_but_a_new_one(around: Surroundings, ada: User) -> None:
    here = signing_in.sign_in(around, ada.email, PASSWORD, address=HERE).word
    elsewhere = signing_in.sign_in(around, ada.email, PASSWORD, address="198.51.100.1").word
    chosen = "quite another password"

    new = signing_in.change_password(around, word=here, former=PASSWORD, password=chosen, address=HERE).word

    for ended in (here, elsewhere):
        with pytest.raises(NotSignedIn):
            signing_in.actor_of_session(around, ended)
    assert signing_in.actor_of_session(around, new) == ada.actor
    with pytest.raises(NotSignedIn):
        signing_in.sign_in(around, ada.email, PASSWORD, address=HERE)
    assert signing_in.sign_in(around, ada.email, chosen, address=HERE).user.id == ada.id


def test_nobody_changes_a_password_without_knowing_the_former(around: Surroundings, ada: User) -> None:
    word = signing_in.sign_in(around, ada.email, PASSWORD, address=HERE).word

    with pytest.raises(NotSignedIn, match="former"):
        signing_in.change_password(around, word=word, former="wrong", password="x" * 20, address=HERE)

    assert signing_in.sign_in(around, ada.email, PASSWORD, address=HERE).user.id == ada.id


@pytest.mark.parametrize(
    "weak", ["short", "aaaaaaaaaaaaaaaa", "ada@acme.example", "Counterfoil123!", "y" * 201]
)
def test_a_password_that_is_guessed_at_once_is_refused(around: Surroundings, ada: User, weak: str) -> None:
    word = signing_in.sign_in(around, ada.email, PASSWORD, address=HERE).word

    with pytest.raises(SettingInvalid):
        signing_in.change_password(around, word=word, former=PASSWORD, password=weak, address=HERE)


def test_letters_count_as_the_same_however_a_keyboard_composes_them(around: Surroundings, ada: User) -> None:
    links.use(around, users.link(around, ada.email).word, "zwölf Böxkämpfer")

    apart = "zwo\u0308lf Bo\u0308xka\u0308mpfer"

    assert signing_in.sign_in(around, ada.email, apart, address=HERE).user.id == ada.id


def test_signing_in_and_out_stands_in_the_trail_without_a_secret(around: Surroundings, ada: User) -> None:
    word = signing_in.sign_in(around, ada.email, PASSWORD, address=HERE).word
    signing_in.sign_out(around, word)

    newest = audit.entries(around).entries

    assert [(one.actor_name, one.deed) for one in newest[:2]] == [
        (ada.email, "signed out"),
        (ada.email, "signed in"),
    ]
    assert word not in repr(newest)
    assert PASSWORD not in repr(newest)


def test_a_token_for_forms_fits_its_own_session_alone() -> None:
    token = browser.csrf_token("cfs_one")

    assert browser.csrf_fits("cfs_one", token)
    assert not browser.csrf_fits("cfs_two", token)
    assert not browser.csrf_fits("", browser.csrf_token(""))
    assert not browser.csrf_fits("cfs_one", "\ud800")
    assert "cfs_one" not in token


def test_over_https_no_neighbour_can_plant_the_cookie_and_no_script_can_read_it() -> None:
    line = browser.cookie("https://books.acme.example").line("cfs_one", seconds=60)

    assert line.split("; ") == [
        "__Host-counterfoil_session=cfs_one",
        "Path=/",
        "Max-Age=60",
        "SameSite=Lax",
        "HttpOnly",
        "Secure",
    ]


def test_over_http_the_cookie_still_works() -> None:
    cookie = browser.cookie("http://localhost:8080")

    assert (cookie.name, cookie.secure, cookie.httponly) == ("counterfoil_session", False, True)
