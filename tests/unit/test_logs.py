"""Promise 7, in the log: a secret never reaches it."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest

from counterfoil.logs import keep_secret, mask, of_sync, set_up

SECRET = "hunter2andmore"


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up("INFO", stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Bearer {SECRET}",
        f"{{'Authorization': 'Basic {SECRET}=='}}",
        f'{{"refresh_token": "{SECRET}", "expires_in": 3600}}',
        f"{{'access_token': '{SECRET}'}}",
        f'{{\\"refresh_token\\":\\"{SECRET}\\"}}',
        f"grant_type=refresh_token&refresh_token={SECRET}&x=1",
        f"client_secret={SECRET}",
        f'password = "two words {SECRET}"',
        f"postgresql://books:{SECRET}@db.example.test/books",
        f"postgresql://books:p@{SECRET}@db.example.test/books",
        f"http://localhost/callback?code={SECRET}&realmId=1",
        f"token was eyJlbmMiOiJBMTI4.{SECRET}.x.y.z",
        f"AB11796000000000{SECRET}",
        f"RT1-12-H0-{SECRET}",
    ],
)
def test_what_looks_like_a_secret_is_masked(line: str) -> None:
    assert SECRET not in mask(line)


@pytest.mark.parametrize(
    "line",
    [
        "Read 40 invoices of company 9130357849000001 in 3 calls.",
        "grant_type=refresh_token",
        "GET http://localhost:8080/v3/company/1/query",
        "The tokens of company 1 are being refreshed.",
    ],
)
def test_what_is_no_secret_stays_readable(line: str) -> None:
    assert mask(line) == line


def test_a_registered_secret_is_masked_wherever_it_turns_up() -> None:
    keep_secret("correct-horse")

    assert mask("see correct-horse/battery") == "see ***/battery"


def test_a_traceback_is_masked_too(output: io.StringIO) -> None:
    try:
        raise ValueError(f"refresh_token={SECRET}")
    except ValueError:
        logging.getLogger("counterfoil").exception("It failed with client_secret=%s", SECRET)

    assert "Traceback" in output.getvalue()
    assert SECRET not in output.getvalue()


def test_a_warning_of_a_library_is_masked_too(output: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        set_up("INFO", stream=output)
        warnings.warn(f"password={SECRET}", stacklevel=1)

    assert "password=***" in output.getvalue()


def test_foreign_text_cannot_forge_a_line_of_the_log(output: io.StringIO) -> None:
    logging.getLogger("counterfoil").info("Company %s", "Acme\n2026-01-01 INFO all is well\x1b[2J")

    assert len(output.getvalue().splitlines()) == 1
    assert "\x1b" not in output.getvalue()


def test_what_is_below_the_level_is_not_written(output: io.StringIO) -> None:
    logging.getLogger("counterfoil").debug("chatter")

    assert output.getvalue() == ""


def test_lines_carry_the_id_of_the_sync_that_they_are_about(output: io.StringIO) -> None:
    log = logging.getLogger("counterfoil")
    with of_sync("sync_8k2m"):
        log.info("It waits.")
    log.info("Nothing to do.")

    during, after = output.getvalue().splitlines()
    assert "[sync_8k2m] It waits." in during
    assert "sync_" not in after


def test_a_line_for_machines_is_one_json_object_and_masked(output: io.StringIO) -> None:
    set_up("INFO", stream=output, form="json")
    with of_sync("sync_8k2m"):
        try:
            raise ValueError(f"refresh_token={SECRET}")
        except ValueError:
            logging.getLogger("counterfoil").exception('It "failed"\nwith password="%s"', SECRET)

    (line,) = output.getvalue().splitlines()
    said = json.loads(line)
    assert (said["level"], said["logger"], said["sync"]) == ("ERROR", "counterfoil", "sync_8k2m")
    assert said["message"] == 'It "failed"\nwith password="***"'
    assert "Traceback" in said["error"]
    assert SECRET not in line
