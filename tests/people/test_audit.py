"""The trail tells who did what, and nobody takes a line away."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from counterfoil.actions import audit, keys, users
from counterfoil.actions.surroundings import Surroundings
from counterfoil.errors import Forbidden, InUse
from counterfoil.model.actor import Role
from counterfoil.model.entry import Chosen
from counterfoil.model.user import User
from tests.people.conftest import Clock, as_user


def test_each_deed_stands_there_with_who_did_it_to_what(
    around: Surroundings, ada: User, clock: Clock
) -> None:
    made = keys.create(as_user(around, ada), "nightly", role=Role.EDITOR)

    newest = audit.entries(around).entries[0]

    assert (newest.actor_kind, newest.actor_id, newest.actor_name) == ("user", ada.id, ada.email)
    assert (newest.deed, newest.noun, newest.thing_id, newest.thing_name) == (
        "created",
        "key",
        made.key.id,
        "nightly",
    )
    assert newest.at == clock()
    assert newest.detail["role"] == "editor"


def test_a_deed_that_failed_is_not_told(around: Surroundings, ada: User) -> None:
    before = audit.entries(around).entries
    with pytest.raises(InUse):
        users.remove(around, ada.email)

    assert audit.entries(around).entries == before


@pytest.mark.parametrize(
    "statement",
    [
        "delete from audit",
        "update audit set actor_name = 'nobody'",
        "update audit set n = n + 100 where n = 1",
        "truncate audit",
    ],
)
def test_the_database_itself_refuses_to_change_the_trail(
    around: Surroundings, ada: User, statement: str
) -> None:
    before = audit.entries(around).entries
    if statement.startswith("truncate") and around.db.engine.dialect.name == "sqlite":
        statement = "delete from audit where n > 0"

    with pytest.raises(DBAPIError, match=r"only grows"), around.db.writing() as connection:
        connection.execute(sa.text(statement))

    assert audit.entries(around).entries == before


def test_pages_follow_each_other_while_new_lines_come(around: Surroundings) -> None:
    for number in range(5):
        keys.create(around, f"key {number}", role=Role.VIEWER)
    first = audit.entries(around, limit=2)
    keys.create(around, "came meanwhile", role=Role.VIEWER)
    second = audit.entries(around, before=first.before, limit=2)
    last = audit.entries(around, before=second.before, limit=2)

    told = [entry.thing_name for page in (first, second, last) for entry in page.entries]
    assert told == ["key 4", "key 3", "key 2", "key 1", "key 0"]
    assert last.before is None


def test_it_is_searched_by_who_what_which_and_when(around: Surroundings, ada: User, clock: Clock) -> None:
    start = clock()
    clock.pass_by(timedelta(hours=1))
    keys.create(as_user(around, ada), "nightly", role=Role.EDITOR)
    clock.pass_by(timedelta(hours=1))
    keys.revoke(around, "nightly")

    def deeds(chosen: Chosen) -> list[str]:
        return [f"{entry.deed} {entry.thing_name}" for entry in audit.entries(around, chosen).entries]

    assert deeds(Chosen(actor=ada.email, noun="key")) == ["created nightly"]
    assert deeds(Chosen(actor="operator", noun="key")) == ["revoked nightly"]
    assert deeds(Chosen(deed="revoked")) == ["revoked nightly"]
    assert deeds(Chosen(thing="nightly")) == ["revoked nightly", "created nightly"]
    assert deeds(Chosen(since=start + timedelta(hours=1), until=start + timedelta(hours=2))) == [
        "created nightly"
    ]


def test_only_administrators_read_it(around: Surroundings, ed: User) -> None:
    with pytest.raises(Forbidden):
        audit.entries(as_user(around, ed))
