"""Every mistake of a configuration file is told with its place, what is wrong and what to write."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counterfoil.actions.apply import apply
from counterfoil.actions.document import LONGEST, Document
from counterfoil.actions.known import read_known
from counterfoil.destinations import KINDS
from counterfoil.destinations.base import Kind, Option
from counterfoil.destinations.duckdb import kind as duckdb
from counterfoil.errors import ConfigurationInvalid
from counterfoil.quickbooks.catalog import stream
from counterfoil.store import connections
from counterfoil.store.db import Database
from tests.surroundings import surroundings

BOOKS = """\
version: 1
credentials:
  - name: acme
    realm_id: 1
destinations:
  - name: duck
    kind: duckdb
    options:
      path: /srv/books.duckdb
sources:
  - name: books
    credential: acme
    streams: [Invoice]
    prefix: acme_
    destinations:
      - name: duck
"""

VAULTED = Kind(
    name="vaulted",
    title="A warehouse with a password",
    options=(
        Option(name="address", help="Where it is.", required=True),
        Option(name="password", help="To get in.", secret=True),
        Option(name="strict", help="Whether to be strict.", type=bool, default=False),
    ),
    capabilities=duckdb.KIND.capabilities,
    steps=duckdb.KIND.steps,
    make=duckdb.DuckDB,
)


@pytest.fixture
def vaulted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind whose options hold a secret, since DuckDB's do not."""
    monkeypatch.setitem(KINDS, "vaulted", VAULTED)


def mistakes(db: Database, text: str, **environment: str) -> list[str]:
    """What applying the text is refused for, without the file's name."""
    with pytest.raises(ConfigurationInvalid) as caught:
        run(db, text, **environment)
    return [fault.removeprefix("books.yaml:") for fault in caught.value.faults]


def run(db: Database, text: str, **environment: str) -> None:
    around = surroundings(db, Path(), now=datetime(2026, 11, 22, tzinfo=UTC), environment=environment)
    apply(around, Document("books.yaml", text))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("streams:", "streems:", "13:5: unknown key 'streems'; did you mean `streams`?"),
        ("credentials:", "creds:", "2:1: unknown key 'creds'; did you mean `credentials`?"),
        ("[Invoice]", "[Invoices]", "13:15: there is no stream 'Invoices'; did you mean `Invoice`?"),
        ("[Invoice]", "some", "13:14: expected `all`, or a list of streams"),
        ("[Invoice]", "[]", "13:14: no stream is chosen; write `all`, or name some"),
        ("prefix: acme_", "prefix: Acme-", "14:13: 'Acme-' may hold only a to z, 0 to 9 and _"),
        (
            "kind: duckdb",
            "kind: duckbd",
            "7:11: there is no kind of warehouse 'duckbd'; did you mean `duckdb`?",
        ),
        ("path:", "paht:", "9:7: duckdb has no option 'paht'; did you mean `path`?"),
        ("      path: /srv/books.duckdb", "      memory: 1GB", "6:11: duckdb needs the option `path`"),
        (".duckdb\n", ".duckdb\n      wait_seconds: soon\n", "10:21: `wait_seconds` is a number, not 'soon'"),
        (
            "credential: acme",
            "credential: amce",
            "12:17: there is no credential 'amce'; did you mean `acme`?",
        ),
        (
            "      - name: duck\n",
            "      - dukc\n",
            "16:9: there is no destination 'dukc'; did you mean `duck`?",
        ),
        ("realm_id: 1", "realm_id: 1/../2", "4:15: '1/../2' is no company id"),
        (
            "realm_id: 1",
            "environment: sandbx",
            "4:18: there is no environment 'sandbx'; did you mean `sandbox`?",
        ),
        ("    realm_id: 1\n", "", "3:5: `realm_id` is missing"),
        ("version: 1", "version: 2", "1:10: this Counterfoil reads version 1, not '2'"),
        ("version: 1\n", "", "1:1: `version` is missing"),
        ("name: books", "name: books\n    name: twice", "12:5: `name` stands here twice"),
        ("name: books", 'name: "a\\nb"', "11:11: 'a\\nb' holds characters that cannot be seen"),
        (
            "path: /srv/books.duckdb",
            "path: ${BOOKS}/b.duckdb",
            "9:13: ${BOOKS} is not set in the environment",
        ),
        ("      - name: duck\n", "      - duck\n      - duck\n", "16:9: 'duck' with the same dataset stands"),
        ("  - name: acme\n    realm_id: 1\n", "  - acme\n", "3:5: expected a mapping"),
        ("credential: acme", "credential: [acme]", "12:17: expected a single value"),
        ("[Invoice]", "{Invoice: true}", "13:14: expected a list"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_meant(
    db: Database, old: str, new: str, told: str
) -> None:
    assert old in BOOKS
    assert any(fault.startswith(told) for fault in mistakes(db, BOOKS.replace(old, new, 1)))
    assert read_known(db).sources == {}


def test_all_mistakes_are_told_at_once_from_top_to_bottom(db: Database) -> None:
    text = BOOKS.replace("kind: duckdb", "kind: duck").replace("[Invoice]", "[Invoce, Bil]")

    places = [fault.split(" ")[0] for fault in mistakes(db, text)]

    assert places == ["7:11:", "13:15:", "13:23:"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: this is no configuration"),
        ("just words", "1:1: expected a mapping"),
        ("a: [1,", "1:7: "),
        ("\ta: 1", "1:1: "),
        ("version: 1\n---\nversion: 1\n", "2:1: "),
        ("version: 1\nsources: *nothing", "2:10: found undefined alias"),
        ("destinations: [{name: x, options: {path: ${HERE}}}]", "1:43: "),
        ("a: \x00", "1:1: this is no configuration"),
        ("[" * 5000, "1:1: this is no configuration"),
        ("- " * 5000, "1:1: this is no configuration"),
        ("version: 1\n#" + "x" * LONGEST, "1:1: this is no configuration"),
        ("version: 1\nsources: &all\n  - *all\n", "2:10: expected a mapping"),
    ],
    ids=lambda value: value[:20].encode("unicode_escape").decode(),
)
def test_what_is_no_configuration_is_told_and_harms_nothing(db: Database, text: str, told: str) -> None:
    assert mistakes(db, text)[0].startswith(told)


