"""Whoever guesses passwords is slowed down; whoever knows one is not locked out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from counterfoil.actions import guessing, links, signing_in, users
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import NotSignedIn, TooManyGuesses
from counterfoil.model.guess import AT_ACCOUNT, AT_HOME, FROM_ADDRESS
from counterfoil.model.user import User
from tests.people.conftest import PASSWORD, Clock

HOME = "203.0.113.7"
EVIL = "198.51.100.66"


def guess(around: Surroundings, email: str, address: str, times: int = 1) -> None:
    """Guess wrong; without the work of hashing, which changes nothing here."""
    for _ in range(times):
        guessing.count_guess(around.db, email=email, address=address, now=around.now())


def test_an_address_that_guesses_is_refused_even_with_the_right_password(
    around: Surroundings, ada: User
) -> None:
    guess(around, "someone@else.example", EVIL, FROM_ADDRESS.guesses)

    with pytest.raises(TooManyGuesses) as refused:
        signing_in.sign_in(around, ada.email, PASSWORD, address=EVIL)

    assert refused.value.retry_after is not None
    assert 0 < refused.value.retry_after <= FROM_ADDRESS.window.total_seconds()


def test_a_wrong_password_counts_as_a_guess(around: Surroundings, ada: User) -> None:
    guess(around, ada.email, EVIL, FROM_ADDRESS.guesses - 1)

    with pytest.raises(NotSignedIn):
        signing_in.sign_in(around, ada.email, "wrong wrong wrong", address=EVIL)
    with pytest.raises(TooManyGuesses):
        signing_in.sign_in(around, ada.email, PASSWORD, address=EVIL)


def test_an_account_is_not_guessed_at_from_ever_new_addresses(around: Surroundings, ada: User) -> None:
    for number in range(AT_ACCOUNT.guesses):
        guess(around, ada.email, f"198.51.100.{number}")

    with pytest.raises(TooManyGuesses):
        signing_in.sign_in(around, ada.email, PASSWORD, address="192.0.2.200")


def test_addresses_of_one_ipv6_household_are_one_address(around: Surroundings, ada: User) -> None:
    for number in range(FROM_ADDRESS.guesses):
        guess(around, f"user{number}@else.example", f"2001:db8:0:1::{number:x}")

    with pytest.raises(TooManyGuesses):
        guess(around, ada.email, "2001:db8:0:1:ffff::1")
    guess(around, ada.email, "2001:db8:0:2::1")


def test_a_user_still_signs_in_from_home_while_strangers_guess(around: Surroundings, ada: User) -> None:
    signing_in.sign_in(around, ada.email, PASSWORD, address=HOME)
    for number in range(AT_ACCOUNT.guesses):
        guess(around, ada.email, f"198.51.100.{number}")
    guess(around, "other@else.example", HOME, FROM_ADDRESS.guesses)  # even from the same office

    assert signing_in.sign_in(around, ada.email, PASSWORD, address=HOME).user.id == ada.id


def test_guessing_from_where_a_user_signed_in_before_is_limited_too(around: Surroundings, ada: User) -> None:
    signing_in.sign_in(around, ada.email, PASSWORD, address=HOME)
    guess(around, ada.email, HOME, AT_HOME.guesses)

    with pytest.raises(TooManyGuesses):
        signing_in.sign_in(around, ada.email, PASSWORD, address=HOME)


def test_a_refusal_ends_at_its_time_however_often_one_tries_meanwhile(
    around: Surroundings, ada: User, clock: Clock
) -> None:
    guess(around, ada.email, EVIL, FROM_ADDRESS.guesses)
    for _ in range(10):
        clock.pass_by(FROM_ADDRESS.window / 11)
        with pytest.raises(TooManyGuesses):
            guess(around, ada.email, EVIL)
    clock.pass_by(FROM_ADDRESS.window / 11 + timedelta(seconds=1))

    assert signing_in.sign_in(around, ada.email, PASSWORD, address=EVIL).user.id == ada.id


def test_a_link_for_a_new_password_works_while_guesses_are_refused(around: Surroundings, ada: User) -> None:
    for number in range(AT_ACCOUNT.guesses):
        guess(around, ada.email, f"198.51.100.{number}")

    begun = links.use(around, users.link(around, ada.email).word, "quite another password")

    assert signing_in.actor_of_session(around, begun.word) == ada.actor


def test_an_office_that_signs_in_at_nine_is_no_guesser(around: Surroundings, ada: User, clock: Clock) -> None:
    for _ in range(3):
        for _ in range(FROM_ADDRESS.guesses - 1):
            guessing.count_guess(around.db, email=ada.email, address=HOME, now=clock())
            guessing.right(around.db, email=ada.email, address=HOME, now=clock())
        clock.pass_by(timedelta(days=1))

    guess(around, "new@acme.example", HOME)
    assert signing_in.sign_in(around, ada.email, PASSWORD, address=HOME).user.id == ada.id


def test_guesses_side_by_side_all_count(around: Surroundings, ada: User) -> None:
    def attempt(_: int) -> bool:
        try:
            guess(around, ada.email, EVIL)
        except TooManyGuesses:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        allowed = sum(pool.map(attempt, range(3 * FROM_ADDRESS.guesses)))

    assert allowed == FROM_ADDRESS.guesses
