"""Keys let programs in, as far as their role goes."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from counterfoil.actions import keys
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import AlreadyExists, Forbidden, NotFound, NotSignedIn, SettingInvalid
from counterfoil.model.actor import ActorKind, Role
from counterfoil.model.user import User
from counterfoil.store import service_schema
from tests.people.conftest import Clock, as_user


def test_a_key_stands_for_its_role_and_is_named_in_what_it_does(around: Surroundings) -> None:
    made = keys.create(around, "nightly", role=Role.EDITOR)

    actor = keys.actor_of_key(around, made.word)

    assert (actor.kind, actor.id, actor.role) == (ActorKind.KEY, made.key.id, Role.EDITOR)
    assert "nightly" in actor.name
    assert made.word.endswith(made.key.hint)


def test_a_key_is_stored_nowhere(around: Surroundings) -> None:
    made = keys.create(around, "nightly", role=Role.EDITOR)

    with around.db.reading() as connection:
        rows = repr(connection.execute(sa.select(service_schema.keys)).all())
        rows += repr(connection.execute(sa.select(service_schema.audit)).all())

    assert made.word not in rows
    assert made.word not in repr(made)


def test_a_revoked_key_opens_nothing_more(around: Surroundings) -> None:
    made = keys.create(around, "nightly", role=Role.EDITOR)
    keys.revoke(around, "nightly", version=made.key.version)

    with pytest.raises(NotSignedIn):
        keys.actor_of_key(around, made.word)
    with pytest.raises(NotFound):
        keys.show(around, "nightly")


def test_a_key_ends_at_its_time(around: Surroundings, clock: Clock) -> None:
    made = keys.create(around, "for an audit", role=Role.VIEWER, ends_at=clock() + timedelta(days=1))
    clock.pass_by(timedelta(hours=23))
    assert keys.actor_of_key(around, made.word).role is Role.VIEWER
    clock.pass_by(timedelta(hours=1))

    with pytest.raises(NotSignedIn):
        keys.actor_of_key(around, made.word)


def test_a_key_that_would_have_ended_already_is_not_made(around: Surroundings, clock: Clock) -> None:
    with pytest.raises(SettingInvalid):
        keys.create(around, "late", role=Role.VIEWER, ends_at=clock())


def test_the_last_use_of_a_key_is_known_to_the_minute(around: Surroundings, clock: Clock) -> None:
    made = keys.create(around, "nightly", role=Role.EDITOR)
    assert keys.show(around, "nightly").used_at is None
    keys.actor_of_key(around, made.word)
    first = clock()
    clock.pass_by(timedelta(seconds=59))
    keys.actor_of_key(around, made.word)
    assert keys.show(around, "nightly").used_at == first
    clock.pass_by(timedelta(seconds=1))
    keys.actor_of_key(around, made.word)

    assert keys.show(around, "nightly").used_at == clock()
    assert keys.show(around, "nightly").version == made.key.version


def test_two_keys_have_two_names(around: Surroundings) -> None:
    keys.create(around, "nightly", role=Role.EDITOR)

    with pytest.raises(AlreadyExists):
        keys.create(around, "nightly", role=Role.ADMIN)


@pytest.mark.parametrize("word", ["", "cfk_", "cfk_wrong", "cfs_wrong", "cfk_\ud800"])
def test_a_made_up_key_opens_nothing(around: Surroundings, word: str) -> None:
    with pytest.raises(NotSignedIn):
        keys.actor_of_key(around, word)


def test_only_administrators_see_make_or_revoke_keys(around: Surroundings, ed: User) -> None:
    mere = as_user(around, ed)
    keys.create(around, "nightly", role=Role.EDITOR)

    for deed in (
        lambda: keys.every(mere),
        lambda: keys.show(mere, "nightly"),
        lambda: keys.create(mere, "mine", role=Role.ADMIN),
        lambda: keys.revoke(mere, "nightly"),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert [key.name for key in keys.every(around)] == ["nightly"]