def test_a_reference_inside_brackets_is_told_to_stand_in_quotes(db: Database) -> None:
    (fault,) = mistakes(db, "version: 1\ndestinations: [{name: x, kind: duckdb, options: {path: ${HERE}}}]\n")

    assert "put ${NAME} in quotes" in fault


def test_a_refresh_token_in_clear_text_is_refused_without_being_shown(db: Database) -> None:
    faults = mistakes(db, BOOKS.replace("realm_id: 1", "realm_id: 1\n    refresh_token: hunter22"))

    assert faults == [
        "5:20: a secret stands here in clear text; write ${NAME} and put the value in the environment"
    ]


@pytest.mark.usefixtures("vaulted")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("password: hunter22", "a secret stands here in clear text"),
        ("password: x${HERE}hunter22", "a secret stands here in clear text"),
        ("password: ${NOWHERE}", "${NOWHERE} is not set in the environment"),
        ("address: db://me:hunter22@host/books", "a password stands here in clear text"),
        ("strict: perhaps", "`strict` is true or false, not 'perhaps'"),
    ],
)
def test_a_secret_of_a_warehouse_is_a_reference_that_is_set(db: Database, line: str, told: str) -> None:
    options = f"{line}\n" if line.startswith("address") else f"address: here\n      {line}\n"
    text = f"version: 1\ndestinations:\n  - name: w\n    kind: vaulted\n    options:\n      {options}"

    (fault,) = mistakes(db, text, HERE="there")

    assert told in fault
    assert "hunter22" not in fault


@pytest.mark.usefixtures("vaulted")
def test_references_are_kept_as_references(db: Database) -> None:
    run(
        db,
        "version: 1\ndestinations:\n  - name: w\n    kind: vaulted\n    options:\n"
        "      address: db://me:${PASSWORD}@host/books\n      password: ${PASSWORD}\n",
        PASSWORD="hunter22",
    )

    assert read_known(db).destinations["w"].options == {
        "address": "db://me:${PASSWORD}@host/books",
        "password": "${PASSWORD}",
    }


