"""What is said during a sync is kept with it."""

import logging
from collections.abc import Callable

from counterfoil.actions import syncs as verbs
from counterfoil.actions.service import running
from counterfoil.actions.sync_now import sync_now
from counterfoil.engine.start import Places
from counterfoil.logs import keep_secret
from counterfoil.store import log_lines, syncs
from counterfoil.sync.journal import recording
from counterfoil.sync.progress import SILENT
from tests.engine.conftest import Ground
from tests.engine.fleet import until

MakeGround = Callable[[int], Ground]


def test_a_sync_tells_its_beginning_what_it_read_and_its_end(ground: MakeGround) -> None:
    fleet = ground(1)
    fleet.connect(1)
    asked = verbs.ask(fleet.around, "company000")

    with running(fleet.around, Places(slots=1, grace=0)):
        until(lambda: syncs.with_id(fleet.around.db, asked.id).state.is_over, "nobody ran it")
        lines = log_lines.after(fleet.around.db, asked.id, 0, limit=1000)

    assert [line.n for line in lines] == list(range(1, len(lines) + 1))
    assert "begins" in lines[0].text
    assert lines[-1].text.startswith("succeeded: ")
    assert {line.data["stream"] for line in lines if "stream" in line.data} == {"Customer", "Invoice", "Item"}


def test_a_command_writes_down_why_its_sync_failed(ground: MakeGround) -> None:
    fleet = ground(1)
    fleet.connect(1)
    fleet.sandbox.disconnect()
    sync_id = ""
    try:
        sync, _ = sync_now(fleet.around, "company000", SILENT)
        sync_id = sync.id
    except Exception:
        (failed,) = fleet.syncs()
        sync_id = failed.id

    last = log_lines.after(fleet.around.db, sync_id, 0, limit=1000)[-1]
    assert (last.level, last.text[:8]) == ("ERROR", "failed: ")


def test_lines_of_two_syncs_stay_apart_secrets_are_masked_and_numbers_go_on(ground: MakeGround) -> None:
    fleet = ground(2)
    fleet.connect(2)
    db = fleet.around.db
    first, second = (verbs.ask(fleet.around, f"company00{n}") for n in range(2))
    logger = logging.getLogger("counterfoil.test")
    keep_secret("hunter2222")

    with recording(db, first.id):
        logger.warning("the word is hunter2222\nand\tmore")
        with recording(db, second.id) as journal:
            logger.warning("of the second")
            journal.watch.say("said")
    with recording(db, first.id):
        logger.warning("again")
    logger.warning("of nobody")

    lines = log_lines.after(db, first.id, 0, limit=9)
    assert [line.n for line in lines] == [1, 2]
    assert "hunter2222" not in lines[0].text
    assert "\n" not in lines[0].text
    assert lines[1].text == "again"
    assert [line.text for line in log_lines.after(db, second.id, 0, limit=9)] == ["of the second", "said"]
