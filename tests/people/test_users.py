"""Administrators say who may come in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from counterfoil.actions import keys, links, signing_in, users
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import (
    AlreadyExists,
    ChangedMeanwhile,
    CounterfoilError,
    Forbidden,
    InUse,
    NotFound,
    NotSignedIn,
    SettingInvalid,
)
from counterfoil.model.actor import Role
from counterfoil.model.link import LIFE, Purpose
from counterfoil.model.user import User
from tests.people.conftest import PASSWORD, Clock, as_user, person

HERE = "203.0.113.7"


def test_the_first_administrator_comes_in_by_a_link_that_works_once(around: Surroundings) -> None:
    word = links.set_up_word(around)
    assert word is not None

    begun = links.use(around, word, PASSWORD, email="Ada@Acme.example", name="Ada")

    assert signing_in.actor_of_session(around, begun.word).role is Role.ADMIN
    assert (begun.user.email, begun.user.name) == ("ada@acme.example", "Ada")
    with pytest.raises(NotSignedIn):
        links.use(around, word, PASSWORD, email="eve@evil.example")
    assert links.set_up_word(around) is None


def test_each_start_gives_a_set_up_link_that_replaces_the_former(around: Surroundings) -> None:
    first, second = links.set_up_word(around), links.set_up_word(around)
    assert first is not None
    assert second is not None

    with pytest.raises(NotSignedIn):
        links.look(around, first)
    assert links.look(around, second).link.purpose is Purpose.SET_UP


def test_a_set_up_link_is_worth_nothing_once_somebody_can_sign_in(around: Surroundings) -> None:
    word = links.set_up_word(around)
    assert word is not None
    person(around, "ada@acme.example", Role.ADMIN)

    with pytest.raises(NotSignedIn):
        links.use(around, word, PASSWORD, email="eve@evil.example")


def test_a_link_still_works_after_a_password_was_refused(around: Surroundings) -> None:
    word = links.set_up_word(around)
    assert word is not None
    with pytest.raises(SettingInvalid):
        links.use(around, word, "short", email="ada@acme.example")

    assert links.use(around, word, PASSWORD, email="ada@acme.example").user.role is Role.ADMIN


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@acme", "a b@acme.example", "ada@acme\n.example", "a" * 255 + "@x"]
)
def test_what_is_no_address_is_refused(around: Surroundings, email: str) -> None:
    with pytest.raises(SettingInvalid):
        users.invite(around, email, role=Role.VIEWER)


def test_whoever_is_invited_comes_in_with_the_role_that_was_given(around: Surroundings, ada: User) -> None:
    invited = users.invite(as_user(around, ada), "vic@acme.example", role=Role.VIEWER, name="Vic")

    begun = links.use(around, invited.word, PASSWORD)

    assert signing_in.actor_of_session(around, begun.word).role is Role.VIEWER
    assert PASSWORD not in repr(begun)
    assert invited.word not in repr(invited)


def test_nobody_is_invited_twice(around: Surroundings, ada: User) -> None:
    with pytest.raises(AlreadyExists):
        users.invite(around, "ADA@acme.example", role=Role.VIEWER)


def test_an_invitation_ends_at_its_time(around: Surroundings, ada: User, clock: Clock) -> None:
    invited = users.invite(around, "vic@acme.example", role=Role.VIEWER)
    clock.pass_by(LIFE[Purpose.INVITATION] - timedelta(seconds=1))
    assert links.look(around, invited.word).user == invited.user
    clock.pass_by(timedelta(seconds=1))

    with pytest.raises(NotSignedIn):
        links.use(around, invited.word, PASSWORD)


def test_a_new_link_ends_the_former_ones(around: Surroundings, ada: User) -> None:
    former = users.link(around, ada.email).word
    newer = users.link(around, ada.email).word

    with pytest.raises(NotSignedIn):
        links.use(around, former, PASSWORD)
    assert links.use(around, newer, PASSWORD).user.id == ada.id


def test_two_who_use_one_link_at_the_same_moment_are_one(around: Surroundings, ada: User) -> None:
    word = users.link(around, ada.email).word

    def attempt(password: str) -> bool:
        try:
            links.use(around, word, password)
        except NotSignedIn:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        used = list(pool.map(attempt, [f"password number {n}" for n in range(4)]))

    assert sum(used) == 1
    right = f"password number {used.index(True)}"
    assert signing_in.sign_in(around, ada.email, right, address=HERE).user.id == ada.id


def test_who_is_disabled_is_out_at_once_and_in_again_when_enabled(
    around: Surroundings, ada: User, ed: User
) -> None:
    session = signing_in.sign_in(around, ed.email, PASSWORD, address=HERE).word
    link = users.link(around, ed.email).word
    users.disable(as_user(around, ada), ed.email)

    with pytest.raises(NotSignedIn):
        signing_in.actor_of_session(around, session)
    with pytest.raises(NotSignedIn):
        links.use(around, link, PASSWORD)
    with pytest.raises(NotSignedIn):
        signing_in.sign_in(around, ed.email, PASSWORD, address=HERE)
    with pytest.raises(InUse):
        users.link(around, ed.email)
    users.enable(around, ed.email)
    assert signing_in.sign_in(around, ed.email, PASSWORD, address=HERE).user.id == ed.id


def test_who_is_removed_is_gone_with_every_session(around: Surroundings, ada: User, ed: User) -> None:
    session = signing_in.sign_in(around, ed.email, PASSWORD, address=HERE).word
    users.remove(around, ed.id)

    with pytest.raises(NotSignedIn):
        signing_in.actor_of_session(around, session)
    with pytest.raises(NotFound):
        users.show(around, ed.email)


def test_keys_of_an_administrator_who_leaves_are_named(around: Surroundings, ada: User) -> None:
    bob = person(around, "bob@acme.example", Role.ADMIN)
    keys.create(as_user(around, bob), "bob's script", role=Role.EDITOR)
    keys.create(as_user(around, ada), "ada's script", role=Role.EDITOR)

    assert users.disable(around, bob.email).keys == ("bob's script",)
    assert users.remove(around, bob.email).keys == ("bob's script",)


def test_the_last_administrator_stays(around: Surroundings, ada: User, ed: User) -> None:
    users.invite(around, "ivy@acme.example", role=Role.ADMIN)  # she cannot sign in yet

    for deed in (
        lambda: users.remove(around, ada.email),
        lambda: users.disable(around, ada.email),
        lambda: users.change(around, ada.email, role=Role.EDITOR),
    ):
        with pytest.raises(InUse, match="last administrator"):
            deed()
    assert users.show(around, ada.email) == ada


def test_two_administrators_who_demote_each_other_do_not_both_succeed(
    around: Surroundings, ada: User
) -> None:
    bob = person(around, "bob@acme.example", Role.ADMIN)

    def demote(who: User) -> bool:
        try:
            users.change(around, who.email, role=Role.VIEWER)
        except InUse:
            return False
        return True

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(demote, (ada, bob)))
        assert sorted(done) == [False, True]
        users.change(around, (ada if done[0] else bob).email, role=Role.ADMIN)


def test_of_two_editors_the_second_notices_the_first(around: Surroundings, ada: User, ed: User) -> None:
    users.change(around, ed.email, name="Edward", version=ed.version)

    with pytest.raises(ChangedMeanwhile):
        users.change(around, ed.email, name="Eddie", version=ed.version)
    with pytest.raises(ChangedMeanwhile):
        users.remove(around, ed.email, version=ed.version)
    assert users.show(around, ed.email).name == "Edward"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_administrators_see_or_change_people(around: Surroundings, ada: User, role: Role) -> None:
    mere = as_user(around, person(around, "mere@acme.example", role))

    for deed in (
        lambda: users.every(mere),
        lambda: users.show(mere, ada.email),
        lambda: users.invite(mere, "friend@evil.example", role=Role.ADMIN),
        lambda: users.link(mere, ada.email),
        lambda: users.change(mere, "mere@acme.example", role=Role.ADMIN),
        lambda: users.disable(mere, ada.email),
        lambda: users.enable(mere, ada.email),
        lambda: users.remove(mere, ada.email),
    ):
        with pytest.raises(CounterfoilError) as refused:
            deed()
        assert refused.type is Forbidden
    assert [user.email for user in users.every(around)] == ["ada@acme.example", "mere@acme.example"]