def test_a_prefix_that_leaves_a_table_too_long_for_the_warehouse_is_refused(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    just_enough = max(len(f"acme_{table.name}") for table in stream("Term").table.family())
    narrow = replace(duckdb.KIND.capabilities, longest_name=just_enough)
    monkeypatch.setitem(KINDS, "vaulted", replace(VAULTED, capabilities=narrow))
    text = BOOKS.replace("duckdb\n", "vaulted\n", 1).replace("path:", "address:")
    run(db, text.replace("[Invoice]", "[Term]"))

    (fault,) = mistakes(db, text)

    assert fault.startswith("14:13: with this prefix")
    assert "is longer than vaulted allows" in fault


def test_a_secret_that_slipped_into_a_key_is_not_shown(db: Database) -> None:
    (fault, *_) = mistakes(db, BOOKS.replace("realm_id: 1", 'realm_id: 1\n    "refresh_token:hunter22": x'))

    assert "unknown key" in fault
    assert "hunter22" not in fault


SECOND = (
    BOOKS
    + """\
  - name: second
    credential: acme
    streams: [{streams}]
    prefix: "{prefix}"
    destinations: [{destination}]
"""
)


def test_two_sources_with_the_same_tables_are_refused_by_both_names(db: Database) -> None:
    (fault,) = mistakes(db, SECOND.format(streams="Invoice", prefix="acme_", destination="duck"))

    assert "'second'" in fault
    assert "'books'" in fault
    assert "`acme_invoice`" in fault


def test_a_collision_with_a_source_of_an_earlier_file_is_refused_at_the_new_one(db: Database) -> None:
    run(db, BOOKS)
    second = (
        "version: 1\nsources:\n  - name: second\n    credential: acme\n    streams: [Invoice]\n"
        "    prefix: acme_\n    destinations: [duck]\n"
    )

    (fault,) = mistakes(db, second)

    assert fault.startswith("6:13: 'second' and 'books' would both write the table `acme_invoice`")


def test_prefixes_that_differ_may_still_name_the_same_table(db: Database) -> None:
    text = BOOKS.replace("[Invoice]", "[BillPayment]").replace("prefix: acme_", 'prefix: ""')
    second = SECOND.removeprefix(BOOKS).format(streams="Payment", prefix="bill_", destination="duck")

    (fault,) = mistakes(db, text + second)

    assert "`bill_payment`" in fault


def test_two_names_of_one_warehouse_do_not_hide_a_collision(db: Database) -> None:
    twin = "  - name: twin\n    kind: duckdb\n    options: {path: /srv/books.duckdb, memory: 1GB}\nsources:"
    text = SECOND.format(streams="Invoice", prefix="acme_", destination="twin").replace("sources:", twin)

    (fault,) = mistakes(db, text)

    assert "would both write the table `acme_invoice`" in fault


def test_other_streams_datasets_or_prefixes_do_not_collide(db: Database) -> None:
    run(db, SECOND.format(streams="Customer", prefix="acme_", destination="duck"))
    run(db, SECOND.format(streams="Invoice", prefix="b_", destination="duck"))
    run(db, SECOND.format(streams="Invoice", prefix="acme_", destination="{name: duck, dataset: other}"))

    assert {feed.dataset for feed in connections.every(db)} == {"quickbooks", "other"}


def test_a_company_has_one_credential_and_a_credential_one_company(db: Database) -> None:
    run(db, BOOKS)

    twins = mistakes(db, "version: 1\ncredentials: [{name: a, realm_id: 7}, {name: b, realm_id: 7}]\n")
    other_name = mistakes(db, "version: 1\ncredentials:\n  - name: again\n    realm_id: 1\n")
    other_company = mistakes(db, "version: 1\ncredentials:\n  - name: acme\n    realm_id: 2\n")

    assert twins == ["2:59: this company has the credential 'a' already; use that one"]
    assert "4:15: this company has the credential 'acme' already" in other_name[0]
    assert "4:15: the credential 'acme' is for production company 1" in other_company[0]
